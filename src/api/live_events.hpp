#pragma once
// Live events: one reader of the log in each process feeds the event streams of all its clients.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "access/authenticator.hpp"
#include "access/event_visibility.hpp"
#include "access/user_ref.hpp"
#include "api/hidden_fields.hpp"
#include "api/hot_assets.hpp"
#include "events/event_log.hpp"
#include "http/event_stream.hpp"

namespace bifrost::api {

/// What a client wants to hear of.
struct StreamRequest {
    std::string secret; ///< of the session or token, asked about again while the stream lasts
    access::Actor actor;
    std::optional<events::Position> since; ///< nothing: from now on
    std::optional<Id> project_id;
    std::optional<Id> entity_id;
    std::vector<std::string> kinds;              ///< as in events::EventFilter
    std::optional<std::chrono::seconds> at_most; ///< then it ends; 0: once everything up to now was sent
};

struct LiveEventsOptions {
    std::chrono::milliseconds poll{250}; ///< how soon changes of other processes are seen without a wake-up
    std::chrono::milliseconds heartbeat{15'000};
    std::size_t most_streams = 5'000;
};

class LiveEvents {
  public:
    using Options = LiveEventsOptions;

    LiveEvents(database::Database& database, access::Authenticator& authenticator, Options options = {});
    LiveEvents(const LiveEvents&) = delete;
    LiveEvents& operator=(const LiveEvents&) = delete;
    /// Ends all streams.
    ~LiveEvents();

    /// A stream of every event behind `since`, without a gap and none twice, as far as the caller may see it
    /// when it is sent. gone: the position is of another copy of the site; unavailable: there are too many
    /// streams.
    Result<std::shared_ptr<http::EventStream>> open(StreamRequest request);
    /// Something was written, here or elsewhere.
    void notify();
    /// Follows the log from now on, listeners or not, and tells `watcher` of it. Once, before anything else;
    /// it must outlive this.
    Result<> watch(LogWatcher& watcher);

  private:
    using Clock = std::chrono::steady_clock;
    struct Reader {
        StreamRequest request;
        std::shared_ptr<http::EventStream> stream;
        events::Position position; ///< everything up to here was sent or isn't for this reader
        Clock::time_point ends_at = Clock::time_point::max();
    };
    using Readers = std::list<Reader>;
    /// Events with what their texts and their visibility take.
    struct Batch {
        events::EventPage page;
        std::unordered_map<Id, access::UserRef> users;
        std::unordered_map<Id, access::VersionFacts> versions;
        /// Whether every change that is committed stands in front of `page.position`: an older transaction
        /// that still runs holds back the log, and not the tables.
        bool has_all = false;
    };

    void run();
    /// Waits for news; false when it shall end.
    bool wait();
    Result<> follow();
    void deliver(const Batch& batch);
    Result<> catch_up();
    /// One page for a reader that is behind; whether it has caught up.
    Result<bool> feed(Reader& reader);
    void beat();
    void drop_ended();
    /// The actor as it is now; false when the reader may not listen any more.
    bool refresh(Reader& reader);
    Result<Batch> read_batch(std::optional<events::Position> since, std::int64_t limit,
                             const events::EventFilter& filter);

    database::Database& database_;
    access::Authenticator& authenticator_;
    HiddenFields hidden_fields_;
    const Options options_;
    std::mutex mutex_;
    std::condition_variable news_;
    std::uint64_t notified_ = 0;
    bool stopping_ = false;
    Readers arrived_;
    std::thread thread_;
    std::atomic<std::size_t> streams_{0};
    LogWatcher* watcher_ = nullptr;

    // Of the thread alone.
    std::uint64_t seen_ = 0;
    Readers behind_;
    Readers live_;
    events::Position head_; ///< where live readers stand
    Clock::time_point next_beat_{};
    bool failing_ = false;
};

/// An event as the API shows it.
void write_event(std::string& out, const events::Event& event,
                 const std::unordered_map<Id, access::UserRef>& users);

} // namespace bifrost::api
