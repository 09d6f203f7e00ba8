// The cache that machines share: sooner reads, and never an error for the reader.

#include <fstream>
#include <thread>

#include <csignal>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "local_store_support.hpp"
#include "storage/shared_files/shared_cache.hpp"

namespace bifrost::storage {
namespace {

namespace fs = std::filesystem;

class SharedCacheTest : public LocalStoreTest {
  protected:
    CachedObject stored(const std::string& name, const std::string& bytes) {
        put(*store_, "ab/" + name, bytes);
        return {sha256_hex(bytes), static_cast<std::int64_t>(bytes.size()), "ab/" + name};
    }
    std::unique_ptr<SharedCache> make_cache(std::int64_t most = 1 << 20) {
        return std::make_unique<SharedCache>(SharedCacheOptions{cache_root_, most, kSigningKey}, *store_);
    }
    [[nodiscard]] fs::path place(const CachedObject& object) const {
        return cache_root_ / "objects" / object.sha256.substr(0, 2) / object.sha256;
    }
    /// What a reader gets out of the cache; "<none>" when it has to go to the store.
    static std::string read(SharedCache& cache, const CachedObject& object) {
        const auto opened = cache.open(object.sha256, object.size);
        if (!opened) return "<none>";
        std::string bytes(static_cast<std::size_t>(object.size), '\0');
        const ssize_t got = ::pread(opened->descriptor, bytes.data(), bytes.size(), 0);
        ::close(opened->descriptor);
        bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return bytes;
    }
    void overwrite(const fs::path& path, const std::string& bytes) {
        fs::permissions(path, fs::perms::owner_write, fs::perm_options::add);
        std::ofstream(path, std::ios::binary) << bytes;
    }
    void age(const fs::path& path, int seconds) {
        const timespec times[2] = {{::time(nullptr) - seconds, 0}, {::time(nullptr) - seconds, 0}};
        ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    }

