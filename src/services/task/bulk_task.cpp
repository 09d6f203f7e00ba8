#include "services/task/bulk_task.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>

#include "core/text.hpp"
#include "services/task/task.sql.hpp"
#include "services/task/task_write.hpp"

namespace bifrost::task {
namespace {

constexpr std::int64_t kMostShift = 3650;

std::optional<std::optional<std::string>> read_date(json::Reader& reader, std::string_view key) {
    const auto text = reader.optional_text(key, {1, 20});
    if (text && !day_number(*text)) {
        reader.add_error(key, "must be a date like 2026-01-31");
        return std::nullopt;
    }
    if (!text && !reader.is_null(key)) return std::nullopt;
    return text;
}

Result<> read_people(database::Tx& tx, const Id& project_id, json::Reader& reader, BulkSet& set) {
    const auto* value = reader.member("assignees");
    if (value == nullptr) return {};
    json::Reader nested(*value, "/set/assignees");
    const auto read = [&](std::string_view key) -> Result<std::optional<std::vector<Id>>> {
        const auto names = nested.optional_texts(key, 100, {1, 64});
        if (!names) return std::optional<std::vector<Id>>{};
        BIFROST_ASSIGN(auto users, find_assignees(tx, nested, key, project_id, *names));
        return std::optional(std::move(users));
    };
    BIFROST_ASSIGN(set.assignees, read("set"));
    BIFROST_ASSIGN(auto added, read("add"));
    if (added) set.assignees_added = std::move(*added);
    // Whoever has left the project has to be removable still.
    if (const auto names = nested.optional_texts("remove", 100, {1, 64}))
        for (std::size_t i = 0; i < names->size(); ++i) {
            BIFROST_ASSIGN(const auto rows, tx.query(sql::find_anybody, fold_case((*names)[i])));
            if (rows.empty())
                nested.add_item_error("remove", i, "is no user");
            else
                set.assignees_removed.push_back(rows[0].id(0));
        }
    reader.merge(nested);
    return {};
}

void apply_people(const BulkSet& set, Task& task) {
    std::vector<Id> people;
    if (set.assignees) {
        people = *set.assignees;
    } else {
        const auto list = boost::json::parse(task.assignees.text);
        for (const auto& user : list.as_array())
            if (const auto id = Id::parse(std::string_view(user.as_string()))) people.push_back(*id);
    }
    for (const auto& gone : set.assignees_removed) std::erase(people, gone);
    for (const auto& added : set.assignees_added)
        if (std::find(people.begin(), people.end(), added) == people.end()) people.push_back(added);
    task.assignees.text = json::to_json(people);
}

void shift(std::optional<std::string>& date, std::int64_t days) {
    if (date) date = date_text(*day_number(*date) + days);
}

} // namespace

Result<BulkSet> read_bulk_set(database::Tx& tx, const Id& project_id, const boost::json::value& value) {
    if (value.is_object() && value.get_object().empty())
        return invalid_field("/set", "must name what shall change");
    json::Reader reader(value, "/set");
    BulkSet set;
    set.description = reader.optional_text("description", {0, 20'000, true});
    set.priority = reader.optional_choice("priority", {"low", "normal", "high", "urgent"});
    set.start_date = read_date(reader, "start_date");
    set.due_date = read_date(reader, "due_date");
    set.shift_days = reader.optional_integer("shift_days", -kMostShift, kMostShift);
    const auto bid = reader.optional_integer("bid_minutes", 0, 10'000'000);
    if (bid || reader.is_null("bid_minutes")) set.bid_minutes = bid;
    BIFROST_CHECK(read_people(tx, project_id, reader, set));
    if (reader.optional_object("metadata")) set.metadata = reader.member("metadata");
    if (reader.has("status")) {
        reader.member("status");
        reader.add_error("status", "is never set; ask for a `transition` instead");
    }
    BIFROST_CHECK(reader.finish());
    return set;
}

Result<std::vector<Task>> lock_tasks(database::Tx& tx, const Id& project_id, const std::vector<Id>& ids) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::lock_tasks, project_id, json::to_json(ids)));
    std::vector<Task> tasks;
    tasks.reserve(rows.size());
    for (const auto row : rows) tasks.push_back(row.as<Task>());
    return tasks;
}

std::string apply(const BulkSet& set, Task& task) {
    if (set.description) task.description = *set.description;
    if (set.priority) task.priority = *set.priority;
    if (set.start_date) task.start_date = *set.start_date;
    if (set.due_date) task.due_date = *set.due_date;
    if (set.bid_minutes) task.bid_minutes = *set.bid_minutes;
    if (set.shift_days) {
        const std::int64_t last = std::max(day_number(task.start_date.value_or("1970-01-01")).value_or(0),
                                           day_number(task.due_date.value_or("1970-01-01")).value_or(0));
        if (last + *set.shift_days > *day_number("9999-12-31")) return "It would move behind the year 9999.";
        shift(task.start_date, *set.shift_days);
        shift(task.due_date, *set.shift_days);
    }
    if (task.start_date && task.due_date && *task.due_date < *task.start_date)
        return "It would be due before it begins.";
    if (set.assignees || !set.assignees_removed.empty() || !set.assignees_added.empty())
        apply_people(set, task);
    if (set.metadata != nullptr) {
        const json::Raw before{json::canonical(boost::json::parse(task.metadata.text))};
        const json::Raw after = json::merge_patch(before, *set.metadata);
        if (after.text.size() > std::size_t{64} * 1024)
            return "Its metadata would become larger than 64 KiB.";
        if (after != before) task.metadata = after;
    }
    return "";
}

std::string patch_of(const Task& before, const Task& after) {
    const std::string old_text = json::to_json(before);
    const std::string new_text = json::to_json(after);
    if (old_text == new_text) return "";
    return events::make_patch(old_text, new_text, derived_fields());
}

Result<> store_many(access::Call& call, const std::vector<std::pair<Task, Task>>& changes) {
    if (changes.empty()) return {};
    const auto now = Timestamp::now();
    std::optional<Id> actor;
    if (!call.actor.user_id.is_nil()) actor = call.actor.user_id;
    std::vector<database::Params> entities;
    std::vector<database::Params> rows;
    for (const auto& [before, after] : changes) {
        entities.push_back(database::make_params(after.id, now, actor, after.metadata));
        rows.push_back(database::make_params(after.id, after.name, fold_case(after.name), after.description,
                                             priority_number(after.priority), after.start_date,
                                             after.due_date, after.bid_minutes, after.assignees));
    }
    BIFROST_CHECK(call.tx.execute_many(sql::change_metadata, entities));
    BIFROST_CHECK(call.tx.execute_many(sql::update_task, rows));
    std::vector<AssigneesOf> people;
    for (const auto& [before, after] : changes)
        if (before.assignees != after.assignees) people.push_back({after.id, after.assignees});
    return store_assignees(call, people);
}

} // namespace bifrost::task
