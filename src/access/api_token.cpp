#include "access/api_token.hpp"

#include <boost/json/parse.hpp>

#include "access/api_token.sql.hpp"
#include "core/hash.hpp"
#include "core/json_reader.hpp"
#include "core/random.hpp"

namespace bifrost::access {
namespace {

Permissions every_read() {
    Permissions permissions;
    for (std::size_t i = 0; i < permissions.size(); ++i)
        if (is_read(static_cast<Permission>(i))) permissions.set(i);
    return permissions;
}

Permissions everyday() {
    Permissions permissions = Permissions{}.set();
    for (const Permission administrative :
         {Permission::user_manage, Permission::purge, Permission::member_manage})
        permissions.reset(static_cast<std::size_t>(administrative));
    return permissions;
}

} // namespace

std::optional<Permissions> parse_scopes(std::string_view json_list) {
    Permissions permissions;
    const auto list = json::parse(json_list);
    if (!list || !list->is_array()) return std::nullopt;
    for (const auto& item : list->get_array()) {
        if (!item.is_string()) return std::nullopt;
        const std::string_view scope{item.get_string().data(), item.get_string().size()};
        if (scope == "all")
            permissions.set();
        else if (scope == "read")
            permissions |= every_read();
        else if (scope == "write")
            permissions |= everyday();
        else if (const auto permission = parse_permission(scope))
            permissions.set(static_cast<std::size_t>(*permission));
        else
            return std::nullopt;
    }
    return permissions;
}

Result<std::vector<ApiToken>> list_api_tokens(database::Tx& tx, const Actor& actor) {
    BIFROST_ASSIGN(const auto rows, actor.may(Permission::user_manage)
                                        ? tx.query(sql::list_api_tokens)
                                        : tx.query(sql::list_api_tokens_of_user, actor.user_id));
    std::vector<ApiToken> tokens;
    for (const auto row : rows) tokens.push_back(row.as<ApiToken>());
    return tokens;
}

Result<NewApiToken> create_api_token(Call& call, const boost::json::value& body) {
    json::Reader reader(body);
    NewApiToken made;
    made.name = reader.text("name", {1, 200});
    const auto scopes = reader.optional_texts("scopes", 50, {1, 64});
    made.scopes = json::Raw{scopes ? json::to_json(*scopes) : std::string(R"(["all"])")};
    const auto permissions = parse_scopes(made.scopes.text);
    if (!permissions)
        reader.add_error("scopes", "must be a list of all, read, write, or permissions such as asset:create");
    made.expires_at = reader.optional_timestamp("expires_at");
    if (made.expires_at && *made.expires_at <= Timestamp::now())
        reader.add_error("expires_at", "must lie in the future");
    const auto user = reader.optional_text("user", {1, 64});
    BIFROST_CHECK(reader.finish());
    made.user_id = call.actor.user_id;
    if (user) {
        BIFROST_ASSIGN(const User found, get_user(call.tx, call.actor, *user));
        if (found.id != call.actor.user_id) {
            BIFROST_CHECK(call.actor.require_site(Permission::user_manage));
            if (found.site_role == "owner" && call.actor.site_role != SiteRole::owner &&
                !call.actor.is_system())
                return Error{Errc::forbidden, "Only an owner may make tokens of an owner."};
        }
        if (!found.is_active) return Error{Errc::conflict, "The user is deactivated."};
        made.user_id = found.id;
    }
    if ((*permissions & ~call.actor.scope).any())
        return Error{Errc::forbidden,
                     "A token can't make one that may do more than itself; ask for fewer scopes."};
    made.id = Id::make();
    made.token = "bft_" + random_token(32);
    made.hint = made.token.substr(0, 9);
    made.created_at = Timestamp::now();
    made.created_by = call.actor.user_id.is_nil() ? std::nullopt : std::optional(call.actor.user_id);
    BIFROST_CHECK(call.tx.execute(sql::insert_api_token, made.id, made.user_id, made.name,
                                  sha256_hex(made.token), made.hint, made.scopes, made.created_at,
                                  made.created_by, made.expires_at));
    const ApiToken& shown = made;
    call.changes.add({"api_token.created", std::nullopt, "api_token", made.id,
                      events::make_patch("", json::to_json(shown))});
    return made;
}

Result<ApiToken> revoke_api_token(Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_api_token, id));
    const Error missing{Errc::not_found, "There is no such API token."};
    if (rows.empty()) return missing;
    ApiToken token = rows[0].as<ApiToken>();
    if (token.user_id != call.actor.user_id && !call.actor.may(Permission::user_manage)) return missing;
    if (token.revoked_at) return token;
    token.revoked_at = Timestamp::now();
    BIFROST_CHECK(call.tx.execute(sql::revoke_api_token, id, *token.revoked_at));
    call.changes.add({"api_token.revoked", std::nullopt, "api_token", id, "{}"});
    return token;
}

} // namespace bifrost::access
