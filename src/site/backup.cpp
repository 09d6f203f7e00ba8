#include "site/backup.hpp"

#include <algorithm>
#include <set>

#include "events/event_log.hpp"
#include "site/backup.sql.hpp"
#include "site/backup_objects.hpp"
#include "site/copy.sql.hpp"
#include "site/folder.hpp"

namespace bifrost::site {
namespace {

constexpr std::int64_t kLeaseSeconds = 3600; // of the register: a backup that was killed holds nothing longer
constexpr std::int64_t kExtendSeconds = 300;

class Backup {
  public:
    Backup(const Target& site, std::filesystem::path folder, const Watch& watch)
        : site_(site), folder_(std::move(folder)), watch_(watch) {}

    Result<Manifest> run(const std::string& program) {
        BIFROST_CHECK(check_folder());
        manifest_.id = id_.text();
        manifest_.created_at = Timestamp::now();
        manifest_.program = program;
        manifest_.backend = std::string(site_.store.backend());
        BIFROST_CHECK(enter_register());
        const auto done = write();
        // An entry that stays because the database is away ends by itself.
        static_cast<void>(site_.database.write(
            [&](database::Tx& tx) { return tx.execute(sql::finish_backup, id_, Timestamp::now()); }));
        if (!done) return done.error();
        return std::move(manifest_);
    }

  private:
    Result<> check_folder() {
        std::error_code failed;
        std::filesystem::create_directories(folder_, failed);
        if (failed)
            return Error{Errc::unavailable,
                         "The folder " + folder_.string() + " can't be made: " + failed.message() + "."};
        if (std::filesystem::exists(folder_ / "manifest.json"))
            return Error{Errc::conflict, "There is a finished backup in " + folder_.string() +
                                             " already; name another folder."};
        for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
            const auto name = entry.path().filename();
            if (name != "tables" && name != "objects" && name != "previews" && name != "manifest.json.part")
                return Error{Errc::conflict, "The folder " + folder_.string() +
                                                 " isn't empty; name one that is, or one that isn't there."};
        }
        return {};
    }

    /// From here on no object goes that is in use now: whoever condemned one before has committed it.
    Result<> enter_register() {
        return site_.database.write([&](database::Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.query(sql::lock_collection));
            const Timestamp now = Timestamp::now();
            BIFROST_CHECK(tx.execute(sql::insert_backup, id_, now, now.plus_seconds(kLeaseSeconds)));
            extended_at_ = now;
            return {};
        });
    }

    /// Holds the collector off for longer, now and then.
    Result<> stay_in_register() {
        const Timestamp now = Timestamp::now();
        if (now < extended_at_.plus_seconds(kExtendSeconds)) return {};
        extended_at_ = now;
        BIFROST_CHECK(site_.database.write([&](database::Tx& tx) {
            return tx.execute(sql::extend_backup, id_, now.plus_seconds(kLeaseSeconds));
        }));
        return {};
    }

    Result<> write() {
        BIFROST_CHECK(site_.database.snapshot([&](database::Tx& tx) { return dump(tx); }));
        BIFROST_CHECK(copy_objects());
        return write_manifest(folder_, manifest_);
    }

    Result<> dump(database::Tx& tx) {
        BIFROST_ASSIGN(const auto copy, tx.query(sql::find_copy));
        if (!copy.empty())
            return Error{Errc::conflict, "This site is an unfinished copy; finish the restore or transfer."};
        BIFROST_ASSIGN(const auto site, tx.query(sql::find_source_site));
        if (site.empty()) return Error{Errc::not_found, "There is no site here to back up."};
        manifest_.epoch = site[0].integer(0);
        BIFROST_ASSIGN(const auto last, events::last_settled(tx));
        if (last) manifest_.position = last->text();
        BIFROST_ASSIGN(const auto migrations, tx.query(sql::list_applied));
        for (const auto row : migrations) manifest_.migrations.push_back(row.integer(0));
        BIFROST_ASSIGN(const auto tables, list_tables(tx));
        manifest_.tables.clear();
        for (const Table& table : tables) BIFROST_CHECK(dump_table(tx, table));
        return {};
    }

    Result<> dump_table(database::Tx& tx, const Table& table) {
        DumpedTable made = dumped(table);
        BIFROST_ASSIGN(auto file, NewFile::create(table_path(folder_, table.name)));
        TableReader reader(table, site_.database.dialect(), ask_in(tx));
        while (true) {
            BIFROST_ASSIGN(const auto row, reader.next());
            if (!row) break;
            BIFROST_CHECK(file.write(row_text(table, *row) + "\n"));
            ++made.rows;
        }
        BIFROST_CHECK(file.finish());
        made.size = file.size();
        made.sha256 = file.sha256();
        manifest_.tables.push_back(std::move(made));
        return {};
    }

    Result<> copy_objects() {
        if (watch_.expect) {
            BIFROST_CHECK(each_object(folder_, manifest_, [&](const DumpedObject& object) -> Result<> {
                watch_.expect(object.size);
                return {};
            }));
        }
        BIFROST_CHECK(each_preview(folder_, manifest_, [&](const DumpedObject& preview) -> Result<> {
            // One that was replaced since the rows were read is left out: it can be made again.
            BIFROST_CHECK(copy_object(preview, preview_path(folder_, preview.key)));
            return {};
        }));
        return each_object(folder_, manifest_, [&](const DumpedObject& object) -> Result<> {
            BIFROST_CHECK(stay_in_register());
            BIFROST_ASSIGN(const bool whole, copy_object(object, object_path(folder_, object.sha256)));
            if (!whole) {
                manifest_.missing.push_back(object.sha256);
                return {};
            }
            ++manifest_.objects;
            manifest_.bytes += object.size;
            return {};
        });
    }

    /// False when the site doesn't have it whole.
    Result<bool> copy_object(const DumpedObject& object, const std::filesystem::path& path) {
        std::error_code failed;
        // It has its name only when it was whole and durable.
        if (std::filesystem::file_size(path, failed) == static_cast<std::uintmax_t>(object.size) && !failed) {
            if (watch_.advance) watch_.advance(object.size);
            return true;
        }
        const auto reader = site_.store.open(object.key, 0);
        if (!reader && reader.error().code == Errc::not_found) return false;
        if (!reader) return reader.error();
        BIFROST_ASSIGN(auto file, NewFile::create(path));
        std::string buffer(std::size_t{1} << 20, '\0');
        while (true) {
            BIFROST_ASSIGN(const std::size_t got, (*reader)->read(buffer.data(), buffer.size()));
            if (got == 0) break;
            BIFROST_CHECK(file.write({buffer.data(), got}));
            if (watch_.advance) watch_.advance(static_cast<std::int64_t>(got));
        }
        if (file.size() != object.size) return false;
        if (!object.sha256.empty() && file.sha256() != object.sha256) return false;
        BIFROST_CHECK(file.finish());
        return true;
    }

    const Target& site_;
    std::filesystem::path folder_;
    const Watch& watch_;
    const Id id_ = Id::make();
    Timestamp extended_at_;
    Manifest manifest_;
};

} // namespace

Result<Manifest> make_backup(const Target& site, const std::filesystem::path& folder,
                             const std::string& program, const Watch& watch) {
    return Backup(site, folder, watch).run(program);
}

} // namespace bifrost::site
