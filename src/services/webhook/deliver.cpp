// Attempts: what is sent is made at that moment, of what the owner may see then.

#include <algorithm>
#include <charconv>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "access/event_visibility.hpp"
#include "access/user_actor.hpp"
#include "access/user_ref.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "core/random.hpp"
#include "services/project/hidden.hpp"
#include "services/webhook/delivery.hpp"
#include "services/webhook/signature.hpp"
#include "services/webhook/webhook.sql.hpp"

namespace bifrost::webhook {
namespace {

constexpr std::int64_t kLeaseSeconds = 60;
constexpr std::int64_t kLongestHold = 60; ///< seconds
constexpr std::int64_t kLongestRetryAfter = 3'600;
constexpr std::size_t kMostBody = 256 * 1024;

/// What the next attempt of a webhook takes.
struct Next {
    std::string url;
    std::string secret;
    std::optional<std::string> old_secret;
    std::optional<Timestamp> old_secret_until;
    Id owner_id;
    std::optional<std::string> scopes;
    std::optional<Id> project_id;
    std::int64_t failures = 0;
    Id id; ///< of the delivery
    std::optional<std::int64_t> epoch;
    std::optional<std::int64_t> txid;
    std::optional<std::int64_t> number;
    std::string action;
    std::optional<std::string> payload;
    std::int64_t attempts = 0;
    std::int64_t step = 0;
    Timestamp created_at;

    // Made of it:
    std::optional<std::string> body;         ///< nothing: not for its owner's eyes
    std::optional<std::string> out_of_order; ///< a sentence: it must not be called any more
};
BOOST_DESCRIBE_STRUCT(Next, (),
                      (url, secret, old_secret, old_secret_until, owner_id, scopes, project_id, failures, id,
                       epoch, txid, number, action, payload, attempts, step, created_at))

/// How an attempt ended.
struct Outcome {
    Timestamp at;
    std::int64_t duration_ms = 0;
    std::optional<std::int64_t> status;
    std::optional<std::string> error;
    std::optional<std::string> answer;
    std::int64_t retry_after = 0; ///< seconds
    std::optional<std::string> disable;

    [[nodiscard]] bool is_success() const { return status && *status >= 200 && *status < 300; }
};

events::Event read_event(const database::Row& row) {
    events::Event event;
    event.position = {row.integer(0), row.integer(1), row.integer(2)};
    event.at = row.timestamp(3);
    event.change_set = row.id(4);
    event.actor_id = row.get<std::optional<Id>>(5);
    event.action = row.text(6);
    event.project_id = row.get<std::optional<Id>>(7);
    event.entity_kind = row.text(8);
    event.entity_id = row.id(9);
    event.patch = json::Raw{std::string(row.text(10))};
    event.request_id = row.get<std::optional<std::string>>(11);
    return event;
}

std::string payload_of(const events::Event& event, const std::optional<access::UserRef>& actor,
                       const json::Raw& patch) {
    std::string data;
    json::ObjectWriter(data)
        .member("position", event.position.text())
        .member("change_set", event.change_set)
        .member("at", event.at)
        .member("actor", actor)
        .member("action", event.action)
        .member("project_id", event.project_id)
        .member("entity_kind", event.entity_kind)
        .member("entity_id", event.entity_id)
        .member("patch", patch)
        .member("request_id", event.request_id);
    std::string payload;
    json::ObjectWriter(payload)
        .member("type", event.action)
        .member("timestamp", event.at)
        .member("data", json::Raw{std::move(data)});
    return payload;
}

Result<std::string> body_for(database::Tx& tx, const access::Actor& owner, const events::Event& event) {
    std::set<Id> ids;
    if (event.actor_id) ids.insert(*event.actor_id);
    BIFROST_ASSIGN(const auto users, access::find_user_refs(tx, ids));
    std::optional<access::UserRef> actor;
    if (event.actor_id)
        if (const auto found = users.find(*event.actor_id); found != users.end()) actor = found->second;
    std::string body = payload_of(event, actor, event.patch);
    // Who gets it can ask for what is too much to be sent.
    if (body.size() > kMostBody) body = payload_of(event, actor, json::Raw{"null"});
    if (owner.is_administrator()) return body;
    BIFROST_ASSIGN(const auto restricted, project::list_restricted_fields(tx));
    const auto hidden = project::hidden_keys(owner, restricted);
    if (hidden.empty()) return body;
    auto parsed = boost::json::parse(body);
    project::remove_hidden(parsed, hidden);
    return boost::json::serialize(parsed);
}

/// Fills what is sent, as the owner may see it now.
Result<> compose(database::Tx& tx, Next& next) {
    BIFROST_ASSIGN(const auto owner, access::find_user_actor(tx, next.owner_id, next.scopes));
    if (!owner) {
        next.out_of_order = "Its owner was deactivated.";
        return {};
    }
    if (!owner->may(access::Permission::webhook_manage, next.project_id)) {
        next.out_of_order = "Its owner may not manage webhooks here any more.";
        return {};
    }
    next.body = next.payload;
    if (next.body || !next.epoch) return {};
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_event, *next.epoch, *next.txid, *next.number));
    if (rows.empty()) return {};
    const events::Event event = read_event(rows[0]);
    BIFROST_ASSIGN(const auto versions, access::find_version_facts(tx, {event}));
    if (!access::may_see_event(*owner, event, versions)) return {};
    BIFROST_ASSIGN(next.body, body_for(tx, *owner, event));
    return {};
}

