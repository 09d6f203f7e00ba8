#include "services/project/field.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "services/project/field.sql.hpp"
#include "services/project/field_value.hpp"
#include "services/project/project.hpp"

namespace bifrost::project {
namespace {

using access::Actor;
using access::Call;
using access::Permission;

const std::vector<std::string_view> kKinds = {"project", "episode", "sequence", "shot", "asset"};
const std::vector<std::string_view> kTypes = {"text", "integer", "number", "boolean",
                                              "date", "choice",  "choices"};
const std::vector<std::string_view> kDerived = {"revision", "updated_at", "updated_by"};
constexpr std::int64_t kMostOrder = 1'000'000;

bool holds_role(const Actor& actor, const json::Raw& roles, const Id& project_id) {
    if (roles.text == "[]" || actor.is_administrator() || actor.is_system()) return true;
    if (!actor.memberships) return false;
    const auto found = actor.memberships->find(project_id);
    if (found == actor.memberships->end()) return false;
    const auto parsed = boost::json::parse(roles.text);
    return std::any_of(parsed.as_array().begin(), parsed.as_array().end(),
                       [&](const auto& role) { return role.as_string() == found->second; });
}

void read_roles(json::Reader& reader, std::string_view key, json::Raw& into) {
    const auto roles = reader.optional_texts(key, 50, {1, 64});
    if (reader.is_null(key)) into.text = "[]";
    if (!roles) return;
    for (std::size_t i = 0; i < roles->size(); ++i) {
        const auto& known = access::project_roles();
        if (std::none_of(known.begin(), known.end(),
                         [&](const auto& one) { return one.code == (*roles)[i]; }))
            reader.add_item_error(key, i, "is no role of a project");
    }
    into.text = json::to_json(*roles);
}

/// What creation and change have in common.
void read_members(json::Reader& reader, Field& field) {
    if (auto name = reader.optional_text("name", {1, 200})) field.name = *name;
    if (auto text = reader.optional_text("description", {0, 2000, true})) field.description = *text;
    if (const auto choices = reader.optional_texts("choices", 500, {1, 200}))
        field.choices.text = json::to_json(*choices);
    if (const auto value = reader.optional_boolean("required")) field.required = *value;
    if (const auto value = reader.optional_boolean("inherits")) field.inherits = *value;
    if (const auto value = reader.optional_integer("order", 0, kMostOrder)) field.order = *value;
    read_roles(reader, "visible_to", field.visible_to);
    read_roles(reader, "editable_by", field.editable_by);
    if (reader.has("default_value"))
        field.default_value.text = json::canonical(*reader.member("default_value"));
    const bool chooses = field.type.starts_with("choice");
    if (chooses == (field.choices.text == "[]") && !reader.failed())
        reader.add_error("choices", chooses ? "must name what can be chosen"
                                            : "belong to fields of the types choice and choices");
    if (reader.failed() || field.default_value.text == "null") return;
    if (const auto fault = fault_of(field, boost::json::parse(field.default_value.text)); !fault.empty())
        reader.add_error("default_value", fault);
}

Result<> require_change(const Call& call, const std::optional<Id>& project_id) {
    if (project_id) return call.actor.require(Permission::project_update, *project_id, "field");
    return call.actor.require_site(Permission::project_create);
}

void add_event(Call& call, std::string action, std::string_view before, const Field& field) {
    call.changes.add({std::move(action), field.project_id, "field", field.id,
                      events::make_patch(before, json::to_json(field), kDerived)});
}

Result<Field> lock_field(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::lock_field, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such field."};
    Field field = rows[0].as<Field>();
    if (field.project_id && !sees_field(call.actor, field, *field.project_id) &&
        !call.actor.may(Permission::project_update, field.project_id))
        return Error{Errc::not_found, "There is no such field."};
    BIFROST_CHECK(require_change(call, field.project_id));
    if (if_revision && *if_revision != field.revision)
        return Error{Errc::stale_revision, "The field was changed by someone else: it is at revision " +
                                               std::to_string(field.revision) +
                                               ". Read it again and repeat the change."};
    return field;
}

Result<Field> store(Call& call, const Field& before, Field field) {
    if (events::make_patch(json::to_json(before), json::to_json(field), kDerived) ==
        events::make_patch(json::to_json(before), json::to_json(before), kDerived))
        return before;
    field.revision += 1;
    field.updated_at = Timestamp::now();
    if (!call.actor.user_id.is_nil()) field.updated_by = call.actor.user_id;
    BIFROST_CHECK(call.tx.execute(sql::update_field, field.id, field.name, field.description, field.choices,
                                  field.default_value, field.required, field.inherits, field.visible_to,
                                  field.editable_by, field.order, field.updated_at, field.updated_by,
                                  field.revision, field.archived_at));
    const std::string action = field.archived_at.has_value() == before.archived_at.has_value()
                                   ? "field.updated"
                               : field.archived_at ? "field.archived"
                                                   : "field.restored";
    add_event(call, action, json::to_json(before), field);
    return field;
}

} // namespace

bool sees_field(const Actor& actor, const Field& field, const Id& project_id) {
    return holds_role(actor, field.visible_to, project_id);
}

bool changes_field(const Actor& actor, const Field& field, const Id& project_id) {
    return sees_field(actor, field, project_id) && holds_role(actor, field.editable_by, project_id);
}

Result<std::vector<Field>> list_fields(database::Tx& tx, const Actor& actor, std::string_view project,
                                       bool archived) {
    BIFROST_ASSIGN(const auto found, get_project(tx, actor, project));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_fields, found.id));
    std::vector<Field> fields;
    std::set<std::pair<std::string, std::string>> own;
    for (const auto row : rows) {
        Field field = row.as<Field>();
        if (field.archived_at && !archived) continue;
        if (!own.emplace(field.entity_kind, field.key).second) continue;
        if (sees_field(actor, field, found.id)) fields.push_back(std::move(field));
    }
    std::stable_sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) {
        return std::tie(a.entity_kind, a.order, a.key) < std::tie(b.entity_kind, b.order, b.key);
    });
    return fields;
}

