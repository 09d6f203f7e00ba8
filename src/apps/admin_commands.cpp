#include "apps/admin_commands.hpp"

#include <functional>
#include <iostream>

#include <boost/json/object.hpp>

#include "access/api_token.hpp"
#include "access/user.hpp"
#include "api/routes.hpp"
#include "apps/demo.hpp"
#include "apps/doctor.hpp"
#include "apps/output.hpp"
#include "apps/serve.hpp"
#include "apps/site.hpp"
#include "apps/site_options.hpp"
#include "database/migrations.hpp"
#include "services/project/project.hpp"

namespace bifrost::apps {
namespace {

/// A command that works on a site: its options, how it prints, and what it is told.
struct AdminCommand {
    SiteOptions site;
    Output output;
    std::string user;
    std::string name;
    std::string code;
    std::string email;
    std::string site_role = "member";
    std::string id;
    std::string expires_at;
    std::vector<std::string> scopes;
};

using Body = std::function<Result<>(AdminCommand&)>;

CLI::App* add(CLI::App& parent, const std::string& name, const std::string& help,
              std::shared_ptr<AdminCommand> command, int& exit_code, Body body) {
    auto* added = parent.add_subcommand(name, help);
    command->site.add_to(*added);
    command->output.add_to(*added);
    added->callback([command, &exit_code, body = std::move(body)] {
        if (const auto loaded = command->site.load(); !loaded) {
            fail(describe(loaded.error()));
            exit_code = kWrongUsage;
            return;
        }
        const auto done = body(*command);
        if (done) return;
        exit_code = fail(describe(done.error()));
    });
    return added;
}

template <class T>
Result<T> change(database::Database& database, const std::function<Result<T>(access::Call&)>& fn) {
    BIFROST_ASSIGN(auto written, access::write(database, administrator(), fn));
    return std::move(written.value);
}

Result<> create_token(AdminCommand& command) {
    BIFROST_ASSIGN(const auto opened, open_site(command.site.config()));
    boost::json::object body{{"name", command.name}, {"user", command.user}};
    if (!command.scopes.empty())
        body["scopes"] = boost::json::array(command.scopes.begin(), command.scopes.end());
    if (!command.expires_at.empty()) body["expires_at"] = command.expires_at;
    BIFROST_ASSIGN(const auto made, change<access::NewApiToken>(*opened.database, [&](access::Call& call) {
                       return access::create_api_token(call, body);
                   }));
    command.output.print(json::to_json(made), {"token"});
    return {};
}

Result<> list_tokens(AdminCommand& command) {
    BIFROST_ASSIGN(const auto opened, open_site(command.site.config()));
    BIFROST_ASSIGN(const auto tokens, opened.database->read([](database::Tx& tx) {
        return access::list_api_tokens(tx, administrator());
    }));
    command.output.print_list(json::to_json(tokens),
                              {"id", "user_id", "name", "hint", "scopes", "expires_at", "last_used_at"});
    return {};
}

Result<> revoke_token(AdminCommand& command) {
    const auto id = Id::parse(command.id);
    if (!id) return Error{Errc::invalid, "A token is named by its id; `bifrost token list` shows them."};
    BIFROST_ASSIGN(const auto opened, open_site(command.site.config()));
    BIFROST_ASSIGN(const auto revoked, change<access::ApiToken>(*opened.database, [&](access::Call& call) {
                       return access::revoke_api_token(call, *id);
                   }));
    command.output.print(json::to_json(revoked), {"id", "name", "revoked_at"});
    return {};
}

Result<> create_user(AdminCommand& command) {
    BIFROST_ASSIGN(const auto opened, open_site(command.site.config()));
    boost::json::object body{
        {"code", command.code}, {"name", command.name}, {"site_role", command.site_role}};
    if (!command.email.empty()) body["email"] = command.email;
    BIFROST_ASSIGN(const auto made, change<access::User>(*opened.database, [&](access::Call& call) {
                       return access::create_user(call, body);
                   }));
    command.output.print(json::to_json(made), {"id", "code", "name", "site_role"});
    return {};
}

Result<> list_users(AdminCommand& command) {
    BIFROST_ASSIGN(const auto opened, open_site(command.site.config()));
    query::ListRequest request;
    request.limit = 1000;
    std::vector<access::User> users;
    do {
        BIFROST_ASSIGN(auto page, opened.database->read([&](database::Tx& tx) {
            return access::list_users(tx, administrator(), request);
        }));
        users.insert(users.end(), page.data.begin(), page.data.end());
        request.cursor = page.next_cursor.value_or("");
    } while (!request.cursor.empty());
    command.output.print_list(json::to_json(users),
                              {"code", "name", "email", "site_role", "last_sign_in_at"});
    return {};
}

Result<> sign_in_link(AdminCommand& command) {
    BIFROST_ASSIGN(const auto opened, open_site(command.site.config()));
    BIFROST_ASSIGN(const auto link, change<access::SignInLink>(*opened.database, [&](access::Call& call) {
                       return access::create_sign_in_link(call, command.code);
                   }));
    std::string text;
    json::ObjectWriter(text)
        .member("token", link.token)
        .member("url", "/setup?token=" + link.token)
        .member("expires_at", link.expires_at);
    command.output.print(text, {"url", "expires_at"});
    return {};
}

Result<> set_user_active(AdminCommand& command, bool active) {
    BIFROST_ASSIGN(const auto opened, open_site(command.site.config()));
    BIFROST_ASSIGN(const auto user, change<access::User>(*opened.database, [&](access::Call& call) {
                       return active ? access::reactivate_user(call, command.code)
                                     : access::deactivate_user(call, command.code);
                   }));
    command.output.print(json::to_json(user), {"code", "name", "is_active"});
    return {};
}

Result<> list_roles(AdminCommand& command) {
    std::string list = "[";
    for (const auto& role : access::project_roles()) {
        std::vector<std::string_view> permissions;
        for (std::size_t i = 0; i < role.permissions.size(); ++i)
            if (role.permissions.test(i))
                permissions.push_back(access::permission_name(static_cast<access::Permission>(i)));
        if (list.size() > 1) list += ',';
        json::ObjectWriter(list)
            .member("code", role.code)
            .member("name", role.name)
            .member("permissions", permissions);
    }
    command.output.print_list(list + "]", {"code", "name", "permissions"});
    return {};
}

Result<> migrate_status(AdminCommand& command) {
    BIFROST_ASSIGN(const auto database, open_site_database(command.site.config()));
    BIFROST_ASSIGN(const auto status, database::migration_status(*database));
    command.output.print_list(json::to_json(status), {"number", "name", "applied_at"});
    return {};
}

Result<> migrate_up(AdminCommand& command) {
    BIFROST_ASSIGN(const auto lock, lock_site(command.site.config()));
    BIFROST_ASSIGN(const auto database, open_site_database(command.site.config()));
    BIFROST_ASSIGN(const auto applied, database::migrate_up(*database));
    std::string text;
    json::ObjectWriter(text).member("applied", applied);
    command.output.print(text, {"applied"});
    return {};
}

Result<> migrate_verify(AdminCommand& command) {
    BIFROST_ASSIGN(const auto database, open_site_database(command.site.config()));
    BIFROST_CHECK(database::verify_schema(*database));
    command.output.print(R"({"schema":"as this program needs it"})", {"schema"});
    return {};
}

Result<> demo(AdminCommand& command) {
    BIFROST_ASSIGN(const auto lock, lock_site(command.site.config()));
    BIFROST_ASSIGN(auto opened, open_site(command.site.config()));
    return fill_demo(opened);
}

void add_user_commands(CLI::App& app, int& exit_code) {
    auto* user = app.add_subcommand("user", "Users of the site")->require_subcommand(1);
    const auto command = std::make_shared<AdminCommand>();
    auto* create = add(*user, "create", "Make a user", command, exit_code, create_user);
    create->add_option("--code", command->code, "Short name, for signing in and addresses")->required();
    create->add_option("--name", command->name, "Full name")->required();
    create->add_option("--email", command->email, "E-mail address");
    create->add_option("--role", command->site_role, "owner, admin, member or guest")->capture_default_str();
    add(*user, "list", "List users", std::make_shared<AdminCommand>(), exit_code, list_users);
    const auto named = [&](const std::string& name, const std::string& help, Body body) {
        const auto one = std::make_shared<AdminCommand>();
        add(*user, name, help, one, exit_code, std::move(body))
            ->add_option("user", one->code, "Code or id of the user")
            ->required();
    };
    named("sign-in-link", "Make a link that signs a user in once and lets them choose a password",
          sign_in_link);
    named("deactivate", "End a user's sessions and tokens and keep them out",
          [](AdminCommand& one) { return set_user_active(one, false); });
    named("restore", "Let a deactivated user in again",
          [](AdminCommand& one) { return set_user_active(one, true); });
}

void add_token_commands(CLI::App& app, int& exit_code) {
    auto* token = app.add_subcommand("token", "API tokens of the site")->require_subcommand(1);
    const auto command = std::make_shared<AdminCommand>();
    auto* create =
        add(*token, "create", "Make an API token; it is shown once", command, exit_code, create_token);
    create->add_option("--user", command->user, "Whose token it is")->required();
    create->add_option("--name", command->name, "What it is for")->required();
    create->add_option("--scope", command->scopes,
                       "all, read, write or a permission such as version:create; all by default");
    create->add_option("--expires-at", command->expires_at, "End of its life, as RFC 3339 writes times");
    add(*token, "list", "List tokens", std::make_shared<AdminCommand>(), exit_code, list_tokens);
    const auto one = std::make_shared<AdminCommand>();
    add(*token, "revoke", "End a token", one, exit_code, revoke_token)
        ->add_option("id", one->id, "Id of the token")
        ->required();
}

void add_migrate_commands(CLI::App& app, int& exit_code) {
    auto* migrate = app.add_subcommand("migrate", "The schema of the site's database")->require_subcommand(1);
    add(*migrate, "status", "Show every migration and when it was applied", std::make_shared<AdminCommand>(),
        exit_code, migrate_status);
    add(*migrate, "up", "Bring the schema to this program's", std::make_shared<AdminCommand>(), exit_code,
        migrate_up);
    add(*migrate, "verify", "Check that the schema is this program's", std::make_shared<AdminCommand>(),
        exit_code, migrate_verify);
}

/// The route table, for the test that compares it with the OpenAPI document.
void add_routes_command(CLI::App& app) {
    auto* routes = app.add_subcommand("routes", "List the operations that the server answers");
    const auto output = std::make_shared<Output>();
    output->add_to(*routes);
    routes->callback([output] {
        // Handlers are never called here, so the context may refer to nothing.
        alignas(api::Context) static std::byte nothing[sizeof(api::Context)];
        const auto router = api::make_router(*reinterpret_cast<api::Context*>(nothing));
        std::string list = "[";
        for (const auto& route : router.routes()) {
            if (list.size() > 1) list += ',';
            json::ObjectWriter(list)
                .member("method", http::method_name(route->method))
                .member("pattern", route->pattern)
                .member("operation_id", route->operation_id);
        }
        output->print_list(list + "]", {"method", "pattern", "operation_id"});
    });
}

} // namespace

void add_admin_commands(CLI::App& app, int& exit_code) {
    add_user_commands(app, exit_code);
    add_token_commands(app, exit_code);
    auto* role = app.add_subcommand("role", "Project roles")->require_subcommand(1);
    add(*role, "list", "List the project roles and their permissions", std::make_shared<AdminCommand>(),
        exit_code, list_roles);
    add_migrate_commands(app, exit_code);
    add_doctor_commands(app, exit_code);
    add(app, "demo", "Fill an empty site with an example production", std::make_shared<AdminCommand>(),
        exit_code, demo);
    add_routes_command(app);
}

} // namespace bifrost::apps
