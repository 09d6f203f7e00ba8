// What tasks wait for: a graph without circles in each project.

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "services/task/task.sql.hpp"
#include "services/task/task_write.hpp"

namespace bifrost::task {
namespace {

using Edges = std::unordered_map<Id, std::vector<Id>>;

/// The way from `from` to `to` along the edges, both included; empty when there is none.
std::vector<Id> find_way(const Edges& edges, const Id& from, const Id& to) {
    std::unordered_map<Id, Id> came_from{{from, from}};
    std::vector<Id> todo{from};
    for (std::size_t at = 0; at < todo.size(); ++at) {
        const Id here = todo[at];
        if (here == to) {
            std::vector<Id> way{to};
            while (way.back() != from) way.push_back(came_from.at(way.back()));
            std::reverse(way.begin(), way.end());
            return way;
        }
        const auto found = edges.find(here);
        if (found == edges.end()) continue;
        for (const auto& next : found->second)
            if (came_from.emplace(next, here).second) todo.push_back(next);
    }
    return {};
}

Result<std::unordered_map<Id, std::string>> names_of(database::Tx& tx, const Id& project_id,
                                                     const std::vector<Id>& ids) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_tasks_named, project_id, json::to_json(ids)));
    std::unordered_map<Id, std::string> names;
    for (const auto row : rows) names.emplace(row.id(0), std::string(row.text(1)));
    return names;
}

Result<Edges> edges_without(database::Tx& tx, const Task& task) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_edges, task.project_id));
    Edges edges;
    for (const auto row : rows)
        if (row.id(0) != task.id) edges[row.id(0)].push_back(row.id(1));
    return edges;
}

} // namespace

Result<> read_dependencies(database::Tx& tx, std::vector<Task>& tasks) {
    if (tasks.empty()) return {};
    std::vector<Id> ids;
    for (const auto& task : tasks) ids.push_back(task.id);
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_dependencies_of, json::to_json(ids)));
    std::unordered_map<Id, std::vector<TaskDependency>> found;
    for (const auto row : rows) found[row.id(0)].push_back(row.as<TaskDependency>(1));
    for (auto& task : tasks)
        if (const auto at = found.find(task.id); at != found.end())
            task.depends_on.text = json::to_json(at->second);
    return {};
}

Result<> store_dependencies(access::Call& call, Task& task, std::vector<TaskDependency> wanted) {
    const std::string text = json::to_json(wanted);
    if (text == task.depends_on.text) return {};
    if (!wanted.empty()) {
        BIFROST_CHECK(call.tx.query(sql::lock_task_graph));
        std::vector<Id> ids;
        for (const auto& one : wanted) ids.push_back(one.task_id);
        BIFROST_ASSIGN(auto names, names_of(call.tx, task.project_id, ids));
        BIFROST_ASSIGN(const auto edges, edges_without(call.tx, task));
        Error error{Errc::invalid, "These dependencies can't be."};
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const std::string pointer = "/depends_on/" + std::to_string(i);
            if (!names.contains(wanted[i].task_id)) {
                error.fields.push_back({pointer, "is no task of this project"});
                continue;
            }
            const auto way = find_way(edges, wanted[i].task_id, task.id);
            if (way.empty()) continue;
            BIFROST_ASSIGN(auto on_the_way, names_of(call.tx, task.project_id, way));
            std::string circle = task.name;
            for (const auto& step : way) circle += " → " + (step == task.id ? task.name : on_the_way[step]);
            error.fields.push_back({pointer, "closes a circle: " + circle});
        }
        if (!error.fields.empty()) return error;
    }
    BIFROST_CHECK(call.tx.execute(sql::delete_dependencies, task.id));
    std::vector<database::Params> rows;
    for (const auto& one : wanted)
        rows.push_back(database::make_params(task.id, one.task_id, one.kind, one.lag_days));
    if (!rows.empty()) BIFROST_CHECK(call.tx.execute_many(sql::insert_dependency, rows));
    task.depends_on.text = text;
    return {};
}

} // namespace bifrost::task