Result<Field> get_field(database::Tx& tx, const Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_field, id));
    const Error nothing{Errc::not_found, "There is no such field."};
    if (rows.empty()) return nothing;
    Field field = rows[0].as<Field>();
    if (!field.project_id) {
        if (field.visible_to.text != "[]" && !actor.is_administrator() && !actor.is_system()) return nothing;
        return field;
    }
    if (!actor.may_see(*field.project_id) || !sees_field(actor, field, *field.project_id)) return nothing;
    return field;
}

Result<Field> create_field(Call& call, std::optional<std::string_view> project,
                           const boost::json::value& body) {
    Field field;
    if (project) {
        BIFROST_ASSIGN(const auto found, get_project(call.tx, call.actor, *project));
        field.project_id = found.id;
    }
    BIFROST_CHECK(require_change(call, field.project_id));
    json::Reader reader(body);
    field.id = Id::make();
    const auto kind = reader.optional_choice("entity_kind", kKinds);
    if (!kind && !reader.failed()) reader.add_error("entity_kind", "is required");
    field.entity_kind = kind.value_or("");
    field.key = reader.text("key", {1, 64});
    const auto type = reader.optional_choice("type", kTypes);
    if (!type && !reader.has("type")) reader.add_error("type", "is required");
    field.type = type.value_or("text");
    field.name = field.key;
    if (field.key.find_first_of("./~\"") != std::string::npos)
        reader.add_error("key", "must hold no dot, slash, tilde or quote: it stands in queries and headings");
    read_members(reader, field);
    BIFROST_CHECK(reader.finish());
    field.created_at = field.updated_at = Timestamp::now();
    if (!call.actor.user_id.is_nil()) field.created_by = field.updated_by = call.actor.user_id;
    const auto inserted = call.tx.execute(
        sql::insert_field, field.id, field.project_id, field.entity_kind, field.key, field.name,
        field.description, field.type, field.choices, field.default_value, field.required, field.inherits,
        field.visible_to, field.editable_by, field.order, field.created_at, field.created_by);
    if (!inserted) {
        if (inserted.error().code != Errc::conflict) return inserted.error();
        return Error{Errc::conflict, "There is a field '" + field.key +
                                         "' of this kind already; archived ones keep their key."};
    }
    add_event(call, "field.created", "", field);
    return field;
}

Result<Field> update_field(Call& call, const Id& id, const boost::json::value& patch,
                           std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Field before, lock_field(call, id, if_revision));
    Field field = before;
    json::Reader reader(patch);
    for (const std::string_view fixed : {"entity_kind", "key", "type"}) {
        if (!reader.has(fixed)) continue;
        reader.member(fixed);
        reader.add_error(fixed, "stays as it is: make another field and archive this one");
    }
    reader.refuse_null({"name", "choices", "required", "inherits", "order"});
    if (reader.is_null("description")) field.description.clear();
    read_members(reader, field);
    BIFROST_CHECK(reader.finish());
    return store(call, before, std::move(field));
}

Result<Field> archive_field(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Field before, lock_field(call, id, if_revision));
    Field field = before;
    if (!field.archived_at) field.archived_at = Timestamp::now();
    return store(call, before, std::move(field));
}

Result<Field> restore_field(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Field before, lock_field(call, id, if_revision));
    Field field = before;
    field.archived_at.reset();
    return store(call, before, std::move(field));
}

} // namespace bifrost::project