std::int64_t seconds_of(std::string_view text) {
    std::int64_t seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return 0; // a date, or nothing
    return std::clamp<std::int64_t>(seconds, 0, kLongestRetryAfter);
}

std::int64_t jittered(std::int64_t seconds, double jitter) {
    std::uint32_t random = 0;
    pooled_random(&random, sizeof random);
    const double share = static_cast<double>(random) / 4'294'967'295.0 * 2 - 1;
    return static_cast<std::int64_t>(static_cast<double>(seconds) * (1 + jitter * share) * 1'000'000.0);
}

class Delivering {
  public:
    Delivering(database::Database& database, const outbound::Outside& outside, const DeliverOptions& options,
               const Id& webhook_id, Timestamp lease)
        : database_(database), outside_(outside), options_(options), webhook_id_(webhook_id), lease_(lease) {}

    /// How many attempts; an error when the lease was lost or the database is away.
    Result<std::int64_t> run() {
        std::int64_t done = 0;
        for (; done < options_.most_at_once && !options_.stopped(); ++done) {
            BIFROST_ASSIGN(auto next, read_next());
            if (!next) break;
            if (next->out_of_order) {
                BIFROST_CHECK(disable(*next));
                break;
            }
            if (!next->body) {
                BIFROST_CHECK(database_.write(
                    [&](database::Tx& tx) { return tx.execute(sql::delete_delivery, next->id); }));
                continue;
            }
            const auto outcome = attempt(*next);
            if (options_.stopped() && !outcome.is_success()) break; // it may be our own fault
            BIFROST_CHECK(store(*next, outcome));
        }
        // Others may come at once.
        BIFROST_CHECK(database_.write([&](database::Tx& tx) {
            return tx.execute(sql::take_lease, webhook_id_, lease_, options_.now());
        }));
        return done;
    }

  private:
    Result<std::optional<Next>> read_next() {
        return database_.snapshot([&](database::Tx& tx) -> Result<std::optional<Next>> {
            BIFROST_ASSIGN(const auto rows, tx.query(sql::find_next, webhook_id_, lease_, options_.now()));
            if (rows.empty()) return std::optional<Next>{};
            Next next = rows[0].as<Next>();
            BIFROST_CHECK(compose(tx, next));
            return std::optional<Next>(std::move(next));
        });
    }

    Outcome attempt(const Next& next) const {
        Outcome outcome;
        outcome.at = options_.now();
        const std::string message_id = "msg_" + next.id.text();
        std::string signatures = sign(next.secret, message_id, outcome.at, *next.body);
        if (next.old_secret && next.old_secret_until && outcome.at < *next.old_secret_until)
            signatures += " " + sign(*next.old_secret, message_id, outcome.at, *next.body);
        outbound::Call call;
        call.url = next.url;
        call.body = *next.body;
        call.deadline = options_.deadline;
        call.stopped = options_.stopped;
        call.headers = {{"Content-Type", "application/json"},
                        {"webhook-id", message_id},
                        {"webhook-timestamp", std::to_string(outcome.at.micros / 1'000'000)},
                        {"webhook-signature", signatures}};
        const auto answer = outside_.post(call);
        if (!answer) {
            outcome.error = answer.error().detail;
            return outcome;
        }
        outcome.status = answer->status;
        outcome.duration_ms = answer->took.count();
        outcome.answer = answer->body;
        if (outcome.is_success()) return outcome;
        outcome.error = "The answer was " + std::to_string(answer->status) + ".";
        outcome.retry_after = seconds_of(answer->retry_after);
        if (answer->status == 410)
            outcome.disable = "Its receiver answered 410: it does not want to be called any more.";
        return outcome;
    }

