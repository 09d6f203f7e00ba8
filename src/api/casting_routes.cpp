#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/publish/resolve.hpp"
#include "services/scene/usd.hpp"
#include "services/shot/breakdown.hpp"
#include "services/shot/casting.hpp"
#include "services/shot/lock.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<http::Response> get(Incoming& incoming, std::string_view kind) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto casting, shot::get_casting(tx, incoming.actor, kind, id));
        return entity_answer(casting);
    });
}

Result<http::Response> put(Incoming& incoming, std::string_view kind) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    if (!incoming.http.header("if-match")) BIFROST_CHECK(incoming.required_if_match());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto casting, shot::put_casting(call, kind, id, incoming.body, revision));
        return entity_answer(casting);
    });
}

Result<http::Response> patch(Incoming& incoming, std::string_view kind) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto revision, incoming.if_match());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto casting, shot::patch_casting(call, kind, id, incoming.body, revision));
        return entity_answer(casting);
    });
}

/// Cells are lists of numbers, [shot, asset, occurrences, flags]: a matrix has many of them.
std::string cells_text(const std::vector<shot::BreakdownCell>& cells) {
    std::string text = "[";
    text.reserve(cells.size() * 14 + 2);
    for (const auto& cell : cells) {
        if (text.size() > 1) text += ',';
        text += '[';
        json::detail::append_number(text, cell.shot);
        text += ',';
        json::detail::append_number(text, cell.asset);
        text += ',';
        json::detail::append_number(text, cell.occurrences);
        text += ',';
        text += static_cast<char>('0' + (cell.pinned ? 1 : 0) + (cell.inherited ? 2 : 0));
        text += ']';
    }
    return text + "]";
}

Result<http::Response> breakdown(Incoming& incoming) {
    Parameters parameters(incoming.http);
    shot::BreakdownFilter filter;
    filter.sequence_id = parameters.id("sequence_id");
    filter.episode_id = parameters.id("episode_id");
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found,
                       shot::get_breakdown(tx, incoming.actor, incoming.path("project"), filter));
        http::Response response;
        json::ObjectWriter(response.body)
            .member("shots", found.shots)
            .member("assets", found.assets)
            .member("cells", json::Raw{cells_text(found.cells)});
        return response;
    });
}

Result<http::Response> appearances(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, shot::list_appearances(tx, incoming.actor, id));
        return data_answer(found);
    });
}

Result<publish::ResolveRule> read_rule(Incoming& incoming) {
    Parameters parameters(incoming.http);
    publish::ResolveRule rule;
    rule.policy = parameters.choice("policy", {"latest", "latest_approved", "pinned"}).value_or("");
    if (const auto text = parameters.text("as_of", 40)) {
        rule.as_of = Timestamp::parse(*text);
        if (!rule.as_of) parameters.add_error("as_of", "must be a time, such as 2026-01-31T12:00:00Z");
    }
    BIFROST_CHECK(parameters.finish());
    return rule;
}

Result<http::Response> resolve(Incoming& incoming) {
    BIFROST_ASSIGN(auto rule, read_rule(incoming));
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        if (rule.policy == "pinned") {
            BIFROST_ASSIGN(rule.locked, shot::locked_versions(tx, id));
        }
        BIFROST_ASSIGN(const auto resolved, publish::resolve_shot(tx, incoming.actor, id, rule));
        return answer(resolved);
    });
}

Result<http::Response> get_lock(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto lock, shot::get_lock(tx, incoming.actor, id));
        return answer(lock);
    });
}

Result<http::Response> update_lock(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto update, shot::update_lock(call, id, incoming.body));
        return answer(update);
    });
}

/// A scene, as text that USD reads.
http::Response scene_answer(std::string text) {
    http::Response response;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(text);
    return response;
}

Result<http::Response> shot_usd(Incoming& incoming) {
    BIFROST_ASSIGN(auto rule, read_rule(incoming));
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        if (rule.policy == "pinned") {
            BIFROST_ASSIGN(rule.locked, shot::locked_versions(tx, id));
        }
        BIFROST_ASSIGN(auto text, scene::write_shot(tx, incoming.actor, id, rule));
        return scene_answer(std::move(text));
    });
}

Result<http::Response> asset_usd(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto policy = parameters.choice("policy", {"latest", "latest_approved"}).value_or("");
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(auto text, scene::write_asset(tx, incoming.actor, id, policy));
        return scene_answer(std::move(text));
    });
}

} // namespace

void add_casting_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none, http::Lane lane = http::Lane::fast) {
        OperationSpec spec{method, std::move(pattern), std::move(id), body};
        spec.lane = lane;
        spec.most_body = std::size_t{16} * 1024 * 1024;
        add_operation(router, context, std::move(spec), std::move(operation));
    };
    for (const std::string_view kind : {"shot", "sequence", "episode"}) {
        const auto of = [kind](auto operation) {
            return [operation, kind](Incoming& incoming) { return operation(incoming, kind); };
        };
        const std::string name(kind);
        const std::string pattern = "/api/v1/" + name + "s/{id}/casting";
        add(Method::get, pattern, "get_" + name + "_casting", of(get));
        add(Method::put, pattern, "put_" + name + "_casting", of(put), Body::json);
        add(Method::patch, pattern, "patch_" + name + "_casting", of(patch), Body::json);
    }
    const std::string one = "/api/v1/shots/{id}";
    add(Method::get, "/api/v1/projects/{project}/breakdown", "get_breakdown", breakdown, Body::none,
        http::Lane::slow);
    add(Method::get, "/api/v1/assets/{id}/casting", "list_asset_castings", appearances);
    add(Method::get, one + "/resolve", "resolve_shot", resolve, Body::none, http::Lane::slow);
    add(Method::get, one + "/usd", "get_shot_usd", shot_usd, Body::none, http::Lane::slow);
    add(Method::get, "/api/v1/assets/{id}/usd", "get_asset_usd", asset_usd, Body::none, http::Lane::slow);
    add(Method::get, one + "/lock", "get_shot_lock", get_lock, Body::none, http::Lane::slow);
    add(Method::post, one + "/lock", "update_shot_lock", update_lock, Body::optional_json, http::Lane::slow);
}

} // namespace bifrost::api
