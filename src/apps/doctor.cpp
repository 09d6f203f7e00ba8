#include "apps/doctor.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>

#include <sys/statvfs.h>
#include <unistd.h>

#include "access/audit.hpp"
#include "apps/checklist.hpp"
#include "apps/output.hpp"
#include "apps/parts.hpp"
#include "apps/serve.hpp"
#include "apps/site.hpp"
#include "apps/site_options.hpp"
#include "client/health.hpp"
#include "database/migrations.hpp"
#include "media/sandbox.hpp"
#include "storage/shared_files/disk_traits.hpp"

namespace bifrost::apps {
namespace {

constexpr std::int64_t kLeastFreeBytes = 5LL * 1024 * 1024 * 1024;
/// Leases and signatures stand clocks that differ by less.
constexpr std::int64_t kMostClockDifferenceMicros = 2'000'000;

Finding finding(std::string check, const Result<>& outcome, std::string fine) {
    if (outcome) return {std::move(check), "ok", std::move(fine)};
    return {std::move(check), "failed", describe(outcome.error())};
}

class Doctor {
  public:
    explicit Doctor(const SiteOptions& site) : site_(site), config_(site.config()) {}

    std::vector<Finding> examine() {
        settings();
        if (const auto database = open_database()) {
            const auto schema = database::verify_schema(*database);
            findings_.push_back(finding("schema", schema, "is this program's"));
            if (schema) storage(*database);
            clock(database.get());
        } else {
            clock(nullptr);
        }
        redis({});
        shared_folder("shared_cache", "SHARED_CACHE_ROOT", config_.shared_cache_root);
        shared_folder("projects", "PROJECTS_ROOT", config_.projects_root);
        names_of_projects();
        disk();
        sandbox();
        return std::move(findings_);
    }

  private:
    void add(std::string check, std::string state, std::string detail) {
        findings_.push_back({std::move(check), std::move(state), std::move(detail)});
    }

    void settings() {
        const auto& warnings = site_.loaded().warnings;
        for (const auto& warning : warnings) add("settings", "warning", warning);
        if (warnings.empty())
            add("settings", "ok",
                std::to_string(site_.loaded().origins.size()) +
                    " set, the others at their defaults; environment is " + config_.environment);
        if (config_.is_production() && config_.trusted_proxies.empty())
            add("proxies", "warning",
                "TRUSTED_PROXIES is empty: behind a proxy every request looks like plain http from the "
                "proxy, and nobody "
                "can sign in with a browser. Name the proxy's addresses.");
        const bool remote_database = config_.database_url.starts_with("postgres") &&
                                     config_.database_url.find("sslmode=verify-full") == std::string::npos;
        if (config_.is_production() && remote_database)
            add("database_tls", "warning",
                "DATABASE_URL does not ask for sslmode=verify-full: somebody on the network could read or "
                "change what is "
                "sent.");
    }

    std::unique_ptr<database::Database> open_database() {
        auto database = open_site_database(config_);
        findings_.push_back(
            finding("database", database ? (*database)->ping() : Result<>(database.error()), "answers"));
        return database ? std::move(*database) : nullptr;
    }

    void storage(database::Database& database) {
        const auto site = database.read([](database::Tx& tx) { return access::find_site(tx); });
        if (!site || !*site)
            return add("storage", "warning", "The site has not been started yet; the first start makes it.");
        auto store = open_site_store(config_, **site);
        findings_.push_back(finding("storage", store ? (*store)->ping() : Result<>(store.error()),
                                    "takes and gives back bytes"));
        if (config_.s3_bucket.empty()) return;
        if (config_.allowed_origins.empty())
            add("storage_cors", "warning",
                "ALLOWED_ORIGINS is empty: browsers send files straight to S3 and need the bucket's "
                "permission. Name the "
                "UI's origins, and doctor prints the CORS settings for the bucket.");
        else
            add("storage_cors", "ok",
                "give the bucket these CORS settings: " + storage::s3_cors_json(config_.allowed_origins));
    }

