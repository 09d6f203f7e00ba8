#include "access/event_visibility.hpp"
#include "access/user_ref.hpp"
#include "api/answer.hpp"
#include "api/history.hpp"
#include "api/live_events.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/project/project.hpp"
#include "services/publish/version.hpp"

namespace bifrost::api {
namespace {

using http::Method;

Result<std::vector<std::string>> read_kinds(Parameters& parameters) {
    auto kinds = parameters.texts("kinds");
    for (const auto& kind : kinds)
        for (const char c : kind)
            if (c != '.' && c != '_' && (c < 'a' || c > 'z'))
                return invalid_field("/kinds", "must be kinds of entities or actions, such as asset or "
                                               "version.published");
    if (kinds.size() > 100) return invalid_field("/kinds", "takes at most 100 values");
    return kinds;
}

Result<std::optional<events::Position>> read_position(const std::optional<std::string>& text,
                                                      std::string pointer) {
    if (!text) return std::optional<events::Position>{};
    const auto position = events::Position::parse(*text);
    if (position) return position;
    return invalid_field(std::move(pointer), "is no position of the event log");
}

http::Response events_answer(const events::EventPage& page, const events::Position& resume,
                             const std::unordered_map<Id, access::UserRef>& users) {
    http::Response response;
    std::string data = "[";
    for (const auto& event : page.events) {
        if (data.size() > 1) data += ',';
        write_event(data, event, users);
    }
    json::ObjectWriter(response.body)
        .member("data", json::Raw{data + "]"})
        .member("position", resume.text())
        .member("next_cursor", page.more ? std::optional(resume.text()) : std::nullopt);
    return response;
}

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    const auto since_text = parameters.text("since", 100);
    const auto limit = parameters.integer("limit", 1, 1000).value_or(100);
    const auto project = parameters.text("project", 64);
    const auto kinds = read_kinds(parameters);
    BIFROST_CHECK(parameters.finish());
    if (!kinds) return kinds.error();
    BIFROST_ASSIGN(const auto since, read_position(since_text, "/since"));
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        events::EventFilter filter = access::visible_events(incoming.actor);
        filter.kinds = *kinds;
        if (project) {
            BIFROST_ASSIGN(const auto found, project::get_project(tx, incoming.actor, *project));
            filter.condition += " and event.project_id = ?";
            filter.values.push_back(database::to_value(found.id));
        }
        // Read before the events: whoever finds nothing up to here needs not look there again.
        BIFROST_ASSIGN(const auto settled, events::last_settled(tx));
        BIFROST_ASSIGN(const auto page, events::list_events(tx, since, limit, filter));
        events::Position resume = page.position;
        if (!page.more && settled && *settled > resume) resume = *settled;
        BIFROST_ASSIGN(const auto users, access::find_user_refs(tx, actors_of(page.events)));
        return events_answer(page, resume, users);
    });
}

