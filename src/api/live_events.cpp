#include "api/live_events.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "api/answer_cache.hpp"
#include "api/history.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"

namespace bifrost::api {
namespace {

constexpr std::int64_t kLivePage = 500;
constexpr std::int64_t kCatchUpPage = 200;
constexpr std::size_t kCatchUpReaders =
    32; ///< of those that are behind, fed before the live ones get their turn
constexpr std::size_t kMostWaiting =
    128 * 1024; ///< bytes of a reader that is behind; more are read when it took them
constexpr std::chrono::milliseconds kCatchUpPause{10};

http::EventStream::Bytes bytes_of(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

http::EventStream::Bytes message_of(const events::Event& event,
                                    const std::unordered_map<Id, access::UserRef>& users) {
    std::string text = "id: " + event.position.text() + "\ndata: ";
    write_event(text, event, users);
    return bytes_of(text += "\n\n");
}

/// For somebody who doesn't see all of it.
http::EventStream::Bytes message_of(const events::Event& event,
                                    const std::unordered_map<Id, access::UserRef>& users,
                                    const project::HiddenKeys& hidden) {
    std::string data;
    write_event(data, event, users);
    auto parsed = boost::json::parse(data);
    strip(parsed, hidden);
    return bytes_of("id: " + event.position.text() + "\ndata: " + boost::json::serialize(parsed) + "\n\n");
}

bool is_wanted(const StreamRequest& request, const events::Event& event) {
    if (request.project_id && event.project_id != request.project_id) return false;
    if (request.entity_id && event.entity_id != *request.entity_id) return false;
    if (request.kinds.empty()) return true;
    return std::any_of(request.kinds.begin(), request.kinds.end(), [&](const std::string& kind) {
        return kind == event.entity_kind || kind == event.action;
    });
}

events::EventFilter filter_of(const StreamRequest& request) {
    events::EventFilter filter = access::visible_events(request.actor);
    filter.kinds = request.kinds;
    const auto narrow = [&](const char* column, const std::optional<Id>& id) {
        if (!id) return;
        filter.condition += std::string(" and event.") + column + " = ?";
        filter.values.push_back(database::to_value(*id));
    };
    narrow("project_id", request.project_id);
    narrow("entity_id", request.entity_id);
    return filter;
}

} // namespace

void write_event(std::string& out, const events::Event& event,
                 const std::unordered_map<Id, access::UserRef>& users) {
    json::ObjectWriter(out)
        .member("position", event.position.text())
        .member("change_set", event.change_set)
        .member("at", event.at)
        .member("actor", actor_of(event, users))
        .member("action", event.action)
        .member("project_id", event.project_id)
        .member("entity_kind", event.entity_kind)
        .member("entity_id", event.entity_id)
        .member("patch", event.patch)
        .member("request_id", event.request_id);
}

LiveEvents::LiveEvents(database::Database& database, access::Authenticator& authenticator, Options options)
    : database_(database), authenticator_(authenticator), options_(options) {}

LiveEvents::~LiveEvents() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    news_.notify_all();
    if (thread_.joinable()) thread_.join();
    for (auto* readers : {&arrived_, &behind_, &live_})
        for (auto& reader : *readers) reader.stream->end();
}

Result<std::shared_ptr<http::EventStream>> LiveEvents::open(StreamRequest request) {
    Reader reader;
    BIFROST_CHECK(database_.snapshot([&](database::Tx& tx) -> Result<> {
        BIFROST_ASSIGN(const auto settled, events::last_settled(tx));
        reader.position = request.since ? *request.since : settled.value_or(events::Position{});
        BIFROST_CHECK(
            events::list_events(tx, reader.position, 1, {})); // a position that can't be resumed from
        return {};
    }));
    static const auto gauge = metrics::gauge("bifrost_event_streams", "Open event streams");
    if (streams_ >= options_.most_streams) {
        Error busy{Errc::unavailable, "The server has as many event streams as it takes; try again shortly."};
        busy.retry_after_seconds = 5;
        return busy;
    }
    gauge.set(static_cast<double>(++streams_));
    if (request.at_most) reader.ends_at = Clock::now() + *request.at_most;
    reader.request = std::move(request);
    reader.stream = std::make_shared<http::EventStream>();
    const std::string at = reader.position.text();
    reader.stream->send(
        bytes_of("retry: 2000\nevent: ready\nid: " + at + "\ndata: {\"position\":\"" + at + "\"}\n\n"));
    auto stream = reader.stream;
    {
        const std::lock_guard lock(mutex_);
        arrived_.push_back(std::move(reader));
        ++notified_;
        if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    }
    news_.notify_all();
    return stream;
}

Result<> LiveEvents::watch(LogWatcher& watcher) {
    BIFROST_ASSIGN(const auto settled,
                   database_.read([](database::Tx& tx) { return events::last_settled(tx); }));
    head_ = settled.value_or(events::Position{});
    watcher_ = &watcher;
    watcher.starts_at(head_);
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    return {};
}

void LiveEvents::notify() {
    if (streams_ == 0 && watcher_ == nullptr) return;
    {
        const std::lock_guard lock(mutex_);
        ++notified_;
    }
    news_.notify_all();
}

bool LiveEvents::wait() {
    std::unique_lock lock(mutex_);
    const auto is_told = [&] { return stopping_ || notified_ != seen_; };
    if (live_.empty() && behind_.empty() && watcher_ == nullptr)
        news_.wait(lock, is_told);
    else
        news_.wait_for(lock, behind_.empty() ? options_.poll : kCatchUpPause, is_told);
    seen_ = notified_;
    behind_.splice(behind_.end(), arrived_);
    return !stopping_;
}

void LiveEvents::run() {
    while (wait()) {
        auto done = follow();
        if (done) done = catch_up();
        if (!done && !std::exchange(failing_, true))
            log::warning("live events can't be read at the moment", {{"detail", done.error().detail}});
        if (done && std::exchange(failing_, false)) log::info("live events are read again");
        beat();
        drop_ended();
    }
}

Result<LiveEvents::Batch> LiveEvents::read_batch(std::optional<events::Position> since, std::int64_t limit,
                                                 const events::EventFilter& filter) {
    return database_.snapshot([&](database::Tx& tx) -> Result<Batch> {
        Batch batch;
        // Read before the events: whoever finds nothing up to here needs not look there again.
        BIFROST_ASSIGN(const auto settled, events::last_settled(tx));
        BIFROST_ASSIGN(batch.page, events::list_events(tx, since, limit, filter));
        if (!batch.page.more && settled && *settled > batch.page.position) batch.page.position = *settled;
        BIFROST_ASSIGN(const auto end, AnswerCache::log_end(tx));
        batch.has_all = end && *end <= batch.page.position;
        BIFROST_ASSIGN(batch.users, access::find_user_refs(tx, actors_of(batch.page.events)));
        BIFROST_ASSIGN(batch.versions, access::find_version_facts(tx, batch.page.events));
        return batch;
    });
}

/// Reads on from where the live readers stand, once for all of them.
Result<> LiveEvents::follow() {
    if (live_.empty() && watcher_ == nullptr) return {};
    if (watcher_ != nullptr) watcher_->begins();
    bool has_all = false;
    for (bool more = true; more;) {
        BIFROST_ASSIGN(const auto batch, read_batch(head_, kLivePage, {}));
        const auto& events = batch.page.events;
        // Who may see what has changed, here or in another process: what was known of actors is dropped.
        if (std::any_of(events.begin(), events.end(), [](const events::Event& event) {
                return event.action.starts_with("member.") || event.action.starts_with("user.");
            }))
            authenticator_.forget();
        deliver(batch);
        if (watcher_ != nullptr)
            for (const auto& event : batch.page.events) watcher_->saw(event);
        head_ = std::max(head_, batch.page.position);
        more = batch.page.more;
        has_all = batch.has_all;
    }
    if (watcher_ != nullptr && has_all) watcher_->reached_end();
    return {};
}

void LiveEvents::deliver(const Batch& batch) {
    if (batch.page.events.empty()) return;
    std::vector<http::EventStream::Bytes> messages(batch.page.events.size());
    for (auto reader = live_.begin(); reader != live_.end(); ++reader) {
        bool is_fresh = false;
        project::HiddenKeys hidden;
        for (std::size_t i = 0; i < messages.size(); ++i) {
            const auto& event = batch.page.events[i];
            if (event.position <= reader->position || !is_wanted(reader->request, event)) continue;
            // What the actor may see is asked once a batch, and never older than a second.
            if (!std::exchange(is_fresh, true)) {
                if (!refresh(*reader)) break;
                auto keys = hidden_fields_.of(database_, reader->request.actor);
                if (!keys) break;
                hidden = std::move(*keys);
            }
            if (!access::may_see_event(reader->request.actor, event, batch.versions)) continue;
            if (!hidden.empty()) {
                if (!reader->stream->send(message_of(event, batch.users, hidden))) break;
                continue;
            }
            if (!messages[i]) messages[i] = message_of(event, batch.users);
            if (!reader->stream->send(messages[i])) break;
        }
        reader->position = std::max(reader->position, batch.page.events.back().position);
    }
}

Result<> LiveEvents::catch_up() {
    std::size_t fed = 0;
    for (auto reader = behind_.begin(); reader != behind_.end() && fed < kCatchUpReaders;) {
        const auto current = reader++;
        if (current->stream->is_over() || current->stream->pending() > kMostWaiting) continue;
        ++fed;
        BIFROST_ASSIGN(const bool caught_up, feed(*current));
        if (!caught_up) continue;
        if (current->request.at_most && current->request.at_most->count() == 0) current->stream->end();
        // Nobody else stands at the head: it may move.
        if (live_.empty() && watcher_ == nullptr) head_ = current->position;
        live_.splice(live_.end(), behind_, current);
    }
    return {};
}

Result<bool> LiveEvents::feed(Reader& reader) {
    if (!refresh(reader)) return false;
    BIFROST_ASSIGN(const auto batch, read_batch(reader.position, kCatchUpPage, filter_of(reader.request)));
    BIFROST_ASSIGN(const auto hidden, hidden_fields_.of(database_, reader.request.actor));
    for (const auto& event : batch.page.events)
        if (!reader.stream->send(hidden.empty() ? message_of(event, batch.users)
                                                : message_of(event, batch.users, hidden)))
            return false;
    reader.position = batch.page.position;
    // Those in front of the live readers' head were not for this reader yet: they are read once more, by
    // itself.
    return !batch.page.more && ((live_.empty() && watcher_ == nullptr) || reader.position >= head_);
}

bool LiveEvents::refresh(Reader& reader) {
    auto actor = authenticator_.authenticate(reader.request.secret, false);
    if (actor) {
        reader.request.actor = std::move(*actor);
        return true;
    }
    reader.stream->end();
    return false;
}

/// Tells clients that the connection stands, and how far they are, so that they resume without reading all
/// again.
void LiveEvents::beat() {
    if (live_.empty() || Clock::now() < next_beat_) return;
    next_beat_ = Clock::now() + options_.heartbeat;
    if (failing_) return;
    const auto text = bytes_of(": still here\nid: " + head_.text() + "\n\n");
    static const auto nothing_new = bytes_of(": still here\n\n");
    for (auto& reader : live_)
        if (refresh(reader)) reader.stream->send(reader.position <= head_ ? text : nothing_new);
}

void LiveEvents::drop_ended() {
    const auto now = Clock::now();
    std::size_t dropped = 0;
    for (auto* readers : {&behind_, &live_})
        dropped += readers->remove_if([&](Reader& reader) {
            if (reader.ends_at <= now && reader.request.at_most->count() > 0) reader.stream->end();
            return reader.stream->is_over();
        });
    if (dropped == 0) return;
    streams_ -= dropped;
    metrics::gauge("bifrost_event_streams", "Open event streams").set(static_cast<double>(streams_));
}

} // namespace bifrost::api
