// The fixes themselves: the disk first, then the row and the event. A run that breaks off between the two
// finds the disk as it wants it and only writes down what was done.

#include <algorithm>

#include "core/hash.hpp"
#include "services/folder/reconcile.hpp"
#include "services/folder/reconcile.sql.hpp"
#include "services/folder/scan.sql.hpp"

namespace bifrost::folder {
namespace {

Result<> never_stop_error() { return Error{Errc::unavailable, "The job was asked to stop."}; }

struct Wanted {
    std::string sha256, key;
    std::int64_t size = 0;
};

class Applier {
  public:
    Applier(database::Database& database, const Disk& disk, storage::ObjectStore& store, const Adopter& adopt,
            const ScanObserver& observer)
        : database_(database), disk_(disk), store_(store), adopt_(adopt), observer_(observer) {}

    Result<FixCounts> run(std::vector<Fix> fixes) {
        for (std::size_t i = 0; i < fixes.size(); ++i) {
            if (observer_.stopped()) return never_stop_error().error();
            observer_.progress(static_cast<double>(i) / static_cast<double>(fixes.size()));
            Fix& fix = fixes[i];
            if (fix.state != "planned") continue; // adopted along with another
            if (fix.action == "adopt") {
                BIFROST_CHECK(adopt_group(fixes, i));
                continue;
            }
            const auto done = apply(fix);
            // A full disk or a store that is away is no fault of this fix: the job tries again later.
            if (!done && (done.error().code == Errc::out_of_space || done.error().code == Errc::internal))
                return done.error();
            BIFROST_CHECK(end(fix, done ? "applied" : "failed", done ? fix.detail : done.error().detail));
        }
        return counts_;
    }

  private:
    Result<> apply(const Fix& fix) {
        if (fix.action == "quarantine") return move_once(fix.path, *fix.aside_path);
        if (fix.action == "move") {
            BIFROST_CHECK(move_once(fix.path, *fix.to_path));
            return fix.detail == "link" ? disk_.make_link(fix.path, *fix.to_path) : Result<>{};
        }
        return restore(fix);
    }

    /// Without effect when it was moved already.
    Result<> move_once(const std::string& from, const std::string& to) {
        const auto moved = disk_.move(from, to);
        if (moved || moved.error().code != Errc::not_found) return moved;
        const auto there = disk_.exists(to);
        return there && *there ? Result<>{} : moved;
    }

    Result<> restore(const Fix& fix) {
        BIFROST_ASSIGN(const Wanted wanted, find_wanted(fix));
        if (fix.aside_path) {
            BIFROST_ASSIGN(const bool is_aside, disk_.exists(*fix.aside_path));
            if (!is_aside) BIFROST_CHECK(disk_.move(fix.path, *fix.aside_path));
        }
        BIFROST_ASSIGN(const auto there, disk_.stat_file(fix.path));
        if (there) {
            BIFROST_ASSIGN(const Descriptor file, disk_.open_file(fix.path));
            BIFROST_ASSIGN(const auto hashed, Disk::hash(file, observer_.stopped));
            if (hashed.first == wanted.sha256) return {};
            return Error{Errc::conflict,
                         "Another file came to '" + fix.path + "' since the scan; scan again."};
        }
        BIFROST_ASSIGN(const auto reader, store_.open(wanted.key, 0));
        const auto written = disk_.write_file(fix.path, [&](const Disk::Sink& sink) -> Result<> {
            std::string buffer(std::size_t{1} << 20, '\0');
            Sha256 digest;
            while (true) {
                BIFROST_ASSIGN(const std::size_t got, reader->read(buffer.data(), buffer.size()));
                if (got == 0) break;
                digest.update(buffer.data(), got);
                BIFROST_CHECK(sink(buffer.data(), got));
                if (observer_.stopped()) return never_stop_error();
            }
            if (digest.finish_hex() != wanted.sha256)
                return Error{Errc::conflict,
                             "The store's own bytes are damaged; 'bifrost verify' says more."};
            return {};
        });
        if (!written) return written.error();
        return {};
    }

    Result<Wanted> find_wanted(const Fix& fix) {
        return database_.read([&](database::Tx& tx) -> Result<Wanted> {
            BIFROST_ASSIGN(const auto rows, tx.query(sql::find_wanted_object, fix.scan_id, fix.finding));
            if (rows.empty() || rows[0].is_null(2) || rows[0].text(3) != "stored")
                return Error{Errc::conflict, "The store doesn't have the bytes of '" + fix.path + "'."};
            return Wanted{std::string(rows[0].text(0)), std::string(rows[0].text(2)), rows[0].integer(1)};
        });
    }

    /// All planned adoptions of one folder become one version.
    Result<> adopt_group(std::vector<Fix>& fixes, std::size_t first) {
        std::vector<Fix> group;
        std::vector<std::size_t> places;
        for (std::size_t i = first; i < fixes.size(); ++i) {
            if (fixes[i].state != "planned" || fixes[i].action != "adopt" ||
                fixes[i].detail != fixes[first].detail)
                continue;
            group.push_back(fixes[i]);
            places.push_back(i);
        }
        const auto version = adopt_(group);
        if (!version &&
            (version.error().code == Errc::out_of_space || version.error().code == Errc::internal))
            return version.error();
        for (const std::size_t place : places) {
            if (version) fixes[place].version_id = *version;
            BIFROST_CHECK(end(fixes[place], version ? "applied" : "failed",
                              version ? fixes[place].detail : version.error().detail));
        }
        return {};
    }

    Result<> end(Fix& fix, std::string state, std::string detail) {
        const std::string before = json::to_json(fix);
        fix.state = std::move(state);
        fix.detail = std::move(detail);
        fix.updated_at = Timestamp::now();
        ++(fix.state == "applied" ? counts_.applied : counts_.failed);
        access::Actor actor = access::Actor::system();
        if (fix.created_by) actor.user_id = *fix.created_by;
        const auto written = access::write(database_, actor, [&](access::Call& call) -> Result<int> {
            BIFROST_CHECK(
                call.tx.execute(sql::end_fix, fix.id, fix.state, fix.detail, fix.version_id, fix.updated_at));
            call.changes.add({fix.state == "applied" ? "folder.fix_applied" : "folder.fix_failed",
                              fix.project_id, "folder_fix", fix.id,
                              events::make_patch(before, json::to_json(fix))});
            return 0;
        });
        if (!written) return written.error();
        return {};
    }

    database::Database& database_;
    const Disk& disk_;
    storage::ObjectStore& store_;
    const Adopter& adopt_;
    const ScanObserver& observer_;
    FixCounts counts_;
};

} // namespace

Result<FixCounts> apply_fixes(database::Database& database, const Disk& disk, storage::ObjectStore& store,
                              const Id& scan_id, const Adopter& adopt, const ScanObserver& observer) {
    BIFROST_ASSIGN(auto fixes, database.read([&](database::Tx& tx) -> Result<std::vector<Fix>> {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::list_planned_fixes, scan_id));
        std::vector<Fix> planned;
        for (const auto row : rows) planned.push_back(row.as<Fix>());
        return planned;
    }));
    return Applier(database, disk, store, adopt, observer).run(std::move(fixes));
}

} // namespace bifrost::folder