    void clock(database::Database* database) {
        // A date before this release is wrong for certain.
        constexpr std::int64_t kRelease = 1'790'000'000LL;
        const Timestamp now = Timestamp::now();
        if (now.micros / 1'000'000 < kRelease)
            return add("clock", "failed",
                       "The system's clock stands before this release; set it, signatures and expiries "
                       "depend on it.");
        if (database == nullptr) return add("clock", "ok", now.text());
        const auto theirs = database->read([](database::Tx& tx) { return access::database_clock(tx); });
        if (!theirs) return add("clock", "warning", describe(theirs.error()));
        const std::int64_t difference = theirs->micros - Timestamp::now().micros;
        if (std::abs(difference) > kMostClockDifferenceMicros)
            return add("clock", "failed",
                       "This machine's clock and the database's differ by " +
                           std::to_string(difference / 1'000'000) +
                           " s; set both by NTP, leases and signatures depend on them.");
        add("clock", "ok", now.text() + ", as the database says");
    }

    void redis(const access::Site& site) {
        if (config_.redis_url.empty())
            return add("cache", "ok", "lives in each process; set REDIS_URL to share it among several");
        const auto cache = open_shared_cache(config_, site);
        const auto answers = cache ? (*cache)->ping() : Result<>(cache.error());
        if (answers) return add("cache", "ok", config::without_password(config_.redis_url) + " answers");
        // Everything works without it, only slower.
        add("cache", "warning", describe(answers.error()));
    }

    void shared_folder(const std::string& check, const std::string& setting, const std::string& folder) {
        if (folder.empty()) return;
        std::error_code error;
        if (!std::filesystem::is_directory(folder, error))
            return add(check, "failed",
                       setting + " names " + folder + ", which is no folder; mount or make it.");
        if (::access(folder.c_str(), W_OK | X_OK) != 0)
            return add(
                check, "failed",
                folder +
                    " can't be written by this user; mend its owner and permissions (on NFS, who root and "
                    "uid " +
                    std::to_string(getuid()) + " are there).");
        add(check, "ok", folder + ", " + free_text(folder));
    }

    /// What the shared file system does with names: reconciling relies on it.
    void names_of_projects() {
        std::error_code error;
        if (config_.projects_root.empty() || !std::filesystem::is_directory(config_.projects_root, error))
            return;
        const auto traits = storage::probe_disk(config_.projects_root);
        if (!traits) return add("projects_names", "failed", describe(traits.error()));
        if (!traits->moves_never_replace)
            return add(
                "projects_names", "failed",
                config_.projects_root +
                    " lets a move replace a file; mount it so that links and renames are the server's own "
                    "(NFS 3 or later, SMB 3).");
        std::string lacks;
        if (!traits->tells_cases_apart) lacks += "upper and lower case";
        if (!traits->tells_forms_apart) lacks += std::string(lacks.empty() ? "" : " and ") + "Unicode forms";
        if (!lacks.empty())
            return add("projects_names", "warning",
                       config_.projects_root + " doesn't tell " + lacks +
                           " apart: files whose names differ in nothing else are told as in the wrong place "
                           "or unknown.");
        if (!traits->takes_links)
            return add("projects_names", "warning",
                       config_.projects_root +
                           " takes no symbolic links: old places of moved files can't be kept as links.");
        add("projects_names", "ok", "names are told apart, and moves never replace");
    }

    void sandbox() {
        for (const char* program : {"vips", "vipsthumbnail", "ffmpeg", "ffprobe", "zstd"})
            if (!media::find_program(program))
                return add("previews", "warning",
                           std::string(program) +
                               " is not installed; install libvips-tools, ffmpeg and zstd.");
        const auto protection = media::sandbox_protection();
        add("previews", protection.is_whole() ? "ok" : "warning", "made within " + protection.text());
    }

    static std::int64_t free_bytes(const std::string& folder) {
        struct statvfs info {};
        if (statvfs(folder.c_str(), &info) != 0) return -1;
        return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
    }

