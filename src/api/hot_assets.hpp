#pragma once
// Answers for single assets, kept in this process and in the shared cache. Whether a kept one still holds is
// decided by the event log alone, which this process follows: no cache is believed, however stale, wrong or
// empty it is.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "cache/cache.hpp"
#include "database/database.hpp"
#include "events/event_log.hpp"

namespace bifrost::api {

/// An asset's answer and the position of the log up to which it takes everything into account.
struct HotAsset {
    Id project_id;
    std::int64_t revision = 0;
    events::Position position;
    std::string body; ///< JSON
};

/// What LiveEvents tells of the log, on its thread.
class LogWatcher {
  public:
    virtual ~LogWatcher() = default;
    /// Everything up to here is older than whatever will be seen.
    virtual void starts_at(const events::Position& position) = 0;
    /// The log is about to be read to its end.
    virtual void begins() = 0;
    virtual void saw(const events::Event& event) = 0;
    /// It was.
    virtual void reached_end() = 0;
};

class HotAssets final : public LogWatcher {
  public:
    /// `shared` may be empty: then only this process keeps answers.
    HotAssets(database::Database& database, std::shared_ptr<cache::Cache> shared, std::chrono::seconds ttl);

    /// The asset as it is, whoever asks; the caller checks permissions by `project_id`. Of several callers
    /// who miss the same one, one reads it for all. not_found.
    Result<HotAsset> get(const Id& id);
    /// This process has committed something: nothing that was kept counts until the log was read behind it.
    void wrote() { ++writes_; }

    void starts_at(const events::Position& position) override;
    void begins() override { begun_writes_ = writes_.load(); }
    void saw(const events::Event& event) override;
    void reached_end() override;

  private:
    using Clock = std::chrono::steady_clock;
    struct Flight {
        bool is_over = false;
        std::optional<Result<HotAsset>> outcome;
    };

    [[nodiscard]] bool holds(const Id& id, const HotAsset& asset);
    [[nodiscard]] bool is_current();
    [[nodiscard]] bool is_behind_own_writes();
    std::optional<HotAsset> find(const Id& id);
    Result<HotAsset> read_once(const Id& id);
    Result<HotAsset> read(const Id& id);

    database::Database& database_;
    std::shared_ptr<cache::Cache> shared_;
    std::unique_ptr<cache::Cache> own_;
    const std::chrono::seconds ttl_;

    std::atomic<std::uint64_t> writes_{0};
    std::uint64_t begun_writes_ = 0; ///< of the thread that reads the log

    std::mutex mutex_;
    std::unordered_map<Id, events::Position> changed_; ///< assets and whole projects: their last change
    events::Position floor_{INT64_MAX, 0, 0};          ///< nothing is known of changes before
    Clock::time_point reached_end_at_{};
    std::uint64_t followed_writes_ = 0;

    std::mutex flights_mutex_;
    std::condition_variable flight_over_;
    std::unordered_map<Id, std::shared_ptr<Flight>> flights_;
};

} // namespace bifrost::api
