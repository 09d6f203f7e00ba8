#include <atomic>
#include <charconv>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "cache/cache.hpp"
#include "cache/redis/redis_connection.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"

namespace bifrost::cache {
namespace {

using Clock = RedisConnection::Clock;
using Words = std::vector<std::string_view>;

/// A value stands behind its revision and a line break. Revisions are exact in Lua up to 2^53.
constexpr std::string_view kPutScript =
    "local kept = redis.call('GET', KEYS[1]) "
    "if kept then local revision = tonumber(string.match(kept, '^(%d+)\\n')) "
    "if revision and revision > tonumber(ARGV[1]) then return 0 end end "
    "redis.call('SET', KEYS[1], ARGV[1] .. '\\n' .. ARGV[2], 'EX', ARGV[3]) return 1";
constexpr std::string_view kCountScript =
    "local number = redis.call('INCR', KEYS[1]) "
    "if number == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end return number";
constexpr std::chrono::milliseconds kLook{250}; ///< how soon a listening thread notices that it shall end
constexpr std::chrono::seconds kSilence{15};    ///< after that the line is asked whether it stands
constexpr std::chrono::milliseconds kLineDeadline{1'000}; ///< of the line, which nobody waits for

/// Leaves Redis alone for a while after a failure, so that it costs nobody a wait more than now and then.
class Breaker {
  public:
    Breaker(std::chrono::milliseconds rest, std::chrono::milliseconds longest)
        : rest_(rest), longest_(longest) {}

    bool admits() {
        const std::lock_guard lock(mutex_);
        if (failures_ == 0) return true;
        const auto now = Clock::now();
        if (now < until_) return false;
        until_ = now + rest_; // one tries, the others wait for what it finds
        return true;
    }
    void succeeded() {
        const std::lock_guard lock(mutex_);
        if (std::exchange(failures_, 0) > 0) log::info("Redis answers again");
    }
    void failed(const std::string& detail) {
        const std::lock_guard lock(mutex_);
        if (failures_++ == 0)
            log::warning("Redis is left alone for a while; everything goes on without it",
                         {{"detail", detail}});
        until_ = Clock::now() + std::min(longest_, rest_ * (1 << std::min(failures_ - 1, 8)));
    }

  private:
    const std::chrono::milliseconds rest_;
    const std::chrono::milliseconds longest_;
    std::mutex mutex_;
    int failures_ = 0;
    Clock::time_point until_{};
};

class RedisCache final : public Cache {
  public:
    RedisCache(RedisOptions options, RedisAddress address)
        : options_(std::move(options)), address_(std::move(address)),
          breaker_(options_.rest, options_.longest_rest),
          failures_(metrics::counter("bifrost_redis_failures_total", "Commands that Redis did not answer")) {}

    ~RedisCache() override {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        stopping_changed_.notify_all();
        if (line_.joinable()) line_.join();
    }

    std::optional<Entry> find(const std::string& key) override {
        const auto reply = ask({"GET", options_.prefix + key});
        if (!reply || reply->kind != RedisReply::Kind::text) return std::nullopt;
        const auto line = reply->text.find('\n');
        if (line == std::string::npos) return std::nullopt;
        Entry entry;
        const auto end = std::from_chars(reply->text.data(), reply->text.data() + line, entry.revision);
        if (end.ec != std::errc{} || end.ptr != reply->text.data() + line) return std::nullopt;
        entry.value = reply->text.substr(line + 1);
        return entry;
    }

    void put(const std::string& key, const Entry& entry, std::chrono::seconds ttl) override {
        static_cast<void>(ask({"EVAL", std::string(kPutScript), "1", options_.prefix + key,
                               std::to_string(entry.revision), entry.value, std::to_string(ttl.count())}));
    }

    void remove(const std::string& key) override { static_cast<void>(ask({"DEL", options_.prefix + key})); }

    std::optional<std::int64_t> count(const std::string& key, std::chrono::seconds window) override {
        const auto reply = ask(
            {"EVAL", std::string(kCountScript), "1", options_.prefix + key, std::to_string(window.count())});
        if (!reply || reply->kind != RedisReply::Kind::integer) return std::nullopt;
        return reply->integer;
    }

    void tell(const std::string& channel) override {
        static_cast<void>(ask({"PUBLISH", options_.prefix + channel, ""}));
    }

    void listen(const std::string& channel, std::function<void()> heard) override {
        const std::lock_guard lock(mutex_);
        listeners_.emplace(options_.prefix + channel, std::move(heard));
        ++listeners_changed_;
        if (!line_.joinable()) line_ = std::thread([this] { keep_line(); });
    }

    Result<> ping() override {
        auto connection = RedisConnection::open(address_, Clock::now() + options_.connect_deadline);
        if (!connection) return connection.error();
        const auto reply = (*connection)->ask({"PING"}, Clock::now() + options_.connect_deadline);
        if (!reply) return Error{Errc::unavailable, reply.error().detail};
        return {};
    }

  private:
    std::optional<RedisReply> ask(const std::vector<std::string>& words) {
        if (!breaker_.admits()) return std::nullopt;
        auto connection = take();
        if (!connection) return lost(connection.error());
        auto reply = (*connection)->ask(Words(words.begin(), words.end()), Clock::now() + options_.deadline);
        if (!reply && reply.error().code != Errc::conflict) return lost(reply.error());
        give_back(std::move(*connection));
        if (!reply) {
            // It is there and won't: out of memory, read-only, still loading.
            return lost(reply.error());
        }
        breaker_.succeeded();
        return std::move(*reply);
    }

    std::optional<RedisReply> lost(const Error& error) {
        failures_.increment();
        breaker_.failed(error.detail);
        const std::lock_guard lock(mutex_);
        idle_.clear(); // whatever happened to one has happened to all
        return std::nullopt;
    }

    Result<std::unique_ptr<RedisConnection>> take() {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                auto connection = std::move(idle_.back());
                idle_.pop_back();
                return connection;
            }
        }
        return RedisConnection::open(address_, Clock::now() + options_.connect_deadline);
    }

