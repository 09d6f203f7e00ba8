#include "apps/drill_command.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>

#include "apps/output.hpp"
#include "apps/serve.hpp"
#include "apps/site_options.hpp"
#include "apps/site_place.hpp"
#include "core/id.hpp"
#include "site/manifest.hpp"
#include "site/restore.hpp"
#include "site/verify.hpp"

namespace bifrost::apps {
namespace {

namespace fs = std::filesystem;

struct DrillCommand {
    SiteOptions site;
    Output output;
    std::string folder;
    std::string scratch;
    std::string metrics;
    std::int64_t most_age_hours = 36;
};

/// What a drill found; written whatever came of it.
struct Drilled {
    std::string backup;
    std::string state; ///< passed, failed, too_old
    std::string detail;
    std::int64_t age_seconds = 0; ///< of the backup
    double seconds = 0;           ///< that the drill took
    std::int64_t rows = 0;
    std::int64_t objects = 0;
    std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(Drilled, (), (backup, state, detail, age_seconds, seconds, rows, objects, bytes))

struct FoundBackup {
    fs::path folder;
    site::Manifest manifest;
};

/// The newest finished backup right below the folder, or the folder itself. What was broken off has no
/// manifest and is none.
Result<FoundBackup> find_newest(const fs::path& folder) {
    std::vector<fs::path> candidates{folder};
    std::error_code error;
    for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
         it.increment(error))
        if (it->is_directory()) candidates.push_back(it->path());
    if (error) return Error{Errc::not_found, "The folder of backups " + folder.string() + " can't be read."};
    std::optional<FoundBackup> newest;
    for (const auto& candidate : candidates) {
        if (!fs::exists(candidate / "manifest.json", error)) continue;
        BIFROST_ASSIGN(auto manifest, site::read_manifest(candidate));
        if (!newest || manifest.created_at.micros > newest->manifest.created_at.micros)
            newest = FoundBackup{candidate, std::move(manifest)};
    }
    if (!newest) return Error{Errc::not_found, "There is no finished backup in " + folder.string() + "."};
    return std::move(*newest);
}

/// A folder that is removed with all that is in it.
class Scratch {
  public:
    explicit Scratch(fs::path folder) : folder_(std::move(folder)) {}
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        std::error_code ignored; // what is left is named by the next drill's lack of room
        fs::remove_all(folder_, ignored);
    }
    [[nodiscard]] const fs::path& path() const { return folder_; }

  private:
    fs::path folder_;
};

/// Restores (which checks every byte of the backup, and compares every row and object afterwards) and reads
/// what is there once more as a site.
Result<> restore_and_prove(DrillCommand& command, const FoundBackup& found, Drilled& drilled) {
    const Scratch scratch(fs::path(command.scratch) / ("drill-" + Id::make().text()));
    BIFROST_ASSIGN(const auto place, parse_site_place(command.site.config(), scratch.path().string(), ""));
    BIFROST_ASSIGN(const auto opened, open_place(place, Locking::alone, false));
    BIFROST_ASSIGN(const auto copied,
                   site::restore_backup(found.folder, {*opened.database, *opened.store}, {}));
    drilled.rows = copied.rows;
    drilled.objects = copied.objects;
    drilled.bytes = copied.bytes;
    BIFROST_ASSIGN(const auto verified, site::verify_objects({*opened.database, *opened.store}, {}, {}));
    if (!verified.bad.empty())
        return Error{Errc::invalid, std::to_string(verified.bad.size()) +
                                        " objects are damaged or missing, " + verified.bad.front().sha256 +
                                        " among them."};
    return {};
}

Drilled drill(DrillCommand& command) {
    const auto start = std::chrono::steady_clock::now();
    Drilled drilled;
    const auto found = find_newest(command.folder);
    Result<> outcome = found ? Result<>{} : Result<>(found.error());
    if (found) {
        drilled.backup = found->folder.string();
        drilled.age_seconds = (Timestamp::now().micros - found->manifest.created_at.micros) / 1'000'000;
        outcome = restore_and_prove(command, *found, drilled);
    }
    drilled.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!outcome) {
        drilled.state = "failed";
        drilled.detail = describe(outcome.error());
    } else if (drilled.age_seconds > command.most_age_hours * 3600) {
        drilled.state = "too_old";
        drilled.detail = "The newest backup can be restored, but it is " +
                         std::to_string(drilled.age_seconds / 3600) + " hours old.";
    } else {
        drilled.state = "passed";
        drilled.detail = "Every row and every object came back.";
    }
    return drilled;
}

/// For the text file collector of Prometheus' node exporter. Replaced as a whole, so that nobody reads half.
Result<> write_metrics(const std::string& path, const Drilled& drilled) {
    const fs::path aside = path + ".new";
    {
        std::ofstream file(aside, std::ios::trunc);
        const auto line = [&](const std::string& name, const std::string& help, double value) {
            file << "# HELP " << name << ' ' << help << "\n# TYPE " << name << " gauge\n"
                 << name << ' ' << std::fixed << value << '\n';
        };
        line("bifrost_restore_drill_timestamp_seconds", "When the last drill ended",
             static_cast<double>(Timestamp::now().micros) / 1e6);
        line("bifrost_restore_drill_passed", "1 when the newest backup came back whole and was new enough",
             drilled.state == "passed" ? 1 : 0);
        line("bifrost_restore_drill_duration_seconds", "How long the restore took", drilled.seconds);
        line("bifrost_restore_drill_backup_age_seconds", "How old the backup was then",
             static_cast<double>(drilled.age_seconds));
        line("bifrost_restore_drill_bytes", "Bytes of the objects that came back",
             static_cast<double>(drilled.bytes));
        if (!file.flush()) return Error{Errc::unavailable, "The file " + path + " can't be written."};
    }
    std::error_code error;
    fs::rename(aside, path, error);
    if (error) return Error{Errc::unavailable, "The file " + path + " can't be replaced."};
    return {};
}

} // namespace

void add_drill_command(CLI::App& app, int& exit_code) {
    const auto command = std::make_shared<DrillCommand>();
    auto* added = app.add_subcommand(
        "drill",
        "Restore the newest backup of a folder into a scratch site and prove it (exit 1 when it fails)");
    command->output.add_to(*added);
    command->site.add_to(*added);
    added->add_option("folder", command->folder, "The folder of backups, or one backup")->required();
    added->add_option("--scratch", command->scratch, "Where there is room for the whole site meanwhile")
        ->required();
    added->add_option("--metrics", command->metrics,
                      "Write the outcome as a text file for Prometheus' node exporter");
    added->add_option("--most-age-hours", command->most_age_hours, "An older backup fails the drill too")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    added->callback([command, &exit_code] {
        if (const auto loaded = command->site.load(); !loaded) {
            fail(describe(loaded.error()));
            exit_code = kWrongUsage;
            return;
        }
        const Drilled drilled = drill(*command);
        command->output.print(json::to_json(drilled), {"backup", "state", "detail", "age_seconds", "seconds",
                                                       "rows", "objects", "bytes"});
        if (drilled.state != "passed") exit_code = fail(drilled.detail);
        if (command->metrics.empty()) return;
        if (const auto written = write_metrics(command->metrics, drilled); !written)
            exit_code = fail(describe(written.error()));
    });
}

} // namespace bifrost::apps
