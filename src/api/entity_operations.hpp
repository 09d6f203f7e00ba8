#pragma once
// What the routes of every kind of entity do alike, given the service of each.

#include <string>

#include "api/answer.hpp"
#include "api/operation.hpp"
#include "services/history/rewind.hpp"

namespace bifrost::api {

/// GET of one: `service(tx, actor, id)` gives the entity.
template <auto service>
Result<http::Response> get_entity(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, service(tx, incoming.actor, id));
        return entity_answer(found);
    });
}

/// The entity as it was `at` a time or an event; who may see it now may see what it was.
template <auto service>
Result<http::Response> get_entity_at(Incoming& incoming, const Id& id, const std::string& at) {
    BIFROST_ASSIGN(const auto moment, history::parse_moment(at));
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, service(tx, incoming.actor, id));
        http::Response response;
        BIFROST_ASSIGN(response.body, history::rewind(tx, id, json::to_json(found), moment));
        return response;
    });
}

/// GET of one that has a history.
template <auto service>
Result<http::Response> get_or_rewind(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto at = parameters.text("at", 100);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    if (at) return get_entity_at<service>(incoming, id, *at);
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, service(tx, incoming.actor, id));
        return entity_answer(found);
    });
}

/// POST into a project: `service(call, project, body)` gives the new entity, which lives at `base`/{id}.
template <auto service>
Result<http::Response> create_entity(Incoming& incoming, const std::string& base) {
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto made, service(call, incoming.path("project"), incoming.body));
        return created_answer(made, base + "/" + made.id.text());
    });
}

/// PATCH: `service(call, id, patch, if_revision)`.
template <auto service>
Result<http::Response> update_entity(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto updated, service(call, id, incoming.body, revision));
        return entity_answer(updated);
    });
}

/// DELETE (archiving) and restoring: `service(call, id, if_revision)`.
template <auto service>
Result<http::Response> put_away_or_back(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto entity, service(call, id, revision));
        return entity_answer(entity);
    });
}

template <auto service>
Result<http::Response> purge_entity(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_CHECK(service(call, id));
        return no_content();
    });
}

/// Adds the seven operations that every kind has: `name` is its singular.
template <auto list, auto get, auto create, auto update, auto archive, auto restore, auto purge>
void add_entity_operations(http::Router& router, Context& context, const std::string& name) {
    using http::Method;
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        OperationSpec spec{method, std::move(pattern), std::move(id), body};
        spec.changes_with_log = true;
        add_operation(router, context, std::move(spec), std::move(operation));
    };
    const std::string all = "/api/v1/projects/{project}/" + name + "s";
    const std::string base = "/api/v1/" + name + "s";
    const std::string one = base + "/{id}";
    add(Method::get, all, "list_" + name + "s", list);
    add(
        Method::post, all, "create_" + name,
        [base](Incoming& incoming) { return create_entity<create>(incoming, base); }, Body::json);
    add(Method::get, one, "get_" + name, get_or_rewind<get>);
    add(Method::patch, one, "update_" + name, update_entity<update>, Body::json);
    add(Method::del, one, "archive_" + name, put_away_or_back<archive>);
    add(Method::post, one + "/restore", "restore_" + name, put_away_or_back<restore>);
    add(Method::post, one + "/purge", "purge_" + name, purge_entity<purge>);
}

} // namespace bifrost::api
