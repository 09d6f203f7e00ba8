#include "site/copy.hpp"

#include <algorithm>
#include <set>

#include "core/hash.hpp"
#include "core/json_reader.hpp"
#include "core/json_writer.hpp"
#include "site/copy.sql.hpp"
#include "site/row_writer.hpp"
#include "storage/hash_object.hpp"
#include "storage/put_object.hpp"

namespace bifrost::site {
namespace {

constexpr std::int64_t kObjectsAGroup = 200;
constexpr std::int64_t kBytesAGroup = 256LL << 20;

/// How far a copying is: tables that are whole, and the last object that is.
struct Progress {
    std::vector<std::string> tables;
    std::string last_object;
};
BOOST_DESCRIBE_STRUCT(Progress, (), (tables, last_object))

struct Object {
    std::string sha256;
    std::string key;
    std::int64_t size = 0;
};

struct State {
    std::string source;
    Progress progress;
};

Result<std::optional<State>> find_state(database::Tx& tx) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_copy));
    if (rows.empty()) return std::optional<State>{};
    State state{std::string(rows[0].text(0)), {}};
    BIFROST_ASSIGN(const auto value, json::parse(rows[0].text(1)));
    for (const auto& table : value.at("tables").as_array())
        state.progress.tables.emplace_back(table.as_string());
    state.progress.last_object = value.at("last_object").as_string();
    return std::optional{std::move(state)};
}

class Copying {
  public:
    Copying(Source& source, const Target& target, const Watch& watch)
        : source_(source), target_(target),
          watch_(watch), move_{source.epoch() + 1, source.backend(), std::string(target.store.backend())} {}

    Result<Copied> run() {
        BIFROST_CHECK(begin());
        for (const Table& table : source_.tables()) BIFROST_CHECK(copy_table(table));
        BIFROST_CHECK(copy_objects());
        BIFROST_CHECK(copy_previews());
        for (const Table& table : source_.tables()) BIFROST_CHECK(compare_table(table));
        BIFROST_CHECK(target_.database.write([](database::Tx& tx) { return tx.execute(sql::delete_copy); }));
        copied_.epoch = move_.epoch;
        copied_.tables = static_cast<std::int64_t>(source_.tables().size());
        return copied_;
    }