Result<http::Response> stream(Incoming& incoming) {
    Parameters parameters(incoming.http);
    auto since = parameters.text("since", 100);
    const auto project = parameters.text("project", 64);
    StreamRequest request;
    request.entity_id = parameters.id("entity");
    const auto seconds = parameters.integer("seconds", 0, 86'400);
    const auto kinds = read_kinds(parameters);
    BIFROST_CHECK(parameters.finish());
    if (!kinds) return kinds.error();
    request.kinds = *kinds;
    // A client that lost its stream says where it was; what it first asked for stands in the address still.
    if (const auto last = incoming.http.header("last-event-id"); last && !last->empty()) since = *last;
    BIFROST_ASSIGN(request.since, read_position(since, "/since"));
    if (seconds) request.at_most = std::chrono::seconds(*seconds);
    if (project) {
        BIFROST_ASSIGN(const auto found, incoming.context.database.read([&](database::Tx& tx) {
            return project::get_project(tx, incoming.actor, *project);
        }));
        request.project_id = found.id;
    }
    request.secret = incoming.session_secret;
    request.actor = incoming.actor;
    if (incoming.context.live == nullptr) return Error{Errc::internal, "This process has no live events."};
    http::Response response;
    if (incoming.http.method != http::Method::head) {
        BIFROST_ASSIGN(response.stream, incoming.context.live->open(std::move(request)));
    }
    response.content_type = "text/event-stream";
    // Proxies must neither keep it nor collect it.
    response.header("Cache-Control", "no-store").header("X-Accel-Buffering", "no");
    return response;
}

struct HistoryRequest {
    std::int64_t limit = 100;
    std::optional<events::Position> before;
};

Result<HistoryRequest> read_history_request(Incoming& incoming) {
    Parameters parameters(incoming.http);
    HistoryRequest request;
    request.limit = parameters.integer("limit", 1, 1000).value_or(100);
    const auto cursor = parameters.text("cursor", 4000, 0);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(request.before, read_position(cursor, "/cursor"));
    return request;
}

Result<http::Response> history_page(database::Tx& tx, std::vector<events::Event> events, std::int64_t limit) {
    std::optional<std::string> next_cursor;
    if (static_cast<std::int64_t>(events.size()) > limit) {
        events.resize(static_cast<std::size_t>(limit));
        next_cursor = events.back().position.text();
    }
    BIFROST_ASSIGN(const auto users, access::find_user_refs(tx, actors_of(events)));
    return history_answer(events, users, next_cursor);
}

/// What the actor may see of this kind.
using Look = Result<> (*)(database::Tx&, const access::Actor&, const Id&);

Operation entity_history(Look look) {
    return [look](Incoming& incoming) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto request, read_history_request(incoming));
        BIFROST_ASSIGN(const Id id, incoming.id());
        return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
            BIFROST_CHECK(look(tx, incoming.actor, id));
            BIFROST_ASSIGN(auto events, events::entity_history(tx, id, request.before, request.limit + 1));
            return history_page(tx, std::move(events), request.limit);
        });
    };
}

template <const std::string_view& kind>
Result<> look_at(database::Tx& tx, const access::Actor& actor, const Id& id) {
    BIFROST_CHECK(project::get_visible_entity(tx, actor, id, kind));
    return {};
}

Result<> look_at_version(database::Tx& tx, const access::Actor& actor, const Id& id) {
    BIFROST_CHECK(publish::get_version(tx, actor, id));
    return {};
}

constexpr std::string_view kAsset = "asset";
constexpr std::string_view kShot = "shot";
constexpr std::string_view kTask = "task";
constexpr std::string_view kSequence = "sequence";
constexpr std::string_view kEpisode = "episode";

Result<http::Response> project_history(Incoming& incoming) {
    BIFROST_ASSIGN(const auto request, read_history_request(incoming));
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto project,
                       project::get_project(tx, incoming.actor, incoming.path("project")));
        BIFROST_ASSIGN(auto events, events::project_history(tx, project.id, request.before, request.limit + 1,
                                                            access::visible_events(incoming.actor)));
        return history_page(tx, std::move(events), request.limit);
    });
}

} // namespace

void add_event_routes(http::Router& router, Context& context) {
    const auto add = [&](std::string pattern, std::string id, Operation operation) {
        OperationSpec spec{Method::get, std::move(pattern), std::move(id)};
        // Readers resume from what they were told; a replica that is behind another would take them back.
        spec.on_primary = spec.id == "list_events" || spec.id == "stream_events";
        add_operation(router, context, std::move(spec), std::move(operation));
    };
    add("/api/v1/events", "list_events", list);
    add("/api/v1/events/stream", "stream_events", stream);
    add("/api/v1/projects/{project}/history", "get_project_history", project_history);
    add("/api/v1/assets/{id}/history", "get_asset_history", entity_history(look_at<kAsset>));
    add("/api/v1/shots/{id}/history", "get_shot_history", entity_history(look_at<kShot>));
    add("/api/v1/tasks/{id}/history", "get_task_history", entity_history(look_at<kTask>));
    add("/api/v1/sequences/{id}/history", "get_sequence_history", entity_history(look_at<kSequence>));
    add("/api/v1/episodes/{id}/history", "get_episode_history", entity_history(look_at<kEpisode>));
    add("/api/v1/versions/{id}/history", "get_version_history", entity_history(look_at_version));
}

} // namespace bifrost::api