    Result<> store(const Next& next, Outcome outcome) {
        const bool is_done = outcome.is_success();
        const bool is_last = static_cast<std::size_t>(next.step) >= options_.schedule.size();
        if (!is_done && is_last && !outcome.disable)
            outcome.disable =
                "Its receiver has not taken a delivery in the whole schedule of attempts: " + *outcome.error;
        const Timestamp now = options_.now();
        std::optional<Timestamp> next_at;
        const bool is_tried_again = !is_done && !is_last && !outcome.disable;
        if (is_tried_again) {
            const auto wait =
                jittered(options_.schedule[static_cast<std::size_t>(next.step)], options_.jitter);
            next_at = Timestamp{now.micros + std::max(wait, outcome.retry_after * 1'000'000)};
        }
        const std::int64_t failures = is_done ? 0 : next.failures + 1;
        const Timestamp hold = is_done ? Timestamp{0} : hold_until(now, failures, outcome.retry_after);
        const Timestamp lease = now.plus_seconds(kLeaseSeconds);
        const std::string state = is_done ? "delivered" : is_tried_again ? "waiting" : "failed";
        count(state);
        BIFROST_CHECK(
            access::write(database_, access::Actor::system(), [&](access::Call& call) -> Result<bool> {
                auto& tx = call.tx;
                BIFROST_ASSIGN(const auto held,
                               tx.execute(sql::note_call, webhook_id_, lease_, failures, hold, lease));
                if (held == 0) return Error{Errc::conflict, "Another process delivers for this webhook."};
                BIFROST_CHECK(tx.execute(sql::insert_attempt, next.id, next.attempts + 1, outcome.at,
                                         outcome.duration_ms, outcome.status, outcome.error, outcome.answer));
                BIFROST_CHECK(tx.execute(sql::note_outcome, next.id, state, next.attempts + 1,
                                         next.step + (is_tried_again ? 1 : 0), next_at, outcome.status,
                                         outcome.error, is_tried_again ? std::nullopt : std::optional(now)));
                if (outcome.disable) BIFROST_CHECK(disable_in(call, next, *outcome.disable));
                return true;
            }));
        lease_ = lease;
        return {};
    }

    Result<> disable(const Next& next) {
        BIFROST_CHECK(
            access::write(database_, access::Actor::system(), [&](access::Call& call) -> Result<bool> {
                BIFROST_CHECK(disable_in(call, next, *next.out_of_order));
                return true;
            }));
        return {};
    }

    /// Its owner is told by whoever tells people of events.
    Result<> disable_in(access::Call& call, const Next& next, const std::string& reason) {
        const Timestamp now = options_.now();
        BIFROST_ASSIGN(const auto changed, call.tx.execute(sql::disable, webhook_id_, reason, now));
        if (changed == 0) return {};
        BIFROST_CHECK(call.tx.execute(sql::drop_waiting, webhook_id_, now,
                                      std::string("The webhook was disabled before it was its turn.")));
        std::string after;
        json::ObjectWriter(after)
            .member("disabled_reason", reason)
            .member("state", std::string_view("disabled"))
            .member("users", std::vector<Id>{next.owner_id});
        call.changes.add({"webhook.disabled", next.project_id, "webhook", webhook_id_,
                          "{\"after\":" + after + ",\"before\":{\"state\":\"enabled\"}}"});
        log::warning("a webhook was disabled", {{"webhook", webhook_id_.text()}, {"reason", reason}});
        return {};
    }

    static Timestamp hold_until(Timestamp now, std::int64_t failures, std::int64_t retry_after) {
        const std::int64_t power = std::min<std::int64_t>(failures - 1, 6);
        const std::int64_t seconds = std::min(kLongestHold, std::int64_t{1} << power);
        return now.plus_seconds(std::max(seconds, retry_after));
    }
    static void count(const std::string& outcome) {
        metrics::counter("bifrost_webhook_attempts_total",
                         "Calls of webhooks, by what became of the delivery", {{"outcome", outcome}})
            .increment();
    }

    database::Database& database_;
    const outbound::Outside& outside_;
    const DeliverOptions& options_;
    const Id webhook_id_;
    Timestamp lease_;
};

} // namespace

Result<std::int64_t> deliver_due(database::Database& database, const outbound::Outside& outside,
                                 const DeliverOptions& options) {
    const Timestamp now = options.now();
    BIFROST_ASSIGN(const auto due,
                   database.read([&](database::Tx& tx) { return tx.query(sql::find_due, now); }));
    for (const auto row : due) {
        const Id id = row.id(0);
        const Timestamp lease = now.plus_seconds(kLeaseSeconds);
        BIFROST_ASSIGN(const auto taken, database.write([&](database::Tx& tx) {
            return tx.execute(sql::take_lease, id, row.timestamp(1), lease);
        }));
        if (taken == 0) continue; // another was faster
        return Delivering(database, outside, options, id, lease).run();
    }
    return std::int64_t{0};
}

} // namespace bifrost::webhook