    static std::string free_text(const std::string& folder) {
        return std::to_string(free_bytes(folder) / (1024 * 1024)) + " MiB are free";
    }

    void disk() {
        if (!config_.s3_bucket.empty() && config_.database_url.starts_with("postgres"))
            return; // nothing lies here
        const std::int64_t bytes = free_bytes(config_.data);
        if (bytes < 0)
            return add("disk", "failed",
                       "The data folder " + config_.data + " can't be asked for its space.");
        if (bytes < kLeastFreeBytes)
            return add("disk", "warning", free_text(config_.data) + "; make room before uploads fail.");
        add("disk", "ok", free_text(config_.data));
    }

    const SiteOptions& site_;
    const config::Config& config_;
    std::vector<Finding> findings_;
};

/// What of the rights that people and tokens have is worth a look.
std::vector<Finding> examine_access(const config::Config& config, std::int64_t idle_days) {
    std::vector<Finding> findings;
    const auto database = open_site_database(config);
    if (!database) return {{"database", "failed", describe(database.error())}};
    const auto found = (*database)->read(
        [&](database::Tx& tx) { return access::audit_access(tx, Timestamp::now(), idle_days); });
    if (!found) return {{"database", "failed", describe(found.error())}};
    for (const auto& one : *found)
        findings.push_back({one.check, one.is_fine ? "ok" : "warning", one.detail});
    return findings;
}

std::vector<Finding> examine_deployment(const config::Config& config) {
    const auto database = open_site_database(config);
    return answer_checklist(config, database ? database->get() : nullptr);
}

struct What {
    bool access = false;
    bool deployment = false;
    std::int64_t idle_days = 90;
};

void add_doctor(CLI::App& app, int& exit_code) {
    auto* doctor =
        app.add_subcommand("doctor", "Check the settings and every part of the site, and say what to do");
    const auto site = std::make_shared<SiteOptions>();
    const auto output = std::make_shared<Output>();
    const auto what = std::make_shared<What>();
    site->add_to(*doctor);
    output->add_to(*doctor);
    auto* access = doctor->add_flag("--access", what->access,
                                    "Look at rights instead: who may do what, and what of it nobody uses");
    doctor
        ->add_option("--idle-days", what->idle_days, "With --access: unused is what was not used for as long")
        ->check(CLI::Range(1, 3650))
        ->capture_default_str();
    doctor->add_flag("--deployment", what->deployment, "Answer the deployment checklist: yes, no, by hand")
        ->excludes(access);
    doctor->callback([site, output, what, &exit_code] {
        std::vector<Finding> findings;
        const auto loaded = site->load();
        if (loaded && what->access)
            findings = examine_access(site->config(), what->idle_days);
        else if (loaded && what->deployment)
            findings = examine_deployment(site->config());
        else if (loaded)
            findings = Doctor(*site).examine();
        else
            for (const auto& bad : loaded.error().fields)
                findings.push_back({"settings", "failed", bad.pointer + " " + bad.detail + "."});
        if (findings.empty()) findings.push_back({"settings", "failed", describe(loaded.error())});
        output->print_list(json::to_json(findings), {"check", "state", "detail"});
        for (const auto& found : findings)
            if (found.state == "failed" || found.state == "no") exit_code = kFailed;
    });
}

} // namespace

void add_doctor_commands(CLI::App& app, int& exit_code) {
    add_doctor(app, exit_code);
    auto* health =
        app.add_subcommand("health", "Ask a running server how it is (exit 0 when it is well or degraded)");
    const auto url = std::make_shared<std::string>("http://127.0.0.1:8000");
    health->add_option("url", *url, "Address of the server, a worker's ADMIN_LISTEN included")
        ->capture_default_str()
        ->envname("BIFROST_URL");
    health->callback([url, &exit_code] {
        const auto answer = client::ask_health(*url);
        if (!answer)
            exit_code = fail(answer.error().detail);
        else
            std::cout << *answer << "\n";
    });
}

} // namespace bifrost::apps
