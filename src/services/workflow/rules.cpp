// Reading guards and effects of a transition.

#include <algorithm>

#include "services/workflow/guard.hpp"

namespace bifrost::workflow {
namespace {

constexpr std::size_t kMostRules = 20;
constexpr std::size_t kMostTexts = 50;

/// A member that is a list of texts, into `out`.
void copy_texts(json::Reader& rule, std::string_view key, bool required, boost::json::object& out) {
    const auto list = rule.optional_texts(key, kMostTexts, {1, 200});
    if (list && !list->empty()) {
        boost::json::array items;
        for (const auto& text : *list) items.emplace_back(text);
        out[key] = std::move(items);
    } else if (required) {
        rule.add_error(key, "is required and must not be empty");
    }
}

void copy_text(json::Reader& rule, std::string_view key, boost::json::object& out) {
    out[key] = rule.text(key, {1, 64});
}

void read_guard(json::Reader& rule, std::string_view entity_kind, boost::json::object& out) {
    const std::string kind = rule.text("kind", {1, 64});
    out["kind"] = kind;
    if (kind == "comment" || rule.failed()) return;
    if (kind == "assignee" || kind == "dependencies_done") {
        if (entity_kind != "task") rule.add_error("kind", "is for tasks");
    } else if (kind == "dependencies_published") {
        if (entity_kind != "version") rule.add_error("kind", "is for versions");
    } else if (kind == "tasks_done" || kind == "published") {
        if (entity_kind == "version") rule.add_error("kind", "is for assets, shots and tasks");
        copy_texts(rule, kind == "published" ? "products" : "task_types", false, out);
    } else if (kind == "roles") {
        copy_texts(rule, "roles", true, out);
    } else if (kind == "fields_set") {
        copy_texts(rule, "fields", true, out);
    } else {
        rule.add_error("kind", "must be comment, assignee, roles, fields_set, tasks_done, dependencies_done, "
                               "published or dependencies_published");
    }
}

void read_effect(json::Reader& rule, std::string_view entity_kind, boost::json::object& out) {
    const std::string kind = rule.text("kind", {1, 64});
    out["kind"] = kind;
    if (rule.failed()) return;
    if (kind == "create_tasks") {
        if (entity_kind == "version") rule.add_error("kind", "is for assets, shots and tasks");
        copy_texts(rule, "task_types", true, out);
    } else if (kind == "set_metadata") {
        if (rule.optional_object("metadata"))
            out["metadata"] = *rule.member("metadata");
        else
            rule.add_error("metadata", "is required: an object that is merged");
    } else if (kind == "notify") {
        copy_texts(rule, "who", true, out);
        if (const auto* who = out.if_contains("who"))
            for (const auto& one : who->as_array())
                if (one != "creator" && !(one == "assignees" && entity_kind == "task"))
                    rule.add_error("who", "may be creator and, of tasks, assignees");
    } else if (kind == "move_dependents") {
        if (entity_kind != "task") rule.add_error("kind", "is for tasks");
        copy_text(rule, "from", out);
        copy_text(rule, "to", out);
    } else {
        rule.add_error("kind", "must be create_tasks, set_metadata, notify or move_dependents");
    }
}

using ReadRule = void (*)(json::Reader&, std::string_view, boost::json::object&);

std::string read_list(json::Reader& transition, std::string_view key, std::string_view entity_kind,
                      ReadRule read) {
    const auto* items = transition.array(key, kMostRules);
    boost::json::array list;
    for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
        json::Reader rule((*items)[i], transition.pointer(key) + "/" + std::to_string(i));
        boost::json::object out;
        read(rule, entity_kind, out);
        transition.merge(rule);
        list.emplace_back(std::move(out));
    }
    return json::canonical(list);
}

} // namespace

void read_rules(json::Reader& transition, std::string_view kind, Rules& rules) {
    rules.guards = read_list(transition, "guards", kind, read_guard);
    rules.effects = read_list(transition, "effects", kind, read_effect);
}

} // namespace bifrost::workflow
