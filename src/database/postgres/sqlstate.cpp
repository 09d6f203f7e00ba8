#include "database/postgres/sqlstate.hpp"

#include <string>

#include <libpq-fe.h>

#include "core/log.hpp"

namespace bifrost::database::postgres {
namespace {

std::string field(const pg_result* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? "" : text;
}

Error constraint_error(const pg_result* result, std::string_view state) {
    Error error(Errc::conflict, "The change contradicts something that is there.");
    error.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    if (state == "23502")
        error.constraint =
            field(result, PG_DIAG_TABLE_NAME) + "_" + field(result, PG_DIAG_COLUMN_NAME) + "_not_null";
    return error;
}

Failure classify(std::string_view state) {
    const std::string_view group = state.substr(0, 2);
    if (state == "40001" || state == "40P01")
        return {Error(Errc::unavailable, "Too many changes of the same things at once; try again."),
                Trouble::conflict};
    // 53100 disk_full; 53400 configuration_limit_exceeded is met by a limit on temporary files.
    if (state == "53100")
        return {Error(Errc::out_of_space, "The disk of the database is full."), Trouble::refused};
    if (state == "57014" || state == "55P03")
        return {Error(Errc::unavailable, "The database took too long; try again, or ask for less at once."),
                Trouble::refused};
    // 57P: the server shuts down, crashed or starts. 25P03: a transaction idled too long, and was cut off.
    // 25006: this server became a replica. 0A000, 26000: a prepared statement outlived a change of the
    // schema.
    if (group == "08" || state.starts_with("57P") || state == "25P03" || state == "25006" ||
        state == "0A000" || state == "26000")
        return {Error(Errc::unavailable, "The database is not there at the moment; try again."),
                Trouble::lost};
    if (group == "53" || group == "58")
        return {Error(Errc::unavailable, "The database lacks resources at the moment; try again."),
                Trouble::refused};
    if (state == "22021")
        return {Error(Errc::invalid, "Text must be valid UTF-8 and can't contain the character NUL."),
                Trouble::refused};
    return {Error(Errc::internal, "The database failed."), Trouble::refused};
}

} // namespace

Failure failure_of(const pg_result* result, std::string_view sql) {
    const std::string state = field(result, PG_DIAG_SQLSTATE);
    if (state == "23505" || state == "23503" || state == "23514" || state == "23502" || state == "23P01")
        return {constraint_error(result, state), Trouble::refused};
    if (state.empty()) return connection_lost(PQresultErrorMessage(result));
    Failure failure = classify(state);
    if (failure.error.code != Errc::invalid && failure.trouble != Trouble::conflict) {
        // The message's details and context can contain values; the primary message seldom does.
        const bool ours = failure.error.code == Errc::internal || failure.error.code == Errc::out_of_space;
        log::write(ours ? log::Level::error : log::Level::warning, "PostgreSQL refused a statement",
                   {{"sqlstate", state},
                    {"reason", field(result, PG_DIAG_MESSAGE_PRIMARY)},
                    {"sql", std::string(sql.substr(0, 2000))}});
    }
    return failure;
}

Failure connection_lost(std::string_view reason) {
    log::warning("the connection to PostgreSQL is lost", {{"reason", std::string(reason)}});
    return {Error(Errc::unavailable, "The database is not there at the moment; try again."), Trouble::lost};
}

} // namespace bifrost::database::postgres
