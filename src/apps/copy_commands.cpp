#include "apps/copy_commands.hpp"

#include <functional>

#include "apps/output.hpp"
#include "apps/serve.hpp"
#include "apps/site_options.hpp"
#include "apps/site_place.hpp"
#include "client/transfer/progress.hpp"
#include "database/migrations.hpp"
#include "site/live_source.hpp"
#include "site/restore.hpp"
#include "site/verify.hpp"

namespace bifrost::apps {
namespace {

struct CopyCommand {
    SiteOptions site;
    Output output;
    std::string folder;
    std::string budget;
    std::string from;
    std::string from_objects;
    std::string to;
    std::string to_objects;
};

/// False: it was done, and what it found is bad.
using Body = std::function<Result<bool>(CopyCommand&)>;

/// A bar on the terminal for as long as it lives.
class Bar {
  public:
    explicit Bar(const std::string& label) : progress_(label) {}
    [[nodiscard]] site::Watch watch() {
        return {[this](std::int64_t bytes) { progress_.expect(bytes); },
                [this](std::int64_t bytes) { progress_.advance(bytes); }};
    }

  private:
    client::Progress progress_;
};

Result<bool> backup(CopyCommand& command) {
    BIFROST_ASSIGN(const auto opened, open_place(site_place_of(command.site.config()), Locking::none, true));
    BIFROST_CHECK(database::verify_schema(*opened.database));
    Bar bar("backing up");
    BIFROST_ASSIGN(const auto manifest, site::make_backup({*opened.database, *opened.store}, command.folder,
                                                          BIFROST_VERSION, bar.watch()));
    std::int64_t rows = 0;
    for (const auto& table : manifest.tables) rows += table.rows;
    std::string text;
    json::ObjectWriter(text)
        .member("folder", command.folder)
        .member("id", manifest.id)
        .member("created_at", manifest.created_at)
        .member("position", manifest.position)
        .member("tables", manifest.tables.size())
        .member("rows", rows)
        .member("objects", manifest.objects)
        .member("bytes", manifest.bytes)
        .member("missing", manifest.missing);
    command.output.print(text, {"folder", "created_at", "rows", "objects", "bytes", "missing"});
    if (manifest.missing.empty()) return true;
    fail("the backup is finished, but the site itself lacks " + std::to_string(manifest.missing.size()) +
         " objects or has them damaged; `bifrost verify` tells whose they are");
    return false;
}

Result<bool> restore(CopyCommand& command) {
    BIFROST_ASSIGN(const auto opened,
                   open_place(site_place_of(command.site.config()), Locking::alone, false));
    Bar bar("restoring");
    BIFROST_ASSIGN(const auto copied,
                   site::restore_backup(command.folder, {*opened.database, *opened.store}, bar.watch()));
    command.output.print(json::to_json(copied), {"tables", "rows", "objects", "bytes", "epoch", "resumed"});
    return true;
}

Result<bool> verify_backup(CopyCommand& command) {
    Bar bar("reading");
    BIFROST_ASSIGN(const auto manifest, site::check_backup(command.folder, bar.watch()));
    std::string text;
    json::ObjectWriter(text)
        .member("folder", command.folder)
        .member("id", manifest.id)
        .member("created_at", manifest.created_at)
        .member("objects", manifest.objects)
        .member("bytes", manifest.bytes)
        .member("missing", manifest.missing);
    command.output.print(text, {"folder", "created_at", "objects", "bytes", "missing"});
    return manifest.missing.empty();
}

Result<bool> verify(CopyCommand& command) {
    if (!command.folder.empty()) return verify_backup(command);
    site::Budget budget;
    if (!command.budget.empty()) {
        BIFROST_ASSIGN(budget, site::parse_budget(command.budget));
    }
    BIFROST_ASSIGN(const auto opened, open_place(site_place_of(command.site.config()), Locking::none, true));
    BIFROST_CHECK(database::verify_schema(*opened.database));
    Bar bar("reading");
    BIFROST_ASSIGN(const auto verified,
                   site::verify_objects({*opened.database, *opened.store}, budget, bar.watch()));
    command.output.print(json::to_json(verified), {"objects", "bytes", "left"});
    for (const auto& bad : verified.bad) {
        fail("object " + bad.sha256 + " is " + bad.state + " (" + std::to_string(bad.size) + " bytes, key " +
             bad.key + ", " + std::to_string(bad.files) + " files" +
             (bad.example.empty() ? ")" : ", such as " + bad.example + ")"));
    }
    return verified.bad.empty();
}

Result<bool> transfer(CopyCommand& command) {
    BIFROST_ASSIGN(const auto from,
                   parse_site_place(command.site.config(), command.from, command.from_objects));
    BIFROST_ASSIGN(const auto to, parse_site_place(command.site.config(), command.to, command.to_objects));
    if (from.database_url == to.database_url)
        return Error{Errc::invalid, "The site can't be moved to where it is; --from and --to are the same."};
    BIFROST_ASSIGN(const auto source, open_place(from, Locking::alone, true));
    BIFROST_ASSIGN(const auto live, site::open_live_source(*source.database, *source.store));
    BIFROST_ASSIGN(const auto target, open_place(to, Locking::alone, false));
    BIFROST_CHECK(database::migrate_up(*target.database));
    Bar bar("moving");
    BIFROST_ASSIGN(const auto copied, site::copy_site(*live, {*target.database, *target.store}, bar.watch()));
    command.output.print(json::to_json(copied), {"tables", "rows", "objects", "bytes", "epoch", "resumed"});
    return true;
}

CLI::App* add(CLI::App& app, const std::string& name, const std::string& help,
              const std::shared_ptr<CopyCommand>& command, int& exit_code, Body body) {
    auto* added = app.add_subcommand(name, help);
    command->output.add_to(*added);
    command->site.add_to(*added);
    added->callback([command, &exit_code, body = std::move(body)] {
        if (const auto loaded = command->site.load(); !loaded) {
            fail(describe(loaded.error()));
            exit_code = kWrongUsage;
            return;
        }
        const auto done = body(*command);
        if (!done)
            exit_code = fail(describe(done.error()));
        else if (!*done)
            exit_code = 1;
    });
    return added;
}

void add_transfer_command(CLI::App& app, int& exit_code) {
    const auto command = std::make_shared<CopyCommand>();
    auto* added =
        add(app, "transfer",
            "Move a whole site between SQLite and PostgreSQL and between object stores, checked row by "
            "row and byte by byte; broken off, it goes on when it is called again",
            command, exit_code, transfer);
    added->add_option("--from", command->from, "The site: its data folder, or postgresql://user@host/name")
        ->required();
    added->add_option("--to", command->to, "The empty place, in the same words")->required();
    const std::string objects =
        " objects, for PostgreSQL: a data folder, or s3://bucket (server and keys from "
        "S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY)";
    added->add_option("--from-objects", command->from_objects, "The site's" + objects);
    added->add_option("--to-objects", command->to_objects, "The place of its" + objects);
}

} // namespace

void add_copy_commands(CLI::App& app, int& exit_code) {
    const auto saving = std::make_shared<CopyCommand>();
    auto* backing =
        add(app, "backup", "Write one consistent backup of the database and all objects into a folder",
            saving, exit_code, backup);
    backing->add_option("folder", saving->folder, "An empty folder, or one that is to be made")->required();
    const auto bringing = std::make_shared<CopyCommand>();
    auto* restoring =
        add(app, "restore", "Bring a backup back into an empty site, and prove that it is equal", bringing,
            exit_code, restore);
    restoring->add_option("folder", bringing->folder, "The folder of the backup")->required();
    const auto reading = std::make_shared<CopyCommand>();
    auto* verifying =
        add(app, "verify", "Read stored objects again and name every one that is damaged or missing (exit 1)",
            reading, exit_code, verify);
    verifying->add_option("--budget", reading->budget,
                          "Stop after so much: 10GB, 500MiB, 90s, 30m, 2h; the next time goes on from there");
    verifying->add_option("--backup", reading->folder, "Check the files of a backup instead");
    add_transfer_command(app, exit_code);
}

} // namespace bifrost::apps
