#include "events/follow.hpp"

#include "events/follow.sql.hpp"

namespace bifrost::events {

Result<std::int64_t>
follow(database::Database& database, const std::string& consumer, std::int64_t most,
       const std::function<Result<>(database::Tx&, const std::vector<Event>&)>& take_in) {
    // Looking costs no writer: there is nothing most of the time.
    BIFROST_ASSIGN(const bool anything, database.read([&](database::Tx& tx) -> Result<bool> {
        BIFROST_ASSIGN(const auto since, find_cursor(tx, consumer));
        const auto page = list_events(tx, since, 1, {});
        return !page || !page->events.empty(); // an error is for the transaction below
    }));
    if (!anything) return std::int64_t{0};
    return database.write([&](database::Tx& tx) -> Result<std::int64_t> {
        BIFROST_CHECK(tx.execute(sql::make_cursor, consumer));
        BIFROST_ASSIGN(const auto cursor, tx.query(sql::lock_cursor, consumer));
        if (cursor.empty()) return std::int64_t{0};
        std::optional<Position> since =
            Position{cursor[0].integer(0), cursor[0].integer(1), cursor[0].integer(2)};
        BIFROST_ASSIGN(const auto site, tx.query(sql::find_epoch));
        // A database that was put back to an older copy: everything is looked at again.
        if (!site.empty() && since->epoch > site[0].integer(0)) since = std::nullopt;
        BIFROST_ASSIGN(const auto page, list_events(tx, since, most, {}));
        if (page.events.empty()) return std::int64_t{0};
        BIFROST_CHECK(take_in(tx, page.events));
        BIFROST_CHECK(save_cursor(tx, consumer, page.position));
        return static_cast<std::int64_t>(page.events.size());
    });
}

} // namespace bifrost::events
