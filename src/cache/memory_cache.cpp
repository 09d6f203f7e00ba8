#include <list>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "cache/cache.hpp"

namespace bifrost::cache {
namespace {

using Clock = std::chrono::steady_clock;

class MemoryCache final : public Cache {
  public:
    explicit MemoryCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

    std::optional<Entry> find(const std::string& key) override {
        const std::lock_guard lock(mutex_);
        const auto found = places_.find(key);
        if (found == places_.end()) return std::nullopt;
        if (found->second->ends_at <= Clock::now()) {
            drop(found->second);
            return std::nullopt;
        }
        kept_.splice(kept_.begin(), kept_, found->second);
        return found->second->entry;
    }

    void put(const std::string& key, const Entry& entry, std::chrono::seconds ttl) override {
        const std::lock_guard lock(mutex_);
        const auto found = places_.find(key);
        if (found != places_.end()) {
            if (found->second->entry.revision > entry.revision && found->second->ends_at > Clock::now())
                return;
            drop(found->second);
        }
        kept_.push_front({key, entry, Clock::now() + ttl});
        places_[key] = kept_.begin();
        bytes_ += size_of(kept_.front());
        while (bytes_ > most_bytes_ && !kept_.empty()) drop(std::prev(kept_.end()));
    }

    void remove(const std::string& key) override {
        const std::lock_guard lock(mutex_);
        if (const auto found = places_.find(key); found != places_.end()) drop(found->second);
    }

    std::optional<std::int64_t> count(const std::string& key, std::chrono::seconds window) override {
        const std::lock_guard lock(mutex_);
        const auto now = Clock::now();
        // Dropping all is rare and generous: whoever was counted begins anew.
        if (counts_.size() > kMostCounts) counts_.clear();
        auto& counted = counts_[key];
        if (counted.ends_at <= now) counted = {0, now + window};
        return ++counted.number;
    }

    void tell(const std::string& channel) override {
        std::vector<std::function<void()>> heard;
        {
            const std::lock_guard lock(mutex_);
            const auto found = listeners_.find(channel);
            if (found != listeners_.end()) heard = found->second;
        }
        for (const auto& one : heard) one();
    }

    void listen(const std::string& channel, std::function<void()> heard) override {
        const std::lock_guard lock(mutex_);
        listeners_[channel].push_back(std::move(heard));
    }

    Result<> ping() override { return {}; }

  private:
    static constexpr std::size_t kMostCounts = 100'000;
    struct Kept {
        std::string key;
        Entry entry;
        Clock::time_point ends_at;
    };
    struct Counted {
        std::int64_t number = 0;
        Clock::time_point ends_at{};
    };
    using Place = std::list<Kept>::iterator;

    static std::size_t size_of(const Kept& kept) {
        return 2 * kept.key.size() + kept.entry.value.size() + 160;
    }

    void drop(Place place) {
        bytes_ -= size_of(*place);
        places_.erase(place->key);
        kept_.erase(place);
    }

    const std::size_t most_bytes_;
    std::mutex mutex_;
    std::list<Kept> kept_; ///< the last used first
    std::unordered_map<std::string, Place> places_;
    std::size_t bytes_ = 0;
    std::unordered_map<std::string, Counted> counts_;
    std::unordered_map<std::string, std::vector<std::function<void()>>> listeners_;
};

} // namespace

std::unique_ptr<Cache> make_memory_cache(std::size_t most_bytes) {
    return std::make_unique<MemoryCache>(most_bytes);
}

} // namespace bifrost::cache
