#include "client/transfer/downloader.hpp"

#include <condition_variable>

#include "client/transfer/hash_pool.hpp"
#include "client/transfer/object_cache.hpp"
#include "client/transfer/range_file.hpp"
#include "client/transport/interruption.hpp"
#include "client/transport/problem.hpp"
#include "client/transport/transfer_loop.hpp"
#include "core/random.hpp"

namespace bifrost::client {
namespace {

constexpr std::int64_t kRange = 32LL * 1024 * 1024;
constexpr int kMostAttempts = 5;
// Bounds open files: each content under way holds two.
constexpr std::size_t kMostUnderWay = 64;

/// One distinct content and everywhere it shall go.
struct Content {
    std::string sha256;
    std::int64_t size = 0;
    std::string url;
    std::vector<std::filesystem::path> targets;
};

struct Arriving {
    const Content* content = nullptr;
    std::filesystem::path path; ///< of the unfinished file
    std::unique_ptr<RangeFile> file;
    std::size_t ranges_left = 0;
    bool over = false; ///< given up; what of it still runs is of no interest
};
using ArrivingPtr = std::shared_ptr<Arriving>;

class Run {
  public:
    Run(Api& api, const DownloadOptions& options)
        : api_(api), options_(options), cache_(options.cache), loop_(options.parallel) {}

    Result<DownloadCounts> fetch(std::vector<Content> contents) {
        keep_what_is_there(contents);
        std::vector<const Content*> absent;
        if (auto placed = place_cached(contents, absent); !placed) return placed.error();
        for (const Content* content : absent) {
            {
                std::unique_lock lock{mutex_};
                changed_.wait(lock, [this] { return under_way_ < kMostUnderWay || failure_; });
                if (failure_) break;
                ++under_way_;
            }
            if (auto begun = begin(*content); !begun) end_one(begun.error());
        }
        {
            std::unique_lock lock{mutex_};
            changed_.wait(lock, [this] { return under_way_ == 0; });
        }
        if (failure_) return *failure_;
        return counts_;
    }

  private:
    /// Strikes out targets that have the right bytes already.
    void keep_what_is_there(std::vector<Content>& contents) {
        HashPool pool;
        for (auto& content : contents) {
            for (auto& target : content.targets) {
                const auto stamp = stamp_of(target);
                if (!stamp || stamp->size != content.size) continue;
                pool.add(target, [this, &content, &target](const Result<HashedFile>& hashed) {
                    if (!hashed || hashed->sha256 != content.sha256) return;
                    target.clear();
                    const std::scoped_lock lock{mutex_};
                    ++counts_.kept;
                    if (options_.progress) options_.progress->advance(content.size);
                });
            }
        }
        pool.wait();
        for (auto& content : contents)
            std::erase_if(content.targets, [](const auto& target) { return target.empty(); });
        std::erase_if(contents, [](const Content& content) { return content.targets.empty(); });
    }

    /// Places what the cache holds, a few at a time; `absent` gets the rest.
    Result<> place_cached(const std::vector<Content>& contents, std::vector<const Content*>& absent) {
        HashPool pool;
        std::optional<Error> error;
        for (const auto& content : contents) {
            const auto path = cache_.object(content.sha256);
            if (const auto stamp = stamp_of(path); !stamp) {
                const std::scoped_lock lock{mutex_}; // of a damaged one the pool says the same
                absent.push_back(&content);
                continue;
            }
            pool.add(path, [&, this](const Result<HashedFile>& hashed) {
                const bool good = cache_.accept(content.sha256, content.size, hashed);
                const Result<> placed = good && !interrupted() ? place(content) : Result<>{};
                const std::scoped_lock lock{mutex_};
                if (!good)
                    absent.push_back(&content);
                else if (!placed && !error)
                    error = placed.error();
                counts_.from_cache += good ? 1 : 0;
                if (good && options_.progress)
                    options_.progress->advance(content.size *
                                               static_cast<std::int64_t>(content.targets.size()));
            });
        }
        pool.wait();
        if (interrupted()) return Error{Errc::unavailable, "Interrupted."};
        if (error) return *error;
        return {};
    }

    Result<> place(const Content& content) {
        for (const auto& target : content.targets)
            BIFROST_CHECK(place_file(cache_.object(content.sha256), target, options_.way));
        return {};
    }

    Result<> begin(const Content& content) {
        auto arriving = std::make_shared<Arriving>();
        arriving->content = &content;
        arriving->path = cache_.unfinished(content.sha256);
        auto opened = RangeFile::open(arriving->path, content.size, kRange);
        if (!opened && opened.error().code == Errc::conflict) {
            // Another program is at the same content: both go on, each with a file of its own.
            arriving->path += "-" + random_token(9);
            opened = RangeFile::open(arriving->path, content.size, kRange);
        }
        if (!opened) return opened.error();
        arriving->file = std::move(*opened);
        const auto ranges = arriving->file->missing();
        if (ranges.empty()) { // empty, or killed just before the end
            hash_and_finish(arriving);
            return {};
        }
        arriving->ranges_left = ranges.size();
        const bool whole = ranges.size() == 1 && ranges.front().length == content.size;
        for (const auto& range : ranges) get_range(arriving, range, whole, 1);
        return {};
    }

