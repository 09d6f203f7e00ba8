// Reading what people say about a task.

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <boost/json/parse.hpp>

#include "core/text.hpp"
#include "services/task/task.sql.hpp"
#include "services/task/task_write.hpp"

namespace bifrost::task {
namespace {

constexpr std::int64_t kMostMinutes = 10'000'000;
constexpr std::int64_t kMostLag = 3650;
constexpr std::size_t kMostAssignees = 100;
constexpr std::size_t kMostDependencies = 500;

const std::vector<std::string_view> kPriorities = {"low", "normal", "high", "urgent"};
const std::vector<std::string_view> kKinds = {"finish_start", "start_start", "finish_finish", "start_finish"};

void read_date(json::Reader& reader, std::string_view key, std::optional<std::string>& date) {
    const auto text = reader.optional_text(key, {1, 20});
    if (text && !day_number(*text))
        reader.add_error(key, "must be a date like 2026-01-31");
    else if (text || reader.is_null(key))
        date = text;
}

void refuse_derived(json::Reader& reader) {
    if (reader.has("status")) {
        reader.member("status");
        reader.add_error("status", "is never set directly: POST /api/v1/tasks/{id}/transitions moves a task "
                                   "along its workflow");
    }
}

} // namespace

std::optional<std::int64_t> day_number(std::string_view date) {
    if (date.size() != 10) return std::nullopt;
    const auto midnight = Timestamp::parse(std::string(date) + "T00:00:00Z");
    if (!midnight) return std::nullopt;
    constexpr std::int64_t kDay = 86'400'000'000;
    const std::int64_t day = midnight->micros / kDay;
    return midnight->micros % kDay < 0 ? day - 1 : day;
}

std::string date_text(std::int64_t day) {
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text;
}

std::int64_t priority_number(std::string_view name) {
    const auto found = std::find(kPriorities.begin(), kPriorities.end(), name);
    return found == kPriorities.end() ? 1 : found - kPriorities.begin();
}

void read_task_members(json::Reader& reader, Task& task, bool is_new) {
    if (!is_new) reader.refuse_null({"name", "priority", "assignees", "depends_on"});
    if (auto name = reader.optional_text("name", {1, 200})) task.name = *name;
    if (auto text = reader.optional_text("description", {0, 20'000, true})) task.description = *text;
    if (reader.is_null("description")) task.description.clear();
    if (const auto priority = reader.optional_choice("priority", kPriorities)) task.priority = *priority;
    read_date(reader, "start_date", task.start_date);
    read_date(reader, "due_date", task.due_date);
    const auto bid = reader.optional_integer("bid_minutes", 0, kMostMinutes);
    if (bid || reader.is_null("bid_minutes")) task.bid_minutes = bid;
    if (reader.optional_object("metadata"))
        task.metadata = json::merge_patch(task.metadata, *reader.member("metadata"));
    else if (reader.is_null("metadata") && !is_new)
        task.metadata = json::Raw{};
    if (task.metadata.text.size() > std::size_t{64} * 1024)
        reader.add_error("metadata", "would become larger than 64 KiB");
    refuse_derived(reader);
    if (!reader.failed() && task.start_date && task.due_date && *task.due_date < *task.start_date)
        reader.add_error("due_date", "must not be before start_date");
}

Result<std::vector<Id>> find_assignees(database::Tx& tx, json::Reader& reader, std::string_view key,
                                       const Id& project_id, const std::vector<std::string>& names) {
    std::vector<Id> users;
    for (std::size_t i = 0; i < names.size(); ++i) {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::find_assignable, project_id, fold_case(names[i])));
        if (rows.empty())
            reader.add_item_error(key, i,
                                  "is nobody who works in this project: give an active member's id or code");
        else if (const Id user = rows[0].id(0); std::find(users.begin(), users.end(), user) == users.end())
            users.push_back(user);
    }
    return users;
}

Result<> read_assignees(database::Tx& tx, json::Reader& reader, Task& task) {
    const auto names = reader.optional_texts("assignees", kMostAssignees, {1, 64});
    if (!names) return {};
    BIFROST_ASSIGN(const auto users, find_assignees(tx, reader, "assignees", task.project_id, *names));
    task.assignees.text = json::to_json(users);
    return {};
}

std::optional<std::vector<TaskDependency>> read_depends_on(json::Reader& reader) {
    const auto* items = reader.array("depends_on", kMostDependencies);
    if (items == nullptr) return std::nullopt;
    std::vector<TaskDependency> wanted;
    for (std::size_t i = 0; i < items->size(); ++i) {
        json::Reader nested((*items)[i], reader.pointer("depends_on") + "/" + std::to_string(i));
        TaskDependency dependency;
        dependency.task_id = nested.id("task_id");
        dependency.kind = nested.optional_choice("kind", kKinds).value_or("finish_start");
        dependency.lag_days = nested.optional_integer("lag_days", -kMostLag, kMostLag).value_or(0);
        reader.merge(nested);
        const bool twice = std::any_of(wanted.begin(), wanted.end(), [&](const auto& other) {
            return other.task_id == dependency.task_id;
        });
        if (twice)
            reader.add_item_error("depends_on", i, "names a task that stands there already");
        else
            wanted.push_back(std::move(dependency));
    }
    std::sort(wanted.begin(), wanted.end(),
              [](const auto& a, const auto& b) { return a.task_id.text() < b.task_id.text(); });
    return wanted;
}

} // namespace bifrost::task
