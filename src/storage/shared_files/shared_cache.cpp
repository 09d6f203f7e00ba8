#include "storage/shared_files/shared_cache.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "core/random.hpp"
#include "storage/local/descriptor.hpp"
#include "storage/local/signed_url.hpp"

namespace bifrost::storage {
namespace {

constexpr std::string_view kPath = "/objects/cache/";
constexpr std::size_t kMostQueued = 1'000;
constexpr std::int64_t kBrokenSeconds = 30;
constexpr std::int64_t kWarnSeconds = 60;
/// A use is marked when the last mark is older: often enough to tell what is used, seldom enough to cost
/// nothing.
constexpr std::int64_t kMarkSeconds = 600;
constexpr std::int64_t kForgottenFillSeconds = 3'600;

metrics::Counter reads(const char* outcome) {
    return metrics::counter("bifrost_shared_cache_reads_total", "Reads that asked the shared cache",
                            {{"outcome", outcome}});
}

/// A file handle of NFS goes stale when another machine replaces the file; a new look finds the new one.
int open_again_if_stale(const std::filesystem::path& path, int flags, unsigned mode = 0) {
    int file = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode);
    if (file < 0 && errno == ESTALE) file = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode);
    return file;
}

struct Found {
    std::int64_t used = 0; ///< seconds
    std::int64_t size = 0;
    std::filesystem::path path;
};

/// What lies in the cache. Files that vanish meanwhile are another process's work and no failure.
std::vector<Found> list_files(const std::filesystem::path& folder) {
    std::vector<Found> files;
    std::error_code failed;
    std::filesystem::recursive_directory_iterator next(
        folder, std::filesystem::directory_options::skip_permission_denied, failed);
    for (const std::filesystem::recursive_directory_iterator end; !failed && next != end;
         next.increment(failed)) {
        struct stat about {};
        if (::lstat(next->path().c_str(), &about) != 0 || !S_ISREG(about.st_mode)) continue;
        files.push_back({about.st_mtim.tv_sec, about.st_size, next->path()});
    }
    return files;
}

Error stopped() { return {Errc::unavailable, "The program is stopping."}; }

} // namespace

SharedCache::SharedCache(SharedCacheOptions options, ObjectStore& store)
    : options_(std::move(options)), store_(store) {}

SharedCache::~SharedCache() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        queue_.clear();
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

std::filesystem::path SharedCache::place_of(const std::string& sha256) const {
    return options_.root / "objects" / sha256.substr(0, 2) / sha256;
}

bool SharedCache::is_broken() const {
    const std::lock_guard lock(mutex_);
    return Timestamp::now() < broken_until_;
}

void SharedCache::broke(std::string_view doing, int code) {
    const Timestamp now = Timestamp::now();
    metrics::counter("bifrost_shared_cache_failures_total",
                     "Times that the folder of the shared cache failed")
        .increment();
    const std::lock_guard lock(mutex_);
    broken_until_ = now.plus_seconds(kBrokenSeconds);
    if (now < warned_at_.plus_seconds(kWarnSeconds)) return;
    warned_at_ = now;
    log::warning("the shared cache is left alone for a while; reads go to the store",
                 {{"folder", options_.root.string()},
                  {"doing", std::string(doing)},
                  {"cause", std::generic_category().message(code)}});
}

std::optional<OpenedObject> SharedCache::open(const std::string& sha256, std::int64_t size) {
    if (!is_sha256_hex(sha256) || is_broken()) return std::nullopt;
    const auto place = place_of(sha256);
    Descriptor file(open_again_if_stale(place, O_RDONLY));
    if (!file) {
        if (errno != ENOENT && errno != ENOTDIR) broke("open an object", errno);
        return std::nullopt;
    }
    struct stat about {};
    if (::fstat(file.get(), &about) != 0) {
        broke("look at an object", errno);
        return std::nullopt;
    }
    if (!S_ISREG(about.st_mode) || about.st_size != size) {
        // Not what was put there: somebody wrote to the folder.
        log::warning("an object of the shared cache is damaged and is dropped", {{"sha256", sha256}});
        ::unlink(place.c_str());
        return std::nullopt;
    }
    if (about.st_mtim.tv_sec + kMarkSeconds < Timestamp::now().micros / 1'000'000)
        static_cast<void>(
            ::futimens(file.get(), nullptr)); // a folder that can't be written can still be read
    OpenedObject object;
    object.size = size;
    object.descriptor = file.release();
    return object;
}

void SharedCache::forget(const std::string& sha256) {
    if (is_sha256_hex(sha256)) ::unlink(place_of(sha256).c_str());
}

