#include "services/project/field_value.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "services/project/entity.hpp"
#include "services/project/field.sql.hpp"

namespace bifrost::project {
namespace {

using boost::json::object;
using boost::json::value;

bool is_choice(const Field& field, const value& one) {
    const auto choices = boost::json::parse(field.choices.text);
    const auto& all = choices.as_array();
    return std::find(all.begin(), all.end(), one) != all.end();
}

bool is_date(const value& one) {
    const auto* text = one.if_string();
    return text != nullptr && text->size() == 10 &&
           Timestamp::parse(std::string(*text) + "T00:00:00Z").has_value();
}

/// Whether the field holds for an entity of this kind: its own, or one that hands its values down.
bool concerns(const Field& field, std::string_view kind) {
    if (field.entity_kind == kind) return true;
    if (!field.inherits) return false;
    if (kind == "project") return true;
    if (kind == "episode") return field.entity_kind == "sequence" || field.entity_kind == "shot";
    return kind == "sequence" && field.entity_kind == "shot";
}

struct Above {
    Id id;
    std::string kind;
    object metadata;
};

Result<std::vector<Above>> read_above(database::Tx& tx, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_above, id));
    std::vector<Above> all;
    for (const auto row : rows) {
        const auto parsed = boost::json::parse(std::string(row.text(2)));
        all.push_back(
            {row.id(0), std::string(row.text(1)), parsed.is_object() ? parsed.get_object() : object{}});
    }
    return all;
}

} // namespace

std::string fault_of(const Field& field, const value& one) {
    if (one.is_null()) return "";
    if (field.type == "text")
        return one.is_string() && one.get_string().size() <= 20'000 ? "" : "must be a text";
    if (field.type == "integer") return one.is_int64() ? "" : "must be a whole number";
    if (field.type == "number") return one.is_number() ? "" : "must be a number";
    if (field.type == "boolean") return one.is_bool() ? "" : "must be true or false";
    if (field.type == "date") return is_date(one) ? "" : "must be a date like 2026-01-31";
    const std::string list = json::canonical(boost::json::parse(field.choices.text));
    if (field.type == "choice") return is_choice(field, one) ? "" : "must be one of " + list;
    if (!one.is_array() || std::any_of(one.get_array().begin(), one.get_array().end(),
                                       [&](const value& item) { return !is_choice(field, item); }))
        return "must be a list of some of " + list;
    return "";
}

/// An entity's own definitions go before those of what lies under it, the project's before the site's.
Result<FieldRules> load_rules(database::Tx& tx, const Id& project_id, std::string_view kind) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_fields, project_id));
    FieldRules fields;
    for (const bool own : {true, false}) {
        for (const auto row : rows) {
            Field field = row.as<Field>();
            if (field.archived_at || !concerns(field, kind) || (field.entity_kind == kind) != own) continue;
            fields.emplace(field.key, std::move(field));
        }
    }
    return fields;
}

Result<std::vector<FieldValue>> list_field_values(database::Tx& tx, const access::Actor& actor,
                                                  std::string_view kind, const Id& id) {
    BIFROST_ASSIGN(const auto entity, get_visible_entity(tx, actor, id, kind));
    BIFROST_ASSIGN(const auto all, list_fields(tx, actor, entity.project_id.text(), false));
    BIFROST_ASSIGN(const auto above, read_above(tx, id));
    std::vector<FieldValue> values;
    for (const auto& field : all) {
        if (field.entity_kind != kind) continue;
        FieldValue one;
        one.field_id = field.id;
        one.key = field.key;
        one.name = field.name;
        one.type = field.type;
        one.editable = changes_field(actor, field, entity.project_id);
        for (const auto& at : above) {
            const auto* found = at.metadata.if_contains(field.key);
            if (found != nullptr && !found->is_null()) {
                one.value.text = json::canonical(*found);
                one.from = at.kind;
                one.from_id = at.id;
                break;
            }
            if (!field.inherits) break;
        }
        if (one.from.empty() && field.default_value.text != "null") {
            one.value.text = json::canonical(boost::json::parse(field.default_value.text));
            one.from = "default";
        }
        values.push_back(std::move(one));
    }
    return values;
}

