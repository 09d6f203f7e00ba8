#pragma once
// Deliveries: what a webhook was told or shall be, with every attempt.

#include <functional>

#include "services/webhook/webhook.hpp"

namespace bifrost::webhook {

struct Delivery {
    Id id; ///< what receivers know it by: the header webhook-id is "msg_" and this
    Id webhook_id;
    std::string action; ///< "version.published"
    std::string state;  ///< waiting, delivered, failed
    std::int64_t attempts = 0;
    std::optional<std::int64_t> status; ///< of the last answer
    std::optional<std::string> error;   ///< of the last attempt, a sentence
    std::optional<Timestamp> next_at;   ///< of the next attempt
    Timestamp created_at;
    std::optional<Timestamp> finished_at;
    std::optional<std::string> position; ///< of the event
};
BOOST_DESCRIBE_STRUCT(Delivery, (),
                      (id, webhook_id, action, state, attempts, status, error, next_at, created_at,
                       finished_at, position))

struct Attempt {
    std::int64_t number = 0;
    Timestamp at;
    std::int64_t duration_ms = 0;
    std::optional<std::int64_t> status;
    std::optional<std::string> error;
    std::optional<std::string> answer; ///< its beginning
};
BOOST_DESCRIBE_STRUCT(Attempt, (), (number, at, duration_ms, status, error, answer))

struct DeliveryWithAttempts : Delivery {
    std::vector<Attempt> log; ///< newest first, at most 100
};
BOOST_DESCRIBE_STRUCT(DeliveryWithAttempts, (Delivery), (log))

/// Newest first; `state` empty: all. What was delivered or given up is kept for 30 days.
Result<query::Page<Delivery>> list_deliveries(database::Tx& tx, const access::Actor& actor,
                                              const Id& webhook_id, const query::ListRequest& request,
                                              std::string_view state);
Result<DeliveryWithAttempts> get_delivery(database::Tx& tx, const access::Actor& actor, const Id& webhook_id,
                                          const Id& id);
/// Has it sent again at once, under the same id; the schedule begins anew. conflict when the webhook isn't
/// enabled. Adds "webhook.redelivered".
Result<Delivery> redeliver(access::Call& call, const Id& webhook_id, const Id& id);
/// A delivery of the type "webhook.ping" that means nothing. conflict when it isn't enabled. Adds
/// "webhook.pinged".
Result<Delivery> ping(access::Call& call, const Id& webhook_id);

/// Takes in what the log has for each webhook; how many events were looked at. Of several processes whoever
/// comes first does it.
Result<std::int64_t> queue_deliveries(database::Database& database, std::int64_t most = 500);

struct DeliverOptions {
    /// How long after a failed attempt comes the next, in seconds; after the last one it is given up and the
    /// webhook disabled. The specification's schedule.
    std::vector<std::int64_t> schedule{5, 300, 1'800, 7'200, 18'000, 36'000, 50'400, 72'000, 86'400};
    double jitter = 0.1; ///< each of those is made so much shorter or longer at most
    std::chrono::milliseconds deadline{15'000};
    std::int64_t most_at_once = 100; ///< deliveries of one webhook before another gets its turn
    std::function<bool()> stopped = [] { return false; };
    std::function<Timestamp()> now = [] { return Timestamp::now(); };
};

/// Takes a webhook that has something due and delivers it, one after the other in the order of the log; how
/// many attempts. At least once: what was sent when the program died is sent again, under the same id. A
/// webhook that fails is left alone for a moment that grows (or as long as it asks); one that answers 410 is
/// disabled, its owner told.
Result<std::int64_t> deliver_due(database::Database& database, const outbound::Outside& outside,
                                 const DeliverOptions& options = {});

/// Deliveries that ended before then; at most `limit`. How many.
Result<std::int64_t> remove_old_deliveries(database::Tx& tx, Timestamp before, std::int64_t limit);

} // namespace bifrost::webhook
