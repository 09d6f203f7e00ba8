#include "database/migrations.hpp"

#include <algorithm>

#include "core/hash.hpp"
#include "core/log.hpp"
#include "database/migration_text.hpp"
#include "database/schema.sql.hpp"
#include "database/schema_access.hpp"

namespace bifrost::database {
namespace {

/// "0003 (render_farm)"
std::string title(std::int64_t number, std::string_view name) {
    std::string digits = std::to_string(number);
    if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
    return digits + " (" + std::string(name) + ")";
}

std::vector<MigrationStatus> read_applied(const Rows& rows) {
    std::vector<MigrationStatus> applied;
    for (const Row row : rows) applied.push_back(row.as<MigrationStatus>());
    return applied;
}

/// Every migration of the program, with what is applied of them; `conflict` when the database has others.
Result<std::vector<MigrationStatus>> compare(Dialect dialect, std::span<const MigrationText> known,
                                             const std::vector<MigrationStatus>& applied) {
    std::vector<MigrationStatus> all;
    for (const MigrationText& text : known)
        all.push_back({text.number, std::string(text.name), sha256_hex(text.text(dialect)), std::nullopt});
    auto expected = all.begin(); // numbers may leave gaps, but none is passed over
    for (const MigrationStatus& done : applied) {
        const auto ours = std::ranges::find(all, done.number, &MigrationStatus::number);
        if (ours == all.end())
            return Error{Errc::conflict,
                         "The database has migration " + title(done.number, done.name) +
                             ", which this program doesn't know: it is newer than the program. "
                             "Start the newer program."};
        if (ours->checksum != done.checksum)
            return Error{Errc::conflict,
                         "Migration " + title(done.number, done.name) +
                             " was applied with another text than this program's. Start the program "
                             "that applied it, or restore the migration's file."};
        if (ours != expected++)
            return Error{Errc::conflict,
                         "Migration " + title(done.number, done.name) +
                             " is applied, and one before it is not; restore the database from a backup."};
        ours->applied_at = done.applied_at;
    }
    return all;
}

Result<std::vector<MigrationStatus>> status_in(SchemaSession& session, std::span<const MigrationText> known) {
    const Dialect dialect = session.dialect();
    BIFROST_ASSIGN(const Rows rows, session.query(sql::list_schema_migrations.text(dialect), {}));
    return compare(dialect, known, read_applied(rows));
}

/// Applies the first one that is missing, in one transaction that has begun; nothing when none is.
Result<std::optional<std::int64_t>> apply_next(SchemaSession& session, std::span<const MigrationText> known) {
    const Dialect dialect = session.dialect();
    BIFROST_CHECK(session.query(sql::create_schema_migration.text(dialect), {}));
    BIFROST_ASSIGN(const auto all, status_in(session, known));
    const auto next = std::ranges::find_if(all, [](const MigrationStatus& one) { return !one.applied_at; });
    if (next == all.end()) return std::nullopt;
    const MigrationText& text = known[static_cast<std::size_t>(next - all.begin())];
    if (const auto done = session.script(text.text(dialect)); !done) {
        if (done.error().code != Errc::internal && done.error().code != Errc::conflict) return done.error();
        return Error{Errc::internal, "Migration " + title(text.number, text.name) +
                                         " failed and is undone; the log says why."};
    }
    BIFROST_CHECK(session.query(sql::insert_schema_migration.text(dialect),
                                make_params(next->number, next->name, next->checksum, Timestamp::now())));
    return next->number;
}

SchemaAccess& schema_of(Database& database) { return dynamic_cast<SchemaAccess&>(database); }

} // namespace

Result<std::vector<MigrationStatus>> migration_status(Database& database) {
    std::vector<MigrationStatus> applied;
    BIFROST_CHECK(database.read([&](Tx& tx) -> Result<> {
        applied.clear();
        BIFROST_ASSIGN(const Rows table, tx.query(sql::find_schema_migration_table));
        if (table.empty()) return {};
        BIFROST_ASSIGN(const Rows rows, tx.query(sql::list_schema_migrations));
        applied = read_applied(rows);
        return {};
    }));
    return compare(database.dialect(), all_migrations, applied);
}

Result<std::vector<std::int64_t>> migrate_up(Database& database) {
    return migrate_up(database, all_migrations);
}

Result<std::vector<std::int64_t>> migrate_up(Database& database, std::span<const MigrationText> known) {
    std::vector<std::int64_t> numbers;
    const auto migrate = [&](SchemaSession& session) -> Result<> {
        for (;;) {
            BIFROST_CHECK(session.begin());
            const auto applied = apply_next(session, known);
            if (!applied || !*applied) {
                BIFROST_CHECK(session.rollback());
                if (!applied) return applied.error();
                return {};
            }
            BIFROST_CHECK(session.commit());
            log::info("a migration was applied", {{"number", std::to_string(**applied)}});
            numbers.push_back(**applied);
        }
    };
    BIFROST_CHECK(schema_of(database).in_schema_session(migrate));
    return numbers;
}

Result<> verify_schema(Database& database) {
    BIFROST_ASSIGN(const auto all, migration_status(database));
    for (const MigrationStatus& migration : all) {
        if (!migration.applied_at)
            return Error{Errc::conflict, "The database lacks migration " +
                                             title(migration.number, migration.name) +
                                             "; run `bifrost migrate up` first."};
    }
    return {};
}

} // namespace bifrost::database
