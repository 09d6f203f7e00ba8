#include "services/webhook/delivery.hpp"

#include <boost/json/parse.hpp>

#include "events/event_log.hpp"
#include "services/webhook/webhook.sql.hpp"

namespace bifrost::webhook {
namespace {

/// A delivery without its position, which is three columns.
struct Row {
    Id id;
    Id webhook_id;
    std::string action;
    std::string state;
    std::int64_t attempts = 0;
    std::optional<std::int64_t> status;
    std::optional<std::string> error;
    std::optional<Timestamp> next_at;
    Timestamp created_at;
    std::optional<Timestamp> finished_at;
    std::optional<std::int64_t> epoch;
    std::optional<std::int64_t> txid;
    std::optional<std::int64_t> number;
};
BOOST_DESCRIBE_STRUCT(Row, (),
                      (id, webhook_id, action, state, attempts, status, error, next_at, created_at,
                       finished_at, epoch, txid, number))

Delivery delivery_of(const Row& row) {
    Delivery out{row.id,      row.webhook_id, row.action,      row.state, row.attempts, row.status, row.error,
                 row.next_at, row.created_at, row.finished_at, {}};
    if (row.epoch) out.position = events::Position{*row.epoch, *row.txid, *row.number}.text();
    return out;
}

Result<Row> find(database::Tx& tx, const Id& webhook_id, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_delivery, id, webhook_id));
    if (rows.empty())
        return Error{Errc::not_found, "There is no such delivery; those that ended are kept for 30 days."};
    return rows[0].as<Row>();
}

Result<Webhook> require_enabled(access::Call& call, const Id& webhook_id) {
    BIFROST_ASSIGN(Webhook hook, get_webhook(call.tx, call.actor, webhook_id));
    if (hook.state == "enabled") return hook;
    return Error{Errc::conflict, "The webhook is " + hook.state + ": enable it first."};
}

} // namespace

Result<query::Page<Delivery>> list_deliveries(database::Tx& tx, const access::Actor& actor,
                                              const Id& webhook_id, const query::ListRequest& request,
                                              std::string_view state) {
    BIFROST_CHECK(get_webhook(tx, actor, webhook_id));
    query::ListQuery list("select d.id, d.webhook_id, d.action, d.state, d.attempts, d.status, d.error, "
                          "d.next_at, d.created_at, "
                          "d.finished_at, d.epoch, d.txid, d.number",
                          "from webhook_delivery d", "d.id", {{"created_at", "d.created_at", true}},
                          "-created_at");
    list.where("d.webhook_id = ?", database::make_params(webhook_id));
    if (!state.empty()) list.where("d.state = ?", database::make_params(state));
    BIFROST_ASSIGN(auto rows, list.page<Row>(tx, request));
    query::Page<Delivery> page;
    page.next_cursor = std::move(rows.next_cursor);
    page.total = rows.total;
    for (const auto& row : rows.data) page.data.push_back(delivery_of(row));
    return page;
}

Result<DeliveryWithAttempts> get_delivery(database::Tx& tx, const access::Actor& actor, const Id& webhook_id,
                                          const Id& id) {
    BIFROST_CHECK(get_webhook(tx, actor, webhook_id));
    BIFROST_ASSIGN(const Row row, find(tx, webhook_id, id));
    DeliveryWithAttempts out;
    static_cast<Delivery&>(out) = delivery_of(row);
    BIFROST_ASSIGN(const auto attempts, tx.query(sql::list_attempts, id));
    for (const auto attempt : attempts) out.log.push_back(attempt.as<Attempt>());
    return out;
}

Result<Delivery> redeliver(access::Call& call, const Id& webhook_id, const Id& id) {
    BIFROST_ASSIGN(const Webhook hook, require_enabled(call, webhook_id));
    BIFROST_ASSIGN(Row row, find(call.tx, webhook_id, id));
    row.state = "waiting";
    row.next_at = Timestamp::now();
    row.finished_at.reset();
    BIFROST_CHECK(call.tx.execute(sql::send_again, id, row.next_at));
    call.changes.add({"webhook.redelivered", hook.project_id, "webhook", hook.id,
                      "{\"after\":{\"delivery\":\"" + id.text() + "\"},\"before\":{}}"});
    return delivery_of(row);
}

Result<Delivery> ping(access::Call& call, const Id& webhook_id) {
    BIFROST_ASSIGN(const Webhook hook, require_enabled(call, webhook_id));
    Row row;
    row.id = Id::make();
    row.webhook_id = webhook_id;
    row.action = "webhook.ping";
    row.state = "waiting";
    row.created_at = Timestamp::now();
    row.next_at = row.created_at;
    std::string payload;
    std::string data;
    json::ObjectWriter(data).member("webhook_id", hook.id).member("name", hook.name);
    json::ObjectWriter(payload)
        .member("type", row.action)
        .member("timestamp", row.created_at)
        .member("data", json::Raw{data});
    const std::optional<std::int64_t> none;
    BIFROST_CHECK(call.tx.execute(sql::insert_delivery, row.id, webhook_id, none, none, none, row.action,
                                  payload, row.created_at));
    call.changes.add({"webhook.pinged", hook.project_id, "webhook", hook.id,
                      "{\"after\":{\"delivery\":\"" + row.id.text() + "\"},\"before\":{}}"});
    return delivery_of(row);
}

Result<std::int64_t> remove_old_deliveries(database::Tx& tx, Timestamp before, std::int64_t limit) {
    return tx.execute(sql::delete_old_deliveries, before, limit);
}

} // namespace bifrost::webhook
