#include "services/workflow/guard.hpp"

#include <algorithm>
#include <map>

#include <boost/json/parse.hpp>

#include "services/workflow/workflow.sql.hpp"

namespace bifrost::workflow {
namespace {

using Refusal = Result<std::optional<std::string>>;

/// The fields that a kind can be asked for, in the order of its <kind>_values query behind the metadata.
const std::vector<std::string_view>& fields_of(std::string_view kind) {
    static const std::map<std::string_view, std::vector<std::string_view>> fields = {
        {"asset", {"description", "tags", "thumbnail"}},
        {"shot", {"description", "cut_in", "cut_out", "thumbnail"}},
        {"version", {"comment", "frame_range"}},
        {"task", {"description", "start_date", "due_date", "bid_minutes", "assignees"}}};
    return fields.at(kind);
}

const database::Query& values_of(std::string_view kind) {
    if (kind == "asset") return sql::asset_values;
    if (kind == "shot") return sql::shot_values;
    if (kind == "version") return sql::version_values;
    return sql::task_values;
}

std::vector<std::string> texts(const boost::json::object& rule, std::string_view key) {
    std::vector<std::string> list;
    if (const auto* items = rule.if_contains(key); items != nullptr && items->is_array())
        for (const auto& item : items->get_array()) list.emplace_back(item.as_string());
    return list;
}

std::string joined(const std::vector<std::string>& list) {
    std::string text;
    for (const auto& item : list) text += (text.empty() ? "" : ", ") + item;
    return text;
}

/// The entity whose tasks and products are asked about: a task's owner, else the mover itself.
Result<Id> place_of(database::Tx& tx, const Mover& mover) {
    if (mover.kind != "task") return mover.id;
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_task_owner, mover.id));
    return rows.empty() ? mover.id : rows[0].id(0);
}

Refusal fields_set(database::Tx& tx, const Mover& mover, const boost::json::object& rule) {
    BIFROST_ASSIGN(const auto rows, tx.query(values_of(mover.kind), mover.id));
    if (rows.empty()) return std::optional<std::string>{};
    const auto metadata = boost::json::parse(std::string(rows[0].text(0)));
    const auto& known = fields_of(mover.kind);
    std::vector<std::string> missing;
    for (const auto& field : texts(rule, "fields")) {
        if (field.starts_with("metadata.")) {
            const auto* value = metadata.as_object().if_contains(field.substr(9));
            if (value == nullptr || value->is_null()) missing.push_back(field);
            continue;
        }
        const auto at = std::find(known.begin(), known.end(), field) - known.begin();
        if (at < std::ssize(known) && rows[0].is_null(static_cast<std::size_t>(at) + 1))
            missing.push_back(field);
    }
    if (missing.empty()) return std::optional<std::string>{};
    return std::optional("It takes values in " + joined(missing) + ".");
}

Refusal tasks_done(database::Tx& tx, const Mover& mover, const boost::json::object& rule) {
    BIFROST_ASSIGN(const Id place, place_of(tx, mover));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_task_states, place));
    const auto types = texts(rule, "task_types");
    std::vector<std::string> open;
    for (const auto row : rows) {
        const std::string type(row.text(0));
        if (!row.is_null(1)) continue;
        if (types.empty() || std::find(types.begin(), types.end(), type) != types.end()) open.push_back(type);
    }
    if (open.empty()) return std::optional<std::string>{};
    return std::optional("Tasks are still open: " + joined(open) + ".");
}

Refusal dependencies_done(database::Tx& tx, const Mover& mover) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_open_dependencies, mover.id));
    std::vector<std::string> open;
    for (const auto row : rows) open.emplace_back(row.text(0));
    if (open.empty()) return std::optional<std::string>{};
    return std::optional("It waits for " + joined(open) + ".");
}

Refusal published(database::Tx& tx, const Mover& mover, const boost::json::object& rule) {
    BIFROST_ASSIGN(const Id place, place_of(tx, mover));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_published_kinds, place));
    std::vector<std::string> missing = texts(rule, "products");
    if (missing.empty() && rows.empty()) return std::optional<std::string>("Nothing is published yet.");
    for (const auto row : rows) std::erase(missing, std::string(row.text(0)));
    if (missing.empty()) return std::optional<std::string>{};
    return std::optional("There is no published version of " + joined(missing) + ".");
}

Refusal dependencies_published(database::Tx& tx, const Mover& mover) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_unpublished_dependencies, mover.id));
    std::vector<std::string> missing;
    for (const auto row : rows) missing.emplace_back(row.text(0));
    if (missing.empty()) return std::optional<std::string>{};
    return std::optional("Dependencies aren't published: " + joined(missing) + ".");
}

Refusal only_roles(const access::Actor& actor, const Mover& mover, const boost::json::object& rule) {
    if (actor.is_system() || actor.is_administrator()) return std::optional<std::string>{};
    const auto roles = texts(rule, "roles");
    if (actor.memberships) {
        const auto own = actor.memberships->find(mover.project_id);
        if (own != actor.memberships->end() &&
            std::find(roles.begin(), roles.end(), own->second) != roles.end())
            return std::optional<std::string>{};
    }
    return std::optional("It is for " + joined(roles) + ".");
}

Refusal only_assignees(database::Tx& tx, const access::Actor& actor, const Mover& mover) {
    if (actor.is_system() || actor.is_administrator()) return std::optional<std::string>{};
    BIFROST_ASSIGN(const auto rows, tx.query(sql::is_assignee, mover.id, actor.user_id));
    if (!rows.empty()) return std::optional<std::string>{};
    return std::optional<std::string>("It is for those that the task is assigned to.");
}

Refusal ask(database::Tx& tx, const access::Actor& actor, const Mover& mover, const boost::json::object& rule,
            bool has_comment) {
    const std::string_view kind = rule.at("kind").as_string();
    if (kind == "comment")
        return has_comment ? std::optional<std::string>{} : std::optional<std::string>("It takes a comment.");
    if (kind == "assignee") return only_assignees(tx, actor, mover);
    if (kind == "roles") return only_roles(actor, mover, rule);
    if (kind == "fields_set") return fields_set(tx, mover, rule);
    if (kind == "tasks_done") return tasks_done(tx, mover, rule);
    if (kind == "dependencies_done") return dependencies_done(tx, mover);
    if (kind == "published") return published(tx, mover, rule);
    if (kind == "dependencies_published") return dependencies_published(tx, mover);
    return std::optional("The workflow asks for '" + std::string(kind) +
                         "', which this release doesn't know.");
}

} // namespace

Refusal refused_by(database::Tx& tx, const access::Actor& actor, const Mover& mover, const Reachable& state,
                   bool has_comment) {
    if (!state.is_guarded()) return std::optional<std::string>{};
    const auto guards = boost::json::parse(*state.guards);
    for (const auto& guard : guards.as_array()) {
        BIFROST_ASSIGN(auto refusal, ask(tx, actor, mover, guard.as_object(), has_comment));
        if (refusal) return refusal;
    }
    return std::optional<std::string>{};
}

Result<std::vector<std::string>> open_now(database::Tx& tx, const access::Actor& actor, const Mover& mover,
                                          const std::vector<Reachable>& states) {
    std::vector<std::string> open;
    for (const auto& state : states) {
        if (!may_move(actor, mover.project_id, state)) continue;
        BIFROST_ASSIGN(const auto refusal, refused_by(tx, actor, mover, state, true));
        if (!refusal) open.push_back(state.code);
    }
    return open;
}

} // namespace bifrost::workflow
