// The program: server and client in one. Commands are declared here and in client/commands.hpp.

#include <exception>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "apps/admin_commands.hpp"
#include "apps/copy_commands.hpp"
#include "apps/drill_command.hpp"
#include "apps/preview_commands.hpp"
#include "apps/serve.hpp"
#include "apps/settings_command.hpp"
#include "client/commands.hpp"

int main(int argc, char** argv) {
    CLI::App app{"Bifrost keeps the assets, versions and files of a production.", "bifrost"};
    app.set_version_flag("--version", "bifrost " BIFROST_VERSION);
    app.require_subcommand(1);
    app.get_formatter()->column_width(34);
    int exit_code = 0;
    try {
        bifrost::apps::add_role_commands(app, exit_code);
        bifrost::apps::add_admin_commands(app, exit_code);
        bifrost::apps::add_copy_commands(app, exit_code);
        bifrost::apps::add_drill_command(app, exit_code);
        bifrost::apps::add_settings_command(app, exit_code);
        bifrost::apps::add_preview_commands(app, exit_code);
        bifrost::client::register_commands(app, exit_code);
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        return bifrost::apps::fail(std::string("a bug stopped this command: ") + error.what());
    }
    return exit_code;
}
