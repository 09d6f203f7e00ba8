#include "events/event_months.hpp"

#include <chrono>

#include "database/schema_access.hpp"
#include "events/event_months.sql.hpp"

namespace bifrost::events {
namespace {

using database::SchemaSession;

constexpr auto kPostgres = database::Dialect::postgres;

/// The first microsecond of the month (UTC) that lies `ahead` months behind that of `time`.
Timestamp month_start(Timestamp time, int ahead) {
    using namespace std::chrono;
    const sys_time<microseconds> point{microseconds(time.micros)};
    const year_month_day day{floor<days>(point)};
    const year_month month = day.year() / day.month() + months(ahead);
    return {duration_cast<microseconds>(sys_days(month / 1).time_since_epoch()).count()};
}

/// Without a limit on the time of statements: a month that was missing for long has many rows to move.
Result<> make_month(SchemaSession& session, Timestamp time, std::vector<std::string>& made) {
    BIFROST_CHECK(session.begin());
    const auto rows =
        session.query(sql::make_event_month.text(kPostgres), database::make_params(time.micros));
    if (!rows) {
        BIFROST_CHECK(session.rollback());
        return rows.error();
    }
    BIFROST_CHECK(session.commit());
    if (const auto name = (*rows)[0].get<std::optional<std::string>>(0)) made.push_back(*name);
    return {};
}

Result<> make_strays_months(SchemaSession& session, std::vector<std::string>& made) {
    Timestamp from{INT64_MIN};
    for (;;) {
        BIFROST_ASSIGN(const auto rows, session.query(sql::find_stray_event.text(kPostgres),
                                                      database::make_params(from.micros)));
        const auto at = rows[0].get<std::optional<std::int64_t>>(0);
        if (!at) return {};
        BIFROST_CHECK(make_month(session, {*at}, made));
        from = month_start({*at}, 1); // rows of a month that somebody detached stay where they are
    }
}

} // namespace

Result<std::vector<std::string>> make_event_months(database::Database& database, Timestamp now) {
    std::vector<std::string> made;
    if (database.dialect() != kPostgres) return made;
    auto& schema = dynamic_cast<database::SchemaAccess&>(database);
    BIFROST_CHECK(schema.in_schema_session([&](SchemaSession& session) -> Result<> {
        for (int ahead = 0; ahead <= kMonthsAhead; ++ahead)
            BIFROST_CHECK(make_month(session, month_start(now, ahead), made));
        return make_strays_months(session, made);
    }));
    return made;
}

} // namespace bifrost::events
