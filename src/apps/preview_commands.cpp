#include "apps/preview_commands.hpp"

#include <iostream>

#include "apps/output.hpp"
#include "apps/serve.hpp"
#include "apps/site.hpp"
#include "apps/site_options.hpp"
#include "services/publish/preview_work.hpp"

namespace bifrost::apps {
namespace {

Result<> remake(SiteOptions& site, bool all) {
    BIFROST_CHECK(site.load());
    BIFROST_ASSIGN(const auto opened, open_site(site.config()));
    BIFROST_ASSIGN(const auto queued, publish::enqueue_all_previews(*opened.database, all));
    std::cout << "the previews of " << queued
              << " versions are queued; the server's worker makes them (bifrost job list)\n";
    return {};
}

} // namespace

void add_preview_commands(CLI::App& app, int& exit_code) {
    auto* preview = app.add_subcommand("preview", "Previews of what was published")->require_subcommand(1);
    const auto site = std::make_shared<SiteOptions>();
    const auto all = std::make_shared<bool>(false);
    auto* command = preview->add_subcommand(
        "remake", "Queue the previews that are missing or were made by an older recipe");
    site->add_to(*command);
    command->add_flag("--all", *all, "Make those anew too that are there");
    command->callback([site, all, &exit_code] {
        const auto done = remake(*site, *all);
        if (!done) exit_code = fail(describe(done.error()));
    });
}

} // namespace bifrost::apps