  private:
    /// Takes an unfinished copying up, or makes the tables empty of what migrations put there.
    Result<> begin() {
        BIFROST_CHECK(check_empty(target_.database, source_.identity()));
        BIFROST_ASSIGN(const auto state, target_.database.read(find_state));
        if (state) {
            progress_ = state->progress;
            copied_.resumed = true;
            return {};
        }
        BIFROST_CHECK(check_no_objects());
        return target_.database.write([&](database::Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute(sql::insert_copy, source_.identity(), json::to_json(Progress{}),
                                     Timestamp::now()));
            const auto& tables = source_.tables();
            for (auto table = tables.rbegin(); table != tables.rend(); ++table)
                BIFROST_CHECK(tx.execute_text("delete from " + quoted(table->name), {}));
            return {};
        });
    }

    Result<> check_no_objects() {
        return target_.store.each_object([](const std::string&, const storage::ObjectInfo&) -> Result<> {
            return Error{Errc::conflict,
                         "There are stored objects in the target already; give an empty one."};
        });
    }

    Result<> save() {
        return target_.database.write([&](database::Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute(sql::save_progress, json::to_json(progress_)));
            return {};
        });
    }

    Result<> copy_table(const Table& table) {
        if (std::ranges::find(progress_.tables, table.name) != progress_.tables.end()) return {};
        // What an earlier attempt left of it; nothing refers to it yet.
        BIFROST_CHECK(target_.database.write(
            [&](database::Tx& tx) { return tx.execute_text("delete from " + quoted(table.name), {}); }));
        RowWriter writer(target_.database, table);
        BIFROST_CHECK(source_.each_row(table, [&](Row row) -> Result<> {
            if (!move_row(table, move_, row)) return {};
            auto added = writer.add(std::move(row));
            return added ? std::move(added) : in_table(table, added.error());
        }));
        if (auto finished = writer.finish(); !finished) return in_table(table, finished.error());
        progress_.tables.push_back(table.name);
        return save();
    }

    static Error in_table(const Table& table, Error error) {
        error.detail = "The table " + table.name + " can't be copied: " + error.detail;
        return error;
    }

    /// Calls `visit` for every object whose bytes lie in the source's store.
    Result<> each_object(const std::function<Result<>(const Object&)>& visit) {
        const auto& tables = source_.tables();
        const Table& table = *std::ranges::find(tables, "object", &Table::name);
        return source_.each_row(table, [&](const Row& row) -> Result<> {
            const auto text = [&](std::string_view name) {
                return std::get<std::string>(row[table.column(name)]);
            };
            if (text("state") != "stored" || text("backend") != source_.backend()) return {};
            return visit({text("sha256"), text("key"), std::get<std::int64_t>(row[table.column("size")])});
        });
    }

    /// Pictures and movies that were made of objects: nobody wrote their hash down, the copy is compared with
    /// them.
    Result<> copy_previews() {
        const auto& tables = source_.tables();
        const auto table = std::ranges::find(tables, kPreviewTable, &Table::name);
        if (table == tables.end()) return {};
        BIFROST_CHECK(source_.each_row(*table, [&](const Row& row) -> Result<> {
            const Object preview{"", std::get<std::string>(row[table->column("key")]),
                                 std::get<std::int64_t>(row[table->column("size")])};
            BIFROST_ASSIGN(const auto there, target_.store.stat(preview.key));
            if (there && there->size == preview.size) return {};
            if (!source_.open_object("", preview.key)) return {}; // lost there: it can be made again
            BIFROST_CHECK(put(preview));
            return target_.store.sync({preview.key});
        }));
        return {};
    }

    Result<> copy_objects() {
        if (watch_.expect) {
            BIFROST_CHECK(each_object([&](const Object& object) -> Result<> {
                if (object.sha256 > progress_.last_object) watch_.expect(object.size);
                return {};
            }));
        }
        BIFROST_CHECK(each_object([&](const Object& object) -> Result<> {
            ++copied_.objects;
            copied_.bytes += object.size;
            if (object.sha256 <= progress_.last_object) return {};
            BIFROST_CHECK(copy_object(object));
            group_.push_back(object.key);
            bytes_in_group_ += object.size;
            last_in_group_ = object.sha256;
            if (static_cast<std::int64_t>(group_.size()) < kObjectsAGroup && bytes_in_group_ < kBytesAGroup)
                return {};
            return end_group();
        }));
        return end_group();
    }

    /// What is told to be copied is durable.
    Result<> end_group() {
        if (group_.empty()) return {};
        BIFROST_CHECK(target_.store.sync(group_));
        group_.clear();
        bytes_in_group_ = 0;
        progress_.last_object = last_in_group_;
        return save();
    }

    Result<> copy_object(const Object& object) {
        if (watch_.advance) watch_.advance(0);
        BIFROST_ASSIGN(const auto there, target_.store.stat(object.key));
        if (there) {
            // From an attempt that was broken off before it was told.
            BIFROST_ASSIGN(const auto hash, storage::hash_object(target_.store, object.key));
            if (hash.sha256 == object.sha256) return advance(object.size);
            BIFROST_CHECK(target_.store.remove(object.key));
        }
        return put(object);
    }

    /// Copies the bytes and reads them back. An object without a hash is one whose hash nobody knows.
    Result<> put(const Object& object) {
        BIFROST_ASSIGN(const auto reader, source_.open_object(object.sha256, object.key));
        const auto source = [&](void* data, std::size_t size) -> Result<std::size_t> {
            BIFROST_ASSIGN(const std::size_t got, reader->read(data, size));
            BIFROST_CHECK(advance(static_cast<std::int64_t>(got)));
            return got;
        };
        const auto put = storage::put_object(target_.store, object.key, object.size, source);
        if (!put) return of_object(object, put.error());
        if (!object.sha256.empty() && put->sha256 != object.sha256) {
            BIFROST_CHECK(target_.store.remove(object.key));
            return of_object(object, {Errc::invalid, "its bytes are not those of its sha256"});
        }
        BIFROST_ASSIGN(const auto stored, storage::hash_object(target_.store, object.key));
        if (stored.sha256 == put->sha256) return {};
        return of_object(object, {Errc::invalid, "the target gives back other bytes than it was given"});
    }

    static Error of_object(const Object& object, Error error) {
        error.detail = "The object " + (object.sha256.empty() ? object.key : object.sha256) +
                       " can't be copied: " + error.detail;
        return error;
    }

    Result<> advance(std::int64_t bytes) {
        if (watch_.advance) watch_.advance(bytes);
        return {};
    }

    /// Row by row; the first difference is the error.
    Result<> compare_table(const Table& source_table) {
        BIFROST_ASSIGN(const auto tables, target_.database.read(list_tables));
        const auto found = std::ranges::find(tables, source_table.name, &Table::name);
        if (found == tables.end())
            return Error{Errc::invalid, "The copy has no table " + source_table.name + "."};
        // Read with the types that the copy's database knows; what is JSON in either is compared as JSON.
        Table there = source_table;
        for (Column& column : there.columns) column.type = found->columns[found->column(column.name)].type;
        Table table = source_table;
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            if (there.columns[i].type == ColumnType::json) table.columns[i].type = ColumnType::json;
        TableReader reader(there, target_.database.dialect(), ask(target_.database));
        BIFROST_CHECK(source_.each_row(source_table, [&](Row row) -> Result<> {
            if (!move_row(table, move_, row)) return {};
            BIFROST_ASSIGN(const auto copy, reader.next());
            if (!copy) return Error{Errc::invalid, "The copy lacks " + row_name(table, row) + "."};
            if (const auto column = first_difference(table, row, *copy)) {
                return Error{Errc::invalid, "The copy differs at " + row_name(table, row) + ", column " +
                                                table.columns[*column].name + "."};
            }
            ++copied_.rows;
            return {};
        }));
        BIFROST_ASSIGN(const auto extra, reader.next());
        if (extra)
            return Error{Errc::invalid, "The copy has " + row_name(table, *extra) + ", the source has not."};
        return {};
    }

    Source& source_;
    const Target& target_;
    const Watch& watch_;
    Move move_;
    Progress progress_;
    Copied copied_;
    std::vector<std::string> group_;
    std::int64_t bytes_in_group_ = 0;
    std::string last_in_group_;
};

} // namespace

Result<> check_empty(database::Database& database, const std::string& identity) {
    BIFROST_ASSIGN(const auto state, database.read(find_state));
    if (state && state->source == identity) return {};
    if (state) {
        return Error{Errc::conflict, "The target has an unfinished copy of another site, or of this one in "
                                     "another state. Give an empty target."};
    }
    BIFROST_ASSIGN(const bool has_site, database.read([](database::Tx& tx) -> Result<bool> {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::has_site));
        return rows[0].integer(0) > 0;
    }));
    if (has_site) return Error{Errc::conflict, "The target has a site already; give an empty one."};
    return {};
}

Result<Copied> copy_site(Source& source, const Target& target, const Watch& watch) {
    return Copying(source, target, watch).run();
}

} // namespace bifrost::site