    fs::path cache_root_ = folder_.path() / "cache";
};

TEST_F(SharedCacheTest, a_miss_goes_to_the_store_and_fills_the_cache_for_the_next) {
    const auto object = stored("plate", "the bytes of a plate");
    const auto cache = make_cache();
    EXPECT_FALSE(cache->sign_download(object, {"a.png", "image/png", 60}));
    cache->wait_until_idle();
    const auto url = cache->sign_download(object, {"a b.png", "image/png", 60});
    ASSERT_TRUE(url);
    const Target target = target_of(*url);
    ASSERT_TRUE(SharedCache::is_cache_path(target.path));
    const auto reading = cache->open_signed(target.path, target.query);
    ASSERT_TRUE(reading) << why(reading);
    ASSERT_GE(reading->object.descriptor, 0);
    ::close(reading->object.descriptor);
    EXPECT_EQ(reading->object.file_name, "a b.png");
    EXPECT_EQ(read(*cache, object), "the bytes of a plate");
    struct stat about {};
    ASSERT_EQ(::stat(place(object).c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 07777U, 0444U);
}

TEST_F(SharedCacheTest, urls_that_were_altered_or_name_another_object_are_refused) {
    const auto object = stored("plate", "bytes");
    const auto other = stored("other", "secret");
    const auto cache = make_cache();
    ASSERT_TRUE(cache->fill(object));
    ASSERT_TRUE(cache->fill(other));
    const Target target = target_of(*cache->sign_download(object, {"a", "", 60}));
    EXPECT_EQ(code_of(cache->open_signed("/objects/cache/" + other.sha256, target.query)), Errc::forbidden);
    for (std::size_t i = 0; i < target.query.size(); ++i) {
        std::string query = target.query;
        query[i] = query[i] == '1' ? '2' : '1';
        EXPECT_EQ(code_of(cache->open_signed(target.path, query)), Errc::forbidden) << query;
    }
}

TEST_F(SharedCacheTest, what_was_evicted_after_signing_is_told_by_its_key) {
    const auto object = stored("plate", "bytes");
    const auto cache = make_cache();
    ASSERT_TRUE(cache->fill(object));
    const Target target = target_of(*cache->sign_download(object, {"a", "", 60}));
    fs::remove(place(object));
    const auto reading = cache->open_signed(target.path, target.query);
    ASSERT_TRUE(reading) << why(reading);
    EXPECT_LT(reading->object.descriptor, 0);
    EXPECT_EQ(reading->key, object.key);
}

TEST_F(SharedCacheTest, bytes_that_are_not_those_of_the_hash_never_come_in) {
    auto object = stored("plate", "bytes");
    object.sha256 = sha256_hex("other");
    const auto cache = make_cache();
    EXPECT_EQ(code_of(cache->fill(object)), Errc::invalid);
    object = stored("short", "short");
    object.size = 6;
    EXPECT_EQ(code_of(cache->fill(object)), Errc::invalid);
    object.key = "ab/none";
    EXPECT_EQ(code_of(cache->fill(object)), Errc::not_found);
    object.sha256 = "../../etc/passwd";
    EXPECT_EQ(code_of(cache->fill(object)), Errc::invalid);
    EXPECT_EQ(read(*cache, object), "<none>");
    EXPECT_TRUE(fs::is_empty(cache_root_ / "filling"));
}

TEST_F(SharedCacheTest, a_file_that_somebody_cut_is_dropped_and_filled_again) {
    const auto object = stored("plate", "whole bytes");
    const auto cache = make_cache();
    ASSERT_TRUE(cache->fill(object));
    overwrite(place(object), "cut");
    EXPECT_EQ(read(*cache, object), "<none>");
    EXPECT_FALSE(fs::exists(place(object)));
    ASSERT_TRUE(cache->fill(object));
    EXPECT_EQ(read(*cache, object), "whole bytes");
}

TEST_F(SharedCacheTest, the_least_recently_used_make_room_within_the_limit) {
    const auto cache = make_cache(80'000);
    std::vector<CachedObject> objects;
    for (int i = 0; i < 8; ++i) {
        objects.push_back(stored("o" + std::to_string(i), bytes_of(10'000, static_cast<char>('a' + i))));
        ASSERT_TRUE(cache->fill(objects.back()));
        age(place(objects.back()), 10'000 - i);
        std::int64_t total = 0;
        for (const auto& file : fs::recursive_directory_iterator(cache_root_ / "objects"))
            if (file.is_regular_file()) total += static_cast<std::int64_t>(file.file_size());
        EXPECT_LE(total, 80'000);
    }
    EXPECT_EQ(read(*cache, objects[1]), bytes_of(10'000, 'b')) << "used, and so the youngest";
    EXPECT_LE(cache->evict(), 70'000);
    const auto more = stored("more", bytes_of(20'000, 'x'));
    ASSERT_TRUE(cache->fill(more));
    EXPECT_LE(cache->evict(), 70'000);
    EXPECT_NE(read(*cache, objects[1]), "<none>");
    EXPECT_NE(read(*cache, more), "<none>");
    EXPECT_EQ(read(*cache, objects[2]), "<none>");
    EXPECT_EQ(code_of(cache->fill(stored("large", bytes_of(20'001)))), Errc::too_large)
        << "a quarter at most";
}

TEST_F(SharedCacheTest, what_was_left_while_it_was_being_filled_is_cleared_away) {
    const auto cache = make_cache();
    ASSERT_TRUE(cache->fill(stored("plate", "bytes")));
    const auto old = cache_root_ / "filling" / "old";
    const auto young = cache_root_ / "filling" / "young";
    std::ofstream(old) << "half";
    std::ofstream(young) << "half";
    age(old, 4'000);
    cache->evict();
    EXPECT_FALSE(fs::exists(old));
    EXPECT_TRUE(fs::exists(young));
}

TEST_F(SharedCacheTest, many_processes_fill_and_read_one_folder_at_once) {
    std::vector<CachedObject> objects;
    for (int i = 0; i < 12; ++i)
        objects.push_back(stored("o" + std::to_string(i), bytes_of(3'000, static_cast<char>('a' + i))));
    std::vector<pid_t> children;
    for (int process = 0; process < 6; ++process) {
        const pid_t child = ::fork();
        if (child == 0) {
            const auto cache = make_cache(24'000);
            bool right = true;
            for (int round = 0; round < 60; ++round) {
                const std::size_t i = static_cast<std::size_t>(round * 7 + process * 5) % objects.size();
                right = right && cache->fill(objects[i]);
                const std::string bytes = read(*cache, objects[i]);
                right = right && (bytes == "<none>" || sha256_hex(bytes) == objects[i].sha256);
            }
            ::_exit(right ? 0 : 1);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
}

/// Runs as a user that owns nothing, as root does on a volume that squashes it.
int as_nobody(const std::function<bool()>& body) {
    return run_child([&] {
        if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(9);
        ::_exit(body() ? 0 : 1);
    });
}

TEST_F(SharedCacheTest, a_folder_that_may_not_be_written_serves_what_it_has_and_nobody_gets_an_error) {
    const auto here = stored("here", "here");
    const auto missing = stored("missing", "missing");
    ASSERT_TRUE(make_cache()->fill(here));
    for (const auto& path : {folder_.path(), cache_root_, cache_root_ / "objects", place(here).parent_path()})
        fs::permissions(path, fs::perms(0555));
    age(place(here), 10'000);
    const int status = as_nobody([&] {
        const auto cache = make_cache();
        if (read(*cache, here) != "here" || !cache->sign_download(here, {})) return false;
        if (cache->sign_download(missing, {})) return false;
        cache->wait_until_idle();
        return !cache->sign_download(missing, {});
    });
    EXPECT_EQ(status, 0);
    for (const auto& path : {folder_.path(), cache_root_, cache_root_ / "objects", place(here).parent_path()})
        fs::permissions(path, fs::perms(0755));
}

TEST_F(SharedCacheTest, a_folder_that_is_gone_or_no_folder_sends_readers_to_the_store) {
    const auto object = stored("plate", "bytes");
    const auto cache = make_cache();
    ASSERT_TRUE(cache->fill(object));
    fs::remove_all(cache_root_);
    EXPECT_FALSE(cache->sign_download(object, {}));
    cache->wait_until_idle();
    EXPECT_TRUE(cache->sign_download(object, {})) << "it is made again when it can be";
    fs::remove_all(cache_root_);
    std::ofstream(cache_root_) << "a file where the folder was";
    EXPECT_FALSE(cache->sign_download(object, {}));
    cache->wait_until_idle();
    EXPECT_FALSE(cache->sign_download(object, {}));
}

TEST_F(SharedCacheTest, a_full_folder_sends_readers_to_the_store) {
    // Files of this process may not grow beyond a limit: what a quota looks like from inside.
    const auto object = stored("plate", bytes_of(100'000));
    const int status = run_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{50'000, 50'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto cache = make_cache();
        const auto filled = cache->fill(object);
        const bool refused = !filled && filled.error().code == Errc::out_of_space;
        ::_exit(refused && !cache->sign_download(object, {}) && read(*cache, object) == "<none>" ? 0 : 1);
    });
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(fs::is_empty(cache_root_ / "filling"));
}

} // namespace
} // namespace bifrost::storage
