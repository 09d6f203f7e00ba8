#include "database/sqlite/connection.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "core/log.hpp"
#include "database/sqlite/copied_rows.hpp"
#include "database/sqlite/sqlite_error.hpp"

namespace bifrost::database::sqlite {
namespace {

/// PostgreSQL's collation "C": bytes, then length.
int compare_bytes(void*, int left_size, const void* left, int right_size, const void* right) {
    const int order = std::memcmp(left, right, static_cast<std::size_t>(std::min(left_size, right_size)));
    return order != 0 ? order : left_size - right_size;
}

void configure_library() {
    static std::once_flag once;
    // Its memory statistics take one lock of the whole program at every allocation.
    std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

/// Statements are reset as soon as they are done, so that no reader keeps the log from beginning anew.
struct ResetAtEnd {
    sqlite3_stmt* statement;
    ~ResetAtEnd() { sqlite3_reset(statement); }
};

void copy_row(sqlite3_stmt* statement, int columns, CopiedRows& rows) {
    for (int column = 0; column < columns; ++column) {
        switch (sqlite3_column_type(statement, column)) {
        case SQLITE_NULL:
            rows.add_null();
            break;
        case SQLITE_INTEGER:
            rows.add_integer(sqlite3_column_int64(statement, column));
            break;
        case SQLITE_FLOAT:
            rows.add_real(sqlite3_column_double(statement, column));
            break;
        default: {
            const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
            rows.add_text(bytes == nullptr ? std::string_view{} : std::string_view(bytes, size));
        }
        }
    }
}

} // namespace

void StatementClose::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Connection::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Connection::~Connection() { statements_.clear(); }

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Access access,
                                                     std::chrono::milliseconds deadline) {
    configure_library();
    std::unique_ptr<Connection> connection(new Connection);
    connection->stop_at(Clock::now() + deadline);
    BIFROST_CHECK(connection->prepare_file(path, access));
    return connection;
}

Result<> Connection::prepare_file(const std::string& path, Access access) {
    if (access == Access::write) {
        // SQLite would make the file readable by everyone; its log and index files take over the mode.
        const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (file >= 0) ::close(file);
    }
    sqlite3* opened = nullptr;
    const int status =
        sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    database_.reset(opened);
    if (opened == nullptr)
        return Error{Errc::unavailable, "There is not enough memory to open the database."};
    if (status != SQLITE_OK) return failure("open");
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_busy_handler(opened, &on_busy, this); // first: already the next statement can meet a lock
    sqlite3_progress_handler(opened, 20'000, &on_progress, this);
    sqlite3_create_collation(opened, "C", SQLITE_UTF8, nullptr, &compare_bytes);
    if (access == Access::write) {
        BIFROST_ASSIGN(const Rows mode, query("pragma journal_mode = wal", {}));
        if (mode.empty() || mode[0].text(0) != "wal")
            return Error{Errc::unavailable,
                         "The database needs a local disk: its folder can't hold a write-ahead log."};
    } else {
        BIFROST_CHECK(script("pragma query_only = on;"));
    }
    sqlite3_wal_hook(opened, &on_commit, this); // replaces SQLite's own checkpoints, which make a commit wait
    // A page cache of 16 MiB; 64 MiB of log stay on the disk at most once readers let it begin anew.
    return script("pragma synchronous = full; pragma foreign_keys = on; pragma temp_store = memory;"
                  "pragma cache_size = -16384; pragma journal_size_limit = 67108864;"
                  "pragma trusted_schema = off;");
}

Result<Statement*> Connection::prepared(std::string_view sql) {
    if (Statement* found = statements_.find(sql)) return found;
    sqlite3_stmt* compiled = nullptr;
    const char* rest = nullptr;
    const int status = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &compiled, &rest);
    Statement statement;
    statement.compiled.reset(compiled);
    if (status != SQLITE_OK) return failure(sql);
    const std::string_view remainder(rest, static_cast<std::size_t>(sql.data() + sql.size() - rest));
    if (compiled == nullptr || remainder.find_first_not_of("; \n\t") != std::string_view::npos) {
        log::error("a query must be exactly one statement", {{"sql", std::string(sql)}});
        return Error{Errc::internal, "The database failed."};
    }
    statement.writes = sqlite3_stmt_readonly(compiled) == 0;
    for (int index = 1; index <= sqlite3_bind_parameter_count(compiled); ++index) {
        const char* name = sqlite3_bind_parameter_name(compiled, index);
        const int number = name != nullptr && name[0] == '$' ? std::atoi(name + 1) : 0;
        if (number < 1) {
            log::error("a parameter is not called $1, $2 …", {{"sql", std::string(sql)}});
            return Error{Errc::internal, "The database failed."};
        }
        statement.numbers.push_back(number);
        statement.highest = std::max(statement.highest, number);
    }
    return &statements_.add(sql, std::move(statement), [](Statement&) {});
}

Result<> Connection::prepare(std::string_view sql) {
    BIFROST_CHECK(prepared(sql));
    return {};
}

Result<> Connection::bind(const Statement& statement, const Params& params) {
    if (static_cast<std::size_t>(statement.highest) > params.size()) {
        log::error("a query got too few parameters",
                   {{"sql", sqlite3_sql(statement.compiled.get())}, {"got", std::to_string(params.size())}});
        return Error{Errc::internal, "The database failed."};
    }
    sqlite3_stmt* compiled = statement.compiled.get();
    for (std::size_t position = 0; position < statement.numbers.size(); ++position) {
        const int index = static_cast<int>(position) + 1;
        const Value& value = params[static_cast<std::size_t>(statement.numbers[position]) - 1];
        int status = SQLITE_OK;
        if (const auto* integer = std::get_if<std::int64_t>(&value)) {
            status = sqlite3_bind_int64(compiled, index, *integer);
        } else if (const auto* real = std::get_if<double>(&value)) {
            status = sqlite3_bind_double(compiled, index, *real);
        } else if (const auto* text = std::get_if<std::string>(&value)) {
            // PostgreSQL has no NUL in text; what one database refuses, both do.
            if (text->find('\0') != std::string::npos)
                return Error{Errc::invalid, "Text can't contain the character NUL."};
            status =
                sqlite3_bind_text64(compiled, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
        } else {
            status = sqlite3_bind_null(compiled, index);
        }
        if (status != SQLITE_OK) return failure(sqlite3_sql(compiled));
    }
    return {};
}

Result<Rows> Connection::query(std::string_view sql, const Params& params) {
    BIFROST_ASSIGN(Statement * statement, prepared(sql));
    BIFROST_CHECK(bind(*statement, params));
    sqlite3_stmt* compiled = statement->compiled.get();
    auto rows = std::make_unique<CopiedRows>(static_cast<std::size_t>(sqlite3_column_count(compiled)));
    const ResetAtEnd reset{compiled};
    const int columns = sqlite3_column_count(compiled);
    int status = SQLITE_ROW;
    while ((status = sqlite3_step(compiled)) == SQLITE_ROW) copy_row(compiled, columns, *rows);
    if (status != SQLITE_DONE) return failure(sql); // before the reset: it forgets errno
    return Rows(std::move(rows));
}

Result<std::int64_t> Connection::execute(std::string_view sql, const Params& params) {
    BIFROST_ASSIGN(Statement * statement, prepared(sql));
    BIFROST_CHECK(bind(*statement, params));
    const sqlite3_int64 before = sqlite3_total_changes64(database_.get());
    const ResetAtEnd reset{statement->compiled.get()};
    int status = SQLITE_ROW;
    while ((status = sqlite3_step(statement->compiled.get())) == SQLITE_ROW) {
    }
    if (status != SQLITE_DONE) return failure(sql);
    // What isn't insert, update or delete leaves the count of an earlier statement behind.
    if (sqlite3_total_changes64(database_.get()) == before) return 0;
    return sqlite3_changes64(database_.get());
}

Result<> Connection::script(std::string_view text) {
    const std::string terminated(text);
    if (sqlite3_exec(database_.get(), terminated.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return failure(text);
    return {};
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

Result<int> Connection::checkpoint(bool restart) {
    int pages = 0;
    int moved = 0;
    const int status = sqlite3_wal_checkpoint_v2(
        database_.get(), nullptr, restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &pages,
        &moved);
    if (status != SQLITE_OK && status != SQLITE_BUSY) return failure("checkpoint");
    log_pages_ = 0;
    return pages;
}

Error Connection::failure(std::string_view sql) { return last_error(database_.get(), sql); }

int Connection::on_busy(void* self, int count) {
    const auto left = static_cast<Connection*>(self)->stop_at_ - Clock::now();
    if (left <= Clock::duration::zero()) return 0;
    const auto pause = std::chrono::milliseconds(std::min(1 + count * 2, 50));
    std::this_thread::sleep_for(std::min<Clock::duration>(pause, left));
    return 1;
}

int Connection::on_progress(void* self) {
    return Clock::now() > static_cast<Connection*>(self)->stop_at_ ? 1 : 0;
}

int Connection::on_commit(void* self, sqlite3*, const char*, int pages) {
    static_cast<Connection*>(self)->log_pages_ = pages;
    return SQLITE_OK;
}

} // namespace bifrost::database::sqlite
