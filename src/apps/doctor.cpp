#include "apps/doctor.hpp"

#include <chrono>
#include <functional>
#include <iostream>

#include <sys/statvfs.h>

#include "apps/output.hpp"
#include "apps/serve.hpp"
#include "apps/site_options.hpp"
#include "client/health.hpp"
#include "database/migrations.hpp"

namespace bifrost::apps {
namespace {

struct Finding {
    std::string check;
    std::string state; ///< ok, warning, failed
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(Finding, (), (check, state, detail))

constexpr std::int64_t kLeastFreeBytes = 5LL * 1024 * 1024 * 1024;

Finding finding(std::string check, const Result<>& outcome, std::string fine) {
    if (outcome) return {std::move(check), "ok", std::move(fine)};
    return {std::move(check), "failed", describe(outcome.error())};
}

Finding disk(const SiteOptions& site) {
    struct statvfs info {};
    if (statvfs(site.data.c_str(), &info) != 0)
        return {"disk", "failed", "The data folder " + site.data + " can't be asked for its space."};
    const auto free_bytes =
        static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
    const std::string text = std::to_string(free_bytes / (1024 * 1024)) + " MiB are free";
    if (free_bytes < kLeastFreeBytes) return {"disk", "warning", text + "; make room before uploads fail."};
    return {"disk", "ok", text};
}

/// The clock can't be compared with another one without a network; a date before this release is wrong for
/// certain.
Finding system_clock() {
    constexpr std::int64_t kRelease = 1'790'000'000LL;
    const std::int64_t now = Timestamp::now().micros / 1'000'000;
    if (now < kRelease)
        return {
            "clock", "failed",
            "The system's clock stands before this release; set it, signatures and expiries depend on it."};
    return {"clock", "ok", Timestamp::now().text()};
}

std::vector<Finding> examine(const SiteOptions& site) {
    std::vector<Finding> findings;
    auto database = open_site_database(site);
    findings.push_back(
        finding("database", database ? (*database)->ping() : Result<>(database.error()), "answers"));
    if (database) {
        findings.push_back(finding("schema", database::verify_schema(**database), "is this program's"));
        const auto stored = (*database)->read(
            [](database::Tx& tx) { return tx.query_text("select signing_key from site", {}); });
        if (stored && !stored->empty()) {
            storage::LocalStoreOptions options;
            options.root = std::filesystem::path(site.data) / "store";
            options.signing_key = std::string((*stored)[0].text(0));
            auto store = storage::open_local_store(options);
            findings.push_back(finding("storage", store ? (*store)->ping() : Result<>(store.error()),
                                       "takes and gives back bytes"));
        } else {
            findings.push_back(
                {"storage", "warning", "The site has not been started yet; `bifrost serve` makes it."});
        }
    }
    findings.push_back({"cache", "ok", "lives in the server's process"});
    findings.push_back({"queue", database ? "ok" : "failed", "lives in the database"});
    findings.push_back(disk(site));
    findings.push_back(system_clock());
    return findings;
}

} // namespace

void add_doctor_commands(CLI::App& app, int& exit_code) {
    auto* doctor = app.add_subcommand("doctor", "Check the site's parts and say what to do");
    const auto site = std::make_shared<SiteOptions>();
    const auto output = std::make_shared<Output>();
    site->add_to(*doctor);
    output->add_to(*doctor);
    doctor->callback([site, output, &exit_code] {
        const auto findings = examine(*site);
        output->print_list(json::to_json(findings), {"check", "state", "detail"});
        for (const auto& found : findings)
            if (found.state == "failed") exit_code = 1;
    });
    auto* health =
        app.add_subcommand("health", "Ask a running server how it is (exit 0 when it is well or degraded)");
    const auto url = std::make_shared<std::string>("http://127.0.0.1:8000");
    health->add_option("url", *url, "Address of the server")->capture_default_str()->envname("BIFROST_URL");
    health->callback([url, &exit_code] {
        const auto answer = client::ask_health(*url);
        if (!answer)
            exit_code = fail(answer.error().detail);
        else
            std::cout << *answer << "\n";
    });
}

} // namespace bifrost::apps