    void give_back(std::unique_ptr<RedisConnection> connection) {
        const std::lock_guard lock(mutex_);
        if (idle_.size() < options_.most_connections) idle_.push_back(std::move(connection));
    }

    /// False when it shall end.
    bool pause(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        return !stopping_changed_.wait_for(lock, time, [this] { return stopping_; });
    }

    void keep_line() {
        auto rest = options_.rest;
        while (pause(std::chrono::milliseconds(0))) {
            const auto begun = Clock::now();
            listen_once();
            rest = Clock::now() - begun > std::chrono::seconds(5) ? options_.rest
                                                                  : std::min(options_.longest_rest, rest * 2);
            if (!pause(rest)) return;
        }
    }

    std::multimap<std::string, std::function<void()>> listeners(std::uint64_t& changed) {
        const std::lock_guard lock(mutex_);
        changed = listeners_changed_;
        return listeners_;
    }

    /// Until the line breaks or somebody new listens.
    void listen_once() {
        std::uint64_t known = 0;
        const auto listeners = this->listeners(known);
        auto connection = RedisConnection::open(address_, Clock::now() + kLineDeadline);
        if (!connection) return;
        Words words{"SUBSCRIBE"};
        for (auto one = listeners.begin(); one != listeners.end(); one = listeners.upper_bound(one->first))
            words.push_back(one->first);
        if (!(*connection)->ask(words, Clock::now() + kLineDeadline)) return;
        // Whatever was told before is lost.
        for (const auto& [channel, heard] : listeners) heard();
        auto last = Clock::now();
        while (pause(std::chrono::milliseconds(0))) {
            const auto said = (*connection)->next(Clock::now() + kLook);
            if (!said) return;
            if (*said) {
                last = Clock::now();
                hear(**said, listeners);
                continue;
            }
            std::uint64_t now = 0;
            static_cast<void>(this->listeners(now));
            if (now != known) return;
            if (Clock::now() - last < kSilence) continue;
            const auto pong = (*connection)->ask({"PING"}, Clock::now() + kLineDeadline);
            if (!pong) return;
            hear(*pong, listeners);
            last = Clock::now();
        }
    }

    static void hear(const RedisReply& said,
                     const std::multimap<std::string, std::function<void()>>& listeners) {
        if (said.list.size() != 3 || said.list[0].text != "message") return;
        const auto [first, last] = listeners.equal_range(said.list[1].text);
        for (auto one = first; one != last; ++one) one->second();
    }

    const RedisOptions options_;
    const RedisAddress address_;
    Breaker breaker_;
    metrics::Counter failures_;
    std::mutex mutex_;
    std::condition_variable stopping_changed_;
    bool stopping_ = false;
    std::vector<std::unique_ptr<RedisConnection>> idle_;
    std::multimap<std::string, std::function<void()>> listeners_;
    std::uint64_t listeners_changed_ = 0;
    std::thread line_;
};

} // namespace

Result<std::unique_ptr<Cache>> open_redis_cache(const RedisOptions& options) {
    BIFROST_ASSIGN(auto address, RedisAddress::parse(options.url));
    return std::unique_ptr<Cache>(std::make_unique<RedisCache>(options, std::move(address)));
}

} // namespace bifrost::cache
