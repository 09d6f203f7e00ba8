#include "api/entity_operations.hpp"
#include "api/routes.hpp"
#include "services/task/catalog.hpp"

namespace bifrost::api {
namespace {

using http::Method;

template <class T>
Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    std::string project;
    if constexpr (requires(T entry) { entry.project_id; })
        project = parameters.text("project", 64).value_or("");
    const bool archived = parameters.choice("archived", {"exclude", "include"}).value_or("") == "include";
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto entries, task::list_catalog<T>(tx, incoming.actor, project, archived));
        return data_answer(entries);
    });
}

/// The six operations of a part of the catalog, at `path`; `name` is its singular.
template <class T>
void add_catalog(http::Router& router, Context& context, const std::string& path, const std::string& name) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        add_operation(router, context, {method, std::move(pattern), std::move(id), body},
                      std::move(operation));
    };
    const std::string base = "/api/v1/" + path;
    add(Method::get, base, "list_" + name + "s", list<T>);
    add(
        Method::post, base, "create_" + name,
        [base](Incoming& incoming) {
            return write(incoming, [&](access::Call& call) -> Result<http::Response> {
                BIFROST_ASSIGN(const auto made, task::create_catalog<T>(call, incoming.body));
                return created_answer(made, base + "/" + made.id.text());
            });
        },
        Body::json);
    add(Method::get, base + "/{id}", "get_" + name, get_entity<task::get_catalog<T>>);
    add(Method::patch, base + "/{id}", "update_" + name, update_entity<task::update_catalog<T>>, Body::json);
    add(Method::del, base + "/{id}", "archive_" + name, put_away_or_back<task::archive_catalog<T>>);
    add(Method::post, base + "/{id}/restore", "restore_" + name, put_away_or_back<task::restore_catalog<T>>);
}

} // namespace

void add_task_catalog_routes(http::Router& router, Context& context) {
    add_catalog<task::Department>(router, context, "departments", "department");
    add_catalog<task::TaskType>(router, context, "task-types", "task_type");
    add_catalog<task::TaskTemplate>(router, context, "task-templates", "task_template");
}

} // namespace bifrost::api