    void get_range(const ArrivingPtr& arriving, ByteRange range, bool whole, int attempt) {
        HttpRequest request;
        request.url = api_.absolute(arriving->content->url);
        request.headers = api_.headers_for(request.url);
        if (!whole)
            request.headers.emplace_back("Range", "bytes=" + std::to_string(range.offset) + "-" +
                                                      std::to_string(range.offset + range.length - 1));
        request.deadline = std::chrono::seconds{0};
        auto got = std::make_shared<std::int64_t>(0);
        request.on_data = [arriving, range, got](std::string_view bytes) -> Result<> {
            if (*got + static_cast<std::int64_t>(bytes.size()) > range.length)
                return Error{Errc::internal, "The server sent more of a file than was asked for."};
            BIFROST_CHECK(arriving->file->write(range.offset + *got, bytes));
            *got += static_cast<std::int64_t>(bytes.size());
            return {};
        };
        loop_.add(std::move(request),
                  [this, arriving, range, whole, got, attempt](Result<HttpResponse> result) {
                      range_answered(arriving, range, whole, *got, attempt, std::move(result));
                  });
    }

    void range_answered(const ArrivingPtr& arriving, ByteRange range, bool whole, std::int64_t got,
                        int attempt, Result<HttpResponse> result) {
        if (options_.progress) options_.progress->advance(got);
        if (result && result->ok() && got == range.length && (whole || result->status == 206)) {
            if (auto noted = arriving->file->finish({range.offset / kRange * kRange, 0}); !noted)
                return give_up(arriving, noted.error());
            if (--arriving->ranges_left == 0) hash_and_finish(arriving);
            return;
        }
        const bool broke = (!result && result.error().code == Errc::unavailable) || (result && result->ok());
        if (broke && attempt < kMostAttempts && !interrupted() && !failed()) {
            // Goes on behind what has arrived. The loop has no pause of its own here; a range that brought
            // nothing waits for its turn behind the others.
            return get_range(arriving, {range.offset + got, range.length - got}, whole && got == 0,
                             got > 0 ? 1 : attempt + 1);
        }
        if (!result) return give_up(arriving, result.error());
        if (result->ok())
            return give_up(arriving, {Errc::internal, "The server sent less of a file than it announced."});
        give_up(arriving, problem_of(*result, api_.site().url));
    }

    void hash_and_finish(const ArrivingPtr& arriving) {
        pool_.add(arriving->path, [this, arriving](const Result<HashedFile>& hashed) {
            if (!hashed) return give_up(arriving, hashed.error());
            const Content& content = *arriving->content;
            if (hashed->sha256 != content.sha256 || hashed->stamp.size != content.size) {
                return give_up(
                    arriving,
                    {Errc::conflict, content.targets.front().filename().string() +
                                         " arrived with other bytes than the site's record says (sha256 " +
                                         content.sha256 +
                                         "). Run the command again; if it stays so, tell whoever runs the "
                                         "site to run `bifrost verify`."});
            }
            arriving->file->remove_list();
            Result<> done = cache_.adopt(arriving->path, content.sha256);
            if (done) done = place(content);
            if (!done) return give_up(arriving, done.error());
            {
                const std::scoped_lock lock{mutex_};
                ++counts_.downloaded;
            }
            end_one(std::nullopt);
        });
    }

    /// The partial file goes, unless the program dies before it comes here.
    void give_up(const ArrivingPtr& arriving, Error error) {
        {
            const std::scoped_lock lock{mutex_};
            if (std::exchange(arriving->over, true)) return;
        }
        arriving->file->remove();
        end_one(std::move(error));
    }

    bool failed() {
        const std::scoped_lock lock{mutex_};
        return failure_.has_value();
    }

    void end_one(std::optional<Error> error) {
        const std::scoped_lock lock{mutex_};
        if (error && !failure_) failure_ = std::move(error);
        --under_way_;
        changed_.notify_all();
    }

    Api& api_;
    const DownloadOptions& options_;
    ObjectCache cache_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Error> failure_;
    DownloadCounts counts_;
    std::size_t under_way_ = 0;

    HashPool pool_;
    TransferLoop loop_; // last: its callbacks use everything above
};

} // namespace

Result<DownloadCounts> download(Api& api, const std::vector<DownloadItem>& items,
                                const DownloadOptions& options) {
    std::vector<Content> contents;
    std::unordered_map<std::string, std::size_t> known;
    for (const auto& item : items) {
        const auto [at, fresh] = known.try_emplace(item.sha256, contents.size());
        if (fresh) contents.push_back({item.sha256, item.size, item.url, {}});
        contents[at->second].targets.push_back(item.target);
        if (options.progress) options.progress->expect(item.size);
    }
    Run run{api, options};
    return run.fetch(std::move(contents));
}

} // namespace bifrost::client
