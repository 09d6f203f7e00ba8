// Reading guards and effects of a transition.

#include <algorithm>

#include "core/text.hpp"
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

bool is_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    return Timestamp::parse(std::string(text) + "T00:00:00Z").has_value();
}

/// What a kind lets be set, each by its own reading; the service that sets it reads it once more.
void read_fields(json::Reader& rule, std::string_view entity_kind, boost::json::object& out) {
    const auto* value = rule.member("fields");
    if (value == nullptr || !value->is_object() || value->get_object().empty()) {
        rule.add_error("fields", "is required: an object of what is set");
        return;
    }
    json::Reader fields(*value, rule.pointer("fields"));
    static_cast<void>(fields.optional_object("metadata"));
    if (entity_kind == "version") {
        fields.optional_text("comment", {0, 20'000, true});
    } else {
        fields.optional_text("description", {0, 20'000, true});
    }
    if (entity_kind == "asset") fields.optional_texts("tags", 100, {1, 64});
    if (entity_kind == "task") {
        fields.optional_choice("priority", {"low", "normal", "high", "urgent"});
        fields.optional_integer("bid_minutes", 0, 10'000'000);
        fields.optional_texts("assignees", 100, {1, 64});
        for (const char* key : {"start_date", "due_date"})
            if (const auto date = fields.optional_text(key, {1, 20}); date && !is_date(*date))
                fields.add_error(key, "must be a date like 2026-01-31");
    }
    rule.merge(fields);
    out["fields"] = *value;
}

void read_notify(json::Reader& rule, std::string_view entity_kind, boost::json::object& out) {
    copy_texts(rule, "who", false, out);
    copy_texts(rule, "users", false, out);
    if (const auto text = rule.optional_text("text", {1, 200})) out["text"] = *text;
    if (!out.contains("who") && !out.contains("users") && !rule.failed())
        rule.add_error("who", "is required, or users");
    if (const auto* who = out.if_contains("who"))
        for (const auto& one : who->as_array())
            if (one != "creator" && !(one == "assignees" && entity_kind == "task"))
                rule.add_error("who", "may be creator and, of tasks, assignees");
}

} // namespace

void read_effect(json::Reader& rule, std::string_view entity_kind, boost::json::object& out) {
    const std::string kind = rule.text("kind", {1, 64});
    out["kind"] = kind;
    if (rule.failed()) return;
    const bool is_entity = entity_kind != "project"; // of schedules that are about nothing else
    if (!is_entity && kind != "notify" && kind != "webhook" && kind != "run_job") {
        rule.add_error("kind", "must be notify, webhook or run_job");
        return;
    }
    if (kind == "create_tasks") {
        if (entity_kind == "version") rule.add_error("kind", "is for assets, shots and tasks");
        copy_texts(rule, "task_types", true, out);
    } else if (kind == "set_metadata") {
        if (rule.optional_object("metadata"))
            out["metadata"] = *rule.member("metadata");
        else
            rule.add_error("metadata", "is required: an object that is merged");
    } else if (kind == "set_fields") {
        read_fields(rule, entity_kind, out);
    } else if (kind == "notify") {
        read_notify(rule, entity_kind, out);
    } else if (kind == "run_job") {
        const auto job = rule.optional_choice("job", {"previews", "folder_scan"});
        if (!job && !rule.failed()) rule.add_error("job", "is required: previews or folder_scan");
        if (job == "previews" && entity_kind != "version")
            rule.add_error("job", "`previews` are of versions");
        out["job"] = job.value_or("");
    } else if (kind == "webhook") {
        out["webhook"] = rule.id("webhook").text();
    } else if (kind == "move_dependents") {
        if (entity_kind != "task") rule.add_error("kind", "is for tasks");
        copy_text(rule, "from", out);
        copy_text(rule, "to", out);
    } else {
        rule.add_error("kind", "must be create_tasks, set_fields, set_metadata, notify, run_job, webhook or "
                               "move_dependents");
    }
}

namespace {

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