Result<> SharedCache::receive(const CachedObject& object, const std::filesystem::path& target) {
    constexpr std::size_t kBuffer = 1 << 20;
    BIFROST_ASSIGN(const auto reader, store_.open(object.key, 0));
    Descriptor file(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
    if (!file) {
        broke("make a file", errno);
        return os_error(errno, "make a file of the shared cache");
    }
    std::vector<char> buffer(kBuffer);
    Sha256 sha;
    std::int64_t size = 0;
    while (true) {
        BIFROST_ASSIGN(const std::size_t got, reader->read(buffer.data(), buffer.size()));
        if (got == 0) break;
        sha.update(buffer.data(), got);
        size += static_cast<std::int64_t>(got);
        if (const auto written = write_all(file, buffer.data(), got); !written) {
            broke("write an object", errno);
            return written.error();
        }
        const std::lock_guard lock(mutex_);
        if (stopping_) return stopped();
    }
    if (size != object.size || sha.finish_hex() != object.sha256)
        return Error{Errc::invalid, "The store has other bytes under this key than it should have."};
    // NFS tells of a full disk when the file is closed.
    if (::close(file.release()) != 0) {
        broke("close an object", errno);
        return os_error(errno, "close a file of the shared cache");
    }
    return {};
}

Result<> SharedCache::fill(const CachedObject& object) {
    if (!is_sha256_hex(object.sha256))
        return Error{Errc::invalid, "A sha256 is 64 lower-case hexadecimal digits."};
    if (object.size > options_.most_bytes / 4)
        return Error{Errc::too_large, "The object is too large for the shared cache."};
    if (is_broken()) return Error{Errc::unavailable, "The shared cache is left alone for a while."};
    const auto place = place_of(object.sha256);
    struct stat about {};
    if (::lstat(place.c_str(), &about) == 0 && about.st_size == object.size) return {};
    bool is_due = false;
    {
        const std::lock_guard lock(mutex_);
        is_due = filled_ == 0 || filled_ + object.size > options_.most_bytes / 64;
        filled_ = (is_due ? 0 : filled_) + object.size;
    }
    if (is_due) evict();
    std::error_code failed;
    std::filesystem::create_directories(place.parent_path(), failed);
    if (!failed) std::filesystem::create_directories(options_.root / "filling", failed);
    if (failed) {
        broke("make a folder", failed.value());
        return os_error(failed.value(), "make a folder of the shared cache");
    }
    const auto target = options_.root / "filling" / (object.sha256 + '.' + random_token(9));
    auto received = receive(object, target);
    if (received && ::rename(target.c_str(), place.c_str()) != 0) {
        broke("give an object its name", errno);
        received = os_error(errno, "give an object of the shared cache its name");
    }
    if (!received) ::unlink(target.c_str());
    return received;
}

void SharedCache::fill_later(const CachedObject& object) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || queue_.size() >= kMostQueued || object.size > options_.most_bytes / 4) return;
        if (!wanted_.insert(object.sha256).second) return;
        queue_.push_back(object);
        if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    }
    changed_.notify_all();
}

void SharedCache::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (stopping_) return;
        const CachedObject object = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        if (const auto filled = fill(object); !filled && filled.error().code != Errc::unavailable)
            log::warning("an object does not come into the shared cache",
                         {{"sha256", object.sha256}, {"reason", filled.error().detail}});
        lock.lock();
        wanted_.erase(object.sha256);
        changed_.notify_all();
    }
}

void SharedCache::wait_until_idle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return wanted_.empty() || stopping_; });
}

std::int64_t SharedCache::evict() {
    const std::int64_t now = Timestamp::now().micros / 1'000'000;
    // What was being filled when a program ended.
    for (const auto& file : list_files(options_.root / "filling"))
        if (file.used + kForgottenFillSeconds < now) ::unlink(file.path.c_str());
    auto files = list_files(options_.root / "objects");
    std::int64_t total = 0;
    for (const auto& file : files) total += file.size;
    if (total <= options_.most_bytes - options_.most_bytes / 8) return total;
    std::sort(files.begin(), files.end(),
              [](const Found& one, const Found& other) { return one.used < other.used; });
    std::int64_t evicted = 0;
    for (const auto& file : files) {
        if (total <= options_.most_bytes - options_.most_bytes / 8) break;
        // Who has it open reads on; on NFS a reader that loses it goes to the store.
        if (::unlink(file.path.c_str()) != 0 && errno != ENOENT) {
            broke("evict an object", errno);
            break;
        }
        total -= file.size;
        ++evicted;
    }
    metrics::counter("bifrost_shared_cache_evicted_total", "Objects that made room in the shared cache")
        .increment(static_cast<double>(evicted));
    return total;
}

bool SharedCache::is_cache_path(std::string_view path) { return path.starts_with(kPath); }

std::optional<SignedUrl> SharedCache::sign_download(const CachedObject& object,
                                                    const DownloadOptions& options) {
    const auto opened = open(object.sha256, object.size);
    if (!opened) {
        reads(is_broken() ? "fallback" : "miss").increment();
        if (!is_broken()) fill_later(object);
        return std::nullopt;
    }
    ::close(opened->descriptor);
    QueryParameters parameters{{"name", options.file_name},
                               {"type", options.media_type},
                               {"size", std::to_string(object.size)},
                               {"key", object.key}};
    SignedUrl url;
    url.expires_at = Timestamp::now().plus_seconds(options.valid_seconds);
    url.url = options_.url_prefix + sign_url(options_.signing_key, "GET", std::string(kPath) + object.sha256,
                                             std::move(parameters), url.expires_at);
    return url;
}

Result<SharedCache::Reading> SharedCache::open_signed(std::string_view path, std::string_view query) {
    BIFROST_ASSIGN(const QueryParameters parameters,
                   check_url(options_.signing_key, "GET", path, query, Timestamp::now()));
    const auto value = [&](std::string_view name) {
        const auto found = parameters.find(name);
        return found == parameters.end() ? std::string() : found->second;
    };
    const auto size = parse_decimal(value("size"));
    if (!is_cache_path(path) || !size) return Error{Errc::forbidden, "This URL is none of the shared cache."};
    Reading reading;
    reading.key = value("key");
    if (auto opened = open(std::string(path.substr(kPath.size())), *size)) {
        reads("hit").increment();
        reading.object = std::move(*opened);
    } else {
        reads("fallback").increment();
    }
    reading.object.file_name = value("name");
    reading.object.media_type = value("type");
    return reading;
}

} // namespace bifrost::storage
