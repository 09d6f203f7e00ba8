#include "access/user.hpp"

#include "access/user.sql.hpp"
#include "core/hash.hpp"
#include "core/json_reader.hpp"
#include "core/random.hpp"
#include "core/text.hpp"

namespace bifrost::access {
namespace {

constexpr std::int64_t kLinkSeconds = 24 * 3600;
const std::vector<std::string_view> kSiteRoles = {"owner", "admin", "member", "guest"};

Result<User> find_user(database::Tx& tx, std::string_view id_or_code) {
    const auto id = Id::parse(id_or_code);
    BIFROST_ASSIGN(const auto rows, id ? tx.query(sql::find_user, *id)
                                       : tx.query(sql::find_user_by_code, fold_case(id_or_code)));
    if (rows.empty()) return Error{Errc::not_found, "There is no such user."};
    return rows[0].as<User>();
}

bool looks_like_email(std::string_view text) {
    const std::size_t at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos && text.find(' ') == std::string_view::npos;
}

std::optional<std::string> read_email(json::Reader& reader) {
    auto email = reader.optional_text("email", {3, 254});
    if (email && !looks_like_email(*email)) {
        reader.add_error("email", "must be an e-mail address");
        return std::nullopt;
    }
    if (email) email = fold_case(*email);
    return email;
}

Error taken(Error error, const User& user) {
    if (error.constraint == "user_account_code_key")
        return Error{Errc::conflict, "The code '" + user.code + "' is taken by another user."};
    if (error.constraint == "user_account_email_key")
        return Error{Errc::conflict, "This e-mail address belongs to another user."};
    return error;
}

/// Only an owner may make or change an owner.
Result<> check_owner_rule(const Call& call, const User& user, const std::string& new_role) {
    if (user.site_role != "owner" && new_role != "owner") return {};
    if (call.actor.site_role == SiteRole::owner || call.actor.is_system()) return {};
    return Error{Errc::forbidden, "Only an owner may make or change an owner."};
}

Result<> keep_an_owner(Call& call, const User& before, const User& after) {
    const bool was = before.site_role == "owner" && before.is_active;
    const bool stays = after.site_role == "owner" && after.is_active;
    if (!was || stays) return {};
    BIFROST_CHECK(call.tx.query(sql::lock_owners));
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::count_owners));
    if (rows[0].integer(0) > 1) return {};
    return Error{Errc::conflict, "This is the last owner of the site; make another one first."};
}

Result<User> store(Call& call, const User& before, User after, std::string action) {
    after.updated_at = Timestamp::now();
    after.updated_by = call.actor.user_id.is_nil() ? std::nullopt : std::optional(call.actor.user_id);
    after.revision = before.revision + 1;
    auto changed =
        call.tx.execute(sql::update_user, after.id, after.code, after.email, after.name, after.site_role,
                        after.is_active, after.updated_at, after.updated_by, after.revision, before.revision);
    if (!changed) return taken(changed.error(), after);
    if (*changed == 0)
        return Error{Errc::stale_revision,
                     "The user was changed by someone else. Read it again and repeat the change."};
    call.changes.add({std::move(action), std::nullopt, "user", after.id,
                      events::make_patch(json::to_json(before), json::to_json(after),
                                         {"revision", "updated_at", "updated_by"})});
    return after;
}

} // namespace

Result<User> get_user(database::Tx& tx, const Actor& actor, std::string_view id_or_code) {
    BIFROST_ASSIGN(User user, find_user(tx, id_or_code));
    if (user.id != actor.user_id && !actor.may(Permission::user_read))
        return Error{Errc::not_found, "There is no such user."};
    return user;
}

Result<query::Page<User>> list_users(database::Tx& tx, const Actor& actor,
                                     const query::ListRequest& request) {
    query::ListQuery list(
        "select u.id, u.code, u.email, u.name, u.site_role, u.is_active, u.last_sign_in_at, u.created_at, "
        "u.created_by, "
        "u.updated_at, u.updated_by, u.revision",
        "from user_account u", "u.id",
        {{"code", "u.code"}, {"created_at", "u.created_at", true}, {"updated_at", "u.updated_at", true}},
        "code");
    if (!actor.may(Permission::user_read)) list.where("u.id = ?", database::make_params(actor.user_id));
    if (request.archived == query::Archived::exclude) list.where("u.is_active");
    if (request.archived == query::Archived::only) list.where("not u.is_active");
    if (!request.q.empty())
        list.where("u.code like ? escape '\\'",
                   database::make_params(escape_like(fold_case(request.q)) + "%"));
    return list.page<User>(tx, request);
}

