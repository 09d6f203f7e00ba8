#include "apps/settings_command.hpp"

#include <iostream>

#include "apps/output.hpp"
#include "apps/serve.hpp"
#include "apps/site_options.hpp"
#include "core/json_writer.hpp"

namespace bifrost::apps {
namespace {

std::string_view origin_text(const config::Loaded& loaded, std::string_view name) {
    const auto found = loaded.origins.find(std::string(name));
    if (found == loaded.origins.end()) return "default";
    switch (found->second) {
    case config::Origin::file:
        return "settings file";
    case config::Origin::environment:
        return "environment";
    case config::Origin::flag:
        return "flag";
    case config::Origin::fallback:
        break;
    }
    return "default";
}

void print_settings(const SiteOptions& site, const Output& output) {
    std::string list = "[";
    for (const auto& setting : config::settings()) {
        if (list.size() > 1) list += ',';
        json::ObjectWriter(list)
            .member("name", setting.name)
            .member("value", config::shown(site.config(), setting))
            .member("from", origin_text(site.loaded(), setting.name))
            .member("key", setting.key())
            .member("help", setting.help);
    }
    output.print_list(list + "]", {"name", "value", "from"});
}

} // namespace

void add_settings_command(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("settings", "Show every setting, its value and where that comes from");
    const auto site = std::make_shared<SiteOptions>();
    const auto output = std::make_shared<Output>();
    const auto reference = std::make_shared<bool>(false);
    site->add_all_to(*command);
    output->add_to(*command);
    command->add_flag("--reference", *reference, "Print the reference of all settings as Markdown instead");
    command->callback([=, &exit_code] {
        if (*reference) {
            std::cout << config::reference();
            return;
        }
        if (const auto loaded = site->load(); !loaded) {
            fail(describe(loaded.error()));
            exit_code = kWrongUsage;
            return;
        }
        print_settings(*site, *output);
    });
}

} // namespace bifrost::apps
