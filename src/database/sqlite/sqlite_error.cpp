#include "database/sqlite/sqlite_error.hpp"

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "core/log.hpp"

namespace bifrost::database::sqlite {
namespace {

std::vector<std::string> split(std::string_view text, std::string_view by) {
    std::vector<std::string> pieces;
    for (;;) {
        const auto end = text.find(by);
        pieces.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return pieces;
        text.remove_prefix(end + by.size());
    }
}

/// Rows of one or two columns of text for one bound text; nothing when it fails (the name is then only
/// guessed).
std::vector<std::pair<std::string, std::string>> ask(sqlite3* database, const char* sql,
                                                     const std::string& about) {
    std::vector<std::pair<std::string, std::string>> rows;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) != SQLITE_OK) return rows;
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> closing(statement, &sqlite3_finalize);
    sqlite3_bind_text(statement, 1, about.c_str(), -1, SQLITE_TRANSIENT);
    const auto column = [&](int index) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
        return std::string(text == nullptr ? "" : text);
    };
    while (sqlite3_step(statement) == SQLITE_ROW) rows.emplace_back(column(0), column(1));
    return rows;
}

/// "entity.parent_id, entity.code" → the name that PostgreSQL gives the constraint. SQLite tells the columns
/// only, so the index with exactly these is looked up.
std::string unique_name(sqlite3* database, std::string_view named) {
    constexpr std::string_view kIndex = "index '";
    if (named.starts_with(kIndex))
        return std::string(named.substr(kIndex.size(), named.size() - kIndex.size() - 1));
    std::string table;
    std::vector<std::string> columns;
    for (const std::string& piece : split(named, ", ")) {
        const auto dot = piece.find('.');
        if (dot == std::string::npos) return std::string(named);
        table = piece.substr(0, dot);
        columns.push_back(piece.substr(dot + 1));
    }
    for (const auto& [index, origin] :
         ask(database, "select name, origin from pragma_index_list($1) where \"unique\" order by seq",
             table)) {
        std::vector<std::string> indexed;
        for (const auto& [column, _] :
             ask(database, "select name, '' from pragma_index_info($1) order by seqno", index))
            indexed.push_back(column);
        if (indexed != columns) continue;
        if (origin == "pk") return table + "_pkey";
        if (origin == "c") return index;
        break;
    }
    const auto key = ask(database, "select name, '' from pragma_table_info($1) where pk > 0", table);
    if (columns.size() == 1 && key.size() == 1 && key[0].first == columns[0]) return table + "_pkey";
    std::string name = table;
    for (const std::string& column : columns) name += "_" + column;
    return name + "_key";
}

Error constraint_error(sqlite3* database, int code, std::string_view message) {
    const auto colon = message.find(": ");
    const std::string_view what =
        colon == std::string_view::npos ? std::string_view{} : message.substr(colon + 2);
    Error error(Errc::conflict, "The change contradicts something that is there.");
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        error.constraint = unique_name(database, what);
        break;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        error.constraint = "foreign_key";
        break;
    case SQLITE_CONSTRAINT_NOTNULL:
        error.constraint = std::string(what) + "_not_null";
        if (const auto dot = error.constraint.find('.'); dot != std::string::npos)
            error.constraint[dot] = '_';
        break;
    default:
        error.constraint = code == SQLITE_CONSTRAINT_CHECK ? "check" : "trigger";
    }
    return error;
}

bool disk_is_full(int code, int reason) {
    if ((code & 0xff) == SQLITE_FULL) return true;
    return (code & 0xff) == SQLITE_IOERR && (reason == ENOSPC || reason == EDQUOT || reason == EFBIG);
}

} // namespace

Error last_error(sqlite3* database, std::string_view sql) {
    const int left_behind = errno;
    const int code = sqlite3_extended_errcode(database);
    const bool of_the_system = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
    // SQLite keeps errno for failures of statements, and not for those of COMMIT.
    const int kept = sqlite3_system_errno(database);
    const int reason = kept != 0 || !of_the_system ? kept : left_behind;
    const std::string message = sqlite3_errmsg(database);
    if ((code & 0xff) == SQLITE_CONSTRAINT) return constraint_error(database, code, message);
    const auto say = [&](log::Level level) {
        log::write(level, "SQLite refused a statement",
                   {{"code", std::to_string(code)},
                    {"reason", message},
                    {"errno", std::to_string(reason)},
                    {"sql", std::string(sql)}});
    };
    if (disk_is_full(code, reason)) {
        say(log::Level::error);
        return Error{Errc::out_of_space, "The disk of the database is full; free some space and try again."};
    }
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        say(log::Level::warning);
        return Error{Errc::unavailable, "Another program keeps the database locked; try again."};
    case SQLITE_INTERRUPT:
        say(log::Level::warning);
        return Error{Errc::unavailable, "The database took too long; try again, or ask for less at once."};
    case SQLITE_READONLY:
        say(log::Level::error);
        return Error{Errc::unavailable,
                     "The database can only be read; make its file and its folder writable."};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        say(log::Level::error);
        return Error{Errc::unavailable,
                     "The database file can't be opened; check its path, its owner and its folder."};
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
        say(log::Level::error);
        return Error{Errc::unavailable,
                     "The database could not read or write its file; check the disk and try again."};
    default:
        say(log::Level::error);
        return Error{Errc::internal, "The database failed."};
    }
}

} // namespace bifrost::database::sqlite