Result<User> create_user(Call& call, const boost::json::value& body) {
    BIFROST_CHECK(call.actor.require_site(Permission::user_manage));
    json::Reader reader(body);
    User user;
    user.id = Id::make();
    const std::string typed = reader.code("code");
    user.name = reader.text("name", {1, 200});
    user.email = read_email(reader);
    user.site_role = reader.optional_choice("site_role", kSiteRoles).value_or("member");
    BIFROST_CHECK(reader.finish());
    BIFROST_CHECK(check_owner_rule(call, user, user.site_role));
    user.code = *fold_code(typed);
    user.created_at = user.updated_at = Timestamp::now();
    user.created_by = user.updated_by =
        call.actor.user_id.is_nil() ? std::nullopt : std::optional(call.actor.user_id);
    auto inserted = call.tx.execute(sql::insert_user, user.id, user.code, user.email, user.name,
                                    user.site_role, true, user.created_at, user.created_by);
    if (!inserted) return taken(inserted.error(), user);
    call.changes.add(
        {"user.created", std::nullopt, "user", user.id, events::make_patch("", json::to_json(user))});
    return user;
}

Result<User> update_user(Call& call, std::string_view id_or_code, const boost::json::value& patch,
                         std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const User before, get_user(call.tx, call.actor, id_or_code));
    const bool manages = call.actor.may(Permission::user_manage);
    if (!manages && before.id != call.actor.user_id)
        BIFROST_CHECK(call.actor.require_site(Permission::user_manage));
    if (if_revision && *if_revision != before.revision)
        return Error{Errc::stale_revision,
                     "The user was changed by someone else. Read it again and repeat the change."};
    json::Reader reader(patch);
    reader.refuse_null({"code", "name", "site_role"});
    User after = before;
    if (auto name = reader.optional_text("name", {1, 200})) after.name = *name;
    auto email = read_email(reader);
    if (email || reader.is_null("email")) after.email = std::move(email);
    const auto code = reader.optional_code("code");
    const auto role = reader.optional_choice("site_role", kSiteRoles);
    BIFROST_CHECK(reader.finish());
    if ((code || role) && !manages) BIFROST_CHECK(call.actor.require_site(Permission::user_manage));
    if (code) after.code = *fold_code(*code);
    if (role) after.site_role = *role;
    if (before.id != call.actor.user_id || role)
        BIFROST_CHECK(check_owner_rule(call, before, after.site_role));
    BIFROST_CHECK(keep_an_owner(call, before, after));
    return store(call, before, std::move(after), "user.updated");
}

Result<User> deactivate_user(Call& call, std::string_view id_or_code) {
    BIFROST_CHECK(call.actor.require_site(Permission::user_manage));
    BIFROST_ASSIGN(const User before, find_user(call.tx, id_or_code));
    if (!before.is_active) return before;
    BIFROST_CHECK(check_owner_rule(call, before, before.site_role));
    User after = before;
    after.is_active = false;
    BIFROST_CHECK(keep_an_owner(call, before, after));
    BIFROST_CHECK(call.tx.execute(sql::delete_sessions_of_user, before.id));
    BIFROST_CHECK(call.tx.execute(sql::revoke_tokens_of_user, before.id, Timestamp::now()));
    return store(call, before, std::move(after), "user.deactivated");
}

Result<User> reactivate_user(Call& call, std::string_view id_or_code) {
    BIFROST_CHECK(call.actor.require_site(Permission::user_manage));
    BIFROST_ASSIGN(const User before, find_user(call.tx, id_or_code));
    if (before.is_active) return before;
    BIFROST_CHECK(check_owner_rule(call, before, before.site_role));
    User after = before;
    after.is_active = true;
    return store(call, before, std::move(after), "user.reactivated");
}

Result<SignInLink> create_sign_in_link(Call& call, std::string_view id_or_code) {
    BIFROST_CHECK(call.actor.require_site(Permission::user_manage));
    BIFROST_ASSIGN(const User user, find_user(call.tx, id_or_code));
    BIFROST_CHECK(check_owner_rule(call, user, user.site_role));
    if (!user.is_active) return Error{Errc::conflict, "The user is deactivated; reactivate them first."};
    const SignInLink link{random_token(32), Timestamp::now().plus_seconds(kLinkSeconds)};
    BIFROST_CHECK(
        call.tx.execute(sql::insert_sign_in_link, sha256_hex(link.token), user.id, link.expires_at));
    call.changes.add({"user.sign_in_link_created", std::nullopt, "user", user.id, "{}"});
    return link;
}

} // namespace bifrost::access