Result<json::Raw> check_metadata(access::Call& call, const MetadataChange& change, const json::Raw& after) {
    BIFROST_ASSIGN(const auto rules, load_rules(call.tx, change.project_id, change.kind));
    return check_metadata(call, rules, change, after);
}

Result<json::Raw> check_metadata(access::Call& call, const FieldRules& fields, const MetadataChange& change,
                                 const json::Raw& after) {
    if (fields.empty()) return after;
    const auto before_value = boost::json::parse(change.before.text);
    auto after_value = boost::json::parse(after.text);
    const auto& before = before_value.as_object();
    auto& now = after_value.as_object();
    const bool wiped = now.empty() && !before.empty();
    std::vector<Above> above;
    if (change.parent_id) {
        BIFROST_ASSIGN(above, read_above(call.tx, *change.parent_id));
    }
    std::vector<FieldError> errors;
    for (const auto& [key, field] : fields) {
        const value* was = before.if_contains(key);
        const value* is = now.if_contains(key);
        const value nothing = nullptr;
        const bool differs = (was != nullptr ? *was : nothing) != (is != nullptr ? *is : nothing);
        const auto* named = change.patch != nullptr ? change.patch->if_object() : nullptr;
        const bool tries_unseen =
            named != nullptr && named->contains(key) && !sees_field(call.actor, field, change.project_id);
        if (tries_unseen || (differs && !changes_field(call.actor, field, change.project_id))) {
            if (wiped && !tries_unseen) {
                now[key] = *was;
                continue;
            }
            // What somebody doesn't see isn't named to them either.
            if (!sees_field(call.actor, field, change.project_id))
                return Error{Errc::forbidden, "Not all of these fields are yours to change."};
            return Error{Errc::forbidden, "The field '" + key + "' is not yours to change."};
        }
        if (differs && is != nullptr)
            if (auto fault = fault_of(field, *is); !fault.empty())
                errors.push_back({"/metadata/" + key, std::move(fault)});
        const bool is_missing = is == nullptr || is->is_null();
        if (!is_missing || !field.required || field.entity_kind != change.kind ||
            field.default_value.text != "null" || !(change.is_new || differs))
            continue;
        const bool inherited =
            field.inherits && std::any_of(above.begin(), above.end(), [&](const Above& at) {
                const auto* found = at.metadata.if_contains(key);
                return found != nullptr && !found->is_null();
            });
        if (!inherited) errors.push_back({"/metadata/" + key, "is required"});
    }
    if (errors.empty()) return wiped ? json::Raw{json::canonical(after_value)} : after;
    Error error{Errc::invalid, "Fields can't be accepted as they are."};
    error.fields = std::move(errors);
    return error;
}

const value* metadata_in(const value& body) {
    const auto* one = body.if_object();
    return one != nullptr ? one->if_contains("metadata") : nullptr;
}

Result<std::vector<Field>> list_restricted_fields(database::Tx& tx) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_restricted_fields));
    std::vector<Field> fields;
    for (const auto row : rows) fields.push_back(row.as<Field>());
    return fields;
}

HiddenKeys hidden_keys(const access::Actor& actor, const std::vector<Field>& restricted) {
    HiddenKeys hidden;
    if (actor.is_administrator() || actor.is_system() || !actor.memberships) return hidden;
    const auto add = [&](const Id& project_id, const Field& field) {
        if (sees_field(actor, field, project_id)) return;
        auto& kinds = hidden[project_id];
        kinds["field"].insert(field.id.text());
        for (const std::string_view kind : {"project", "episode", "sequence", "shot", "asset"})
            if (concerns(field, kind)) kinds[std::string(kind)].insert(field.key);
    };
    for (const auto& field : restricted) {
        if (field.project_id) {
            if (actor.memberships->contains(*field.project_id)) add(*field.project_id, field);
            continue;
        }
        for (const auto& [project_id, role] : *actor.memberships) add(project_id, field);
    }
    return hidden;
}

} // namespace bifrost::project
