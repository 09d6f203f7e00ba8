#include "api/operation.hpp"

#include <charconv>

#include "api/credentials.hpp"
#include "api/hidden_fields.hpp"
#include "api/idempotency.hpp"
#include "api/live_events.hpp"
#include "api/problem.hpp"
#include "api/projection.hpp"
#include "api/rate_limit.hpp"
#include "core/hash.hpp"
#include "database/request_scope.hpp"

namespace bifrost::api {
namespace {

bool is_unsafe(http::Method method) {
    return method != http::Method::get && method != http::Method::head && method != http::Method::options;
}

Result<boost::json::value> parse_body(const http::Request& request, Body wanted) {
    if (wanted == Body::file) return boost::json::value(nullptr);
    if (wanted == Body::none) {
        if (request.body.empty()) return boost::json::value(nullptr);
        // Scripts send "{}" or nothing; anything else would be lost silently.
        BIFROST_ASSIGN(auto value, json::parse(request.body));
        if (value.is_object() && value.get_object().empty()) return value;
        return Error{Errc::invalid, "This request takes no body."};
    }
    if (request.body.empty() && wanted == Body::optional_json)
        return boost::json::value(boost::json::object{});
    const std::string_view type = request.header("content-type").value_or("");
    const std::string_view essence = type.substr(0, type.find(';'));
    if (essence != "application/json" && essence != "application/merge-patch+json" &&
        !(type.empty() && !request.body.empty()))
        return Error{Errc::unsupported_media, "The body must be sent as application/json."};
    return json::parse(request.body);
}

/// The key of a GET in the answer cache: who asks for what.
std::string answer_key(const Incoming& incoming) {
    return incoming.actor.user_id.text() + " " + incoming.http.target;
}

bool matches(std::string_view header, std::string_view etag) {
    if (header == "*") return true;
    while (!header.empty()) {
        const std::size_t comma = header.find(',');
        std::string_view one = header.substr(0, comma);
        while (one.starts_with(' ')) one.remove_prefix(1);
        while (one.ends_with(' ')) one.remove_suffix(1);
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == etag) return true;
        header = comma == std::string_view::npos ? std::string_view{} : header.substr(comma + 1);
    }
    return false;
}

http::Response not_modified(std::string etag) {
    http::Response response;
    response.status = 304;
    response.content_type.clear();
    response.header("ETag", std::move(etag));
    return response;
}

std::string* find_header(http::Response& response, std::string_view name) {
    for (auto& [key, value] : response.headers)
        if (key == name) return &value;
    return nullptr;
}

Result<std::optional<events::Position>> end_of_log(Incoming& incoming) {
    return incoming.context.database.read([](database::Tx& tx) { return AnswerCache::log_end(tx); });
}

/// The search index follows the log at a distance and writes no events.
bool asks_index(const http::Request& request) {
    return request.query.starts_with("q=") || request.query.find("&q=") != std::string::npos;
}

/// The answer without what the actor may not see of it.
Result<http::Response> answer_for(Incoming& incoming, const Operation& operation) {
    BIFROST_ASSIGN(auto response, operation(incoming));
    if (incoming.context.hidden_fields == nullptr) return response;
    BIFROST_ASSIGN(const auto hidden,
                   incoming.context.hidden_fields->of(incoming.context.database, incoming.actor));
    strip(response, hidden);
    return response;
}

/// A GET: ETags and 304. The log's end is read before the answer is made: a change in between gives a new
/// end.
Result<http::Response> run_get(Incoming& incoming, const OperationSpec& spec, const Operation& operation) {
    const auto wanted = incoming.http.header("if-none-match");
    std::optional<events::Position> end;
    if (wanted && spec.changes_with_log && !asks_index(incoming.http)) {
        BIFROST_ASSIGN(end, end_of_log(incoming));
        if (end) {
            const auto known = incoming.context.answers.find(answer_key(incoming), *end);
            if (known && matches(*wanted, *known)) return not_modified(*known);
        }
    }
    BIFROST_ASSIGN(auto response, answer_for(incoming, operation));
    if (response.status != 200 || response.content_type != "application/json" || response.file)
        return response;
    BIFROST_ASSIGN(const bool projected, project_fields(incoming.http, response));
    // A part of an entity isn't the entity: its ETag is a hash, as that of a list is.
    if (projected) std::erase_if(response.headers, [](const auto& header) { return header.first == "ETag"; });
    std::string* etag = find_header(response, "ETag");
    if (etag == nullptr) {
        response.header("ETag", "\"" + sha256_hex(response.body).substr(0, 32) + "\"");
        etag = &response.headers.back().second;
    }
    if (!wanted) return response;
    if (end) incoming.context.answers.put(answer_key(incoming), *end, *etag);
    if (matches(*wanted, *etag)) return not_modified(*etag);
    return response;
}

/// A replica may be away in the middle, lack a migration, or not have heard of what the caller was told
/// about; the primary has the last word then.
bool is_worth_asking_primary(const Error& error) {
    return error.code == Errc::unavailable || error.code == Errc::internal || error.code == Errc::not_found;
}

Result<http::Response> run_read(Incoming& incoming, const OperationSpec& spec, const Operation& operation,
                                database::RequestScope& scope) {
    BIFROST_ASSIGN(const auto seen, read_seen(incoming));
    if (spec.on_primary) return run_get(incoming, spec, operation);
    scope.allow_replicas(seen);
    auto response = run_get(incoming, spec, operation);
    if (response || !scope.used_replica() || !is_worth_asking_primary(response.error())) return response;
    scope.use_primary();
    return run_get(incoming, spec, operation);
}

/// A refusal is never said on the strength of what was known of the actor up to a second ago: somebody may
/// have been let in just now. True when they are another since.
Result<bool> was_let_in(Incoming& incoming) {
    const database::PrimaryReads on_primary;
    BIFROST_ASSIGN(auto now, incoming.context.authenticator.authenticate(incoming.session_secret, true));
    if (now.site_role == incoming.actor.site_role && *now.memberships == *incoming.actor.memberships)
        return false;
    now.request_id = incoming.actor.request_id;
    incoming.actor = std::move(now);
    return true;
}

std::string who_is(const access::Actor& actor) {
    const auto& id = actor.token_id ? actor.token_id : actor.session_id;
    return id ? id->text() : actor.user_id.text();
}

Result<http::Response> run(const http::Request& request, Context& context, const OperationSpec& spec,
                           const Operation& operation) {
    Incoming incoming{request, context, {}, nullptr, {}};
    const bool unsafe = is_unsafe(spec.method);
    database::RequestScope scope; // whoever asks is looked up on the primary
    if (spec.sign_in == SignIn::required) {
        BIFROST_CHECK(authenticate(incoming, unsafe));
        if (context.rate_limit != nullptr) BIFROST_CHECK(context.rate_limit->request(who_is(incoming.actor)));
        // Also where a repeat is harmless by itself: a caller hears at once of a key that would not hold.
        if (spec.method == http::Method::post) BIFROST_CHECK(check_idempotency_key(request));
    }
    incoming.actor.request_id = request.request_id;
    BIFROST_ASSIGN(incoming.body, parse_body(request, spec.body));
    if (spec.method == http::Method::get) {
        auto response = run_read(incoming, spec, operation, scope);
        const bool is_refused = !response && (response.error().code == Errc::not_found ||
                                              response.error().code == Errc::forbidden);
        if (!is_refused || spec.sign_in != SignIn::required) return response;
        BIFROST_ASSIGN(const bool is_let_in, was_let_in(incoming));
        return is_let_in ? run_read(incoming, spec, operation, scope) : response;
    }
    auto response = answer_for(incoming, operation);
    if (response && scope.committed() && find_header(*response, "X-Bifrost-Consistency") == nullptr)
        write_seen(incoming, *response, scope.committed());
    return response;
}

bool is_clash(const Error& error) {
    return error.code == Errc::conflict || error.code == Errc::stale_revision;
}

void tell_of_write(Context& context) {
    if (context.hot_assets != nullptr) context.hot_assets->wrote();
    if (context.live != nullptr) context.live->notify();
    context.tell_others();
}

} // namespace

Result<Id> Incoming::id(std::string_view name) const {
    if (const auto id = Id::parse(path(name))) return *id;
    return Error{Errc::not_found, "There is nothing with this id."};
}

Result<std::optional<std::int64_t>> Incoming::if_match() const {
    const auto header = http.header("if-match");
    if (!header || *header == "*") return std::optional<std::int64_t>{};
    std::string_view text = *header;
    if (text.starts_with("W/")) text.remove_prefix(2);
    std::int64_t revision = 0;
    const bool quoted = text.size() > 2 && text.front() == '"' && text.back() == '"';
    if (quoted) text = text.substr(1, text.size() - 2);
    const auto end = std::from_chars(text.data(), text.data() + text.size(), revision);
    if (!quoted || end.ec != std::errc{} || end.ptr != text.data() + text.size())
        return Error{Errc::stale_revision,
                     "If-Match holds no revision of this; it is the ETag of the last answer, such as \"3\"."};
    return std::optional<std::int64_t>{revision};
}

Result<std::int64_t> Incoming::required_if_match() const {
    if (!http.header("if-match"))
        return Error{Errc::precondition_required, "This request replaces a whole: send the ETag of what you "
                                                  "read as If-Match, so that nothing is overwritten unseen."};
    BIFROST_ASSIGN(const auto revision, if_match());
    if (!revision)
        return Error{Errc::precondition_required,
                     "If-Match must name a revision here; `*` would overwrite unseen changes."};
    return *revision;
}

void add_operation(http::Router& router, Context& context, OperationSpec spec, Operation operation) {
    http::Route route;
    route.method = spec.method;
    route.pattern = spec.pattern;
    route.operation_id = spec.id;
    route.lane = spec.lane;
    route.most_body = spec.most_body;
    route.handler = [&context, spec = std::move(spec),
                     operation = std::move(operation)](const http::Request& request) {
        auto response = run(request, context, spec, operation);
        // Also after an error: a write may have been committed before it.
        if (is_unsafe(spec.method)) tell_of_write(context);
        if (!response) return problem(response.error(), request);
        return std::move(*response);
    };
    router.add(std::move(route));
}

Result<http::Response> read(Incoming& incoming,
                            const std::function<Result<http::Response>(database::Tx&)>& fn) {
    return incoming.context.database.read(fn);
}

Result<http::Response> write(Incoming& incoming,
                             const std::function<Result<http::Response>(access::Call&)>& fn) {
    std::optional<IdempotencyKey> key;
    std::optional<RunningKey> claimed;
    if (incoming.http.method == http::Method::post) {
        BIFROST_ASSIGN(key, read_idempotency_key(incoming.http, incoming.actor.user_id));
        if (key) {
            BIFROST_ASSIGN(auto running, RunningKey::claim(*key));
            claimed.emplace(std::move(running));
        }
    }
    const auto attempt = [&] {
        return access::write(incoming.context.database, incoming.actor,
                             [&](access::Call& call) -> Result<http::Response> {
                                 if (key) {
                                     BIFROST_ASSIGN(auto first, find_answer(call.tx, *key));
                                     if (first) return std::move(*first);
                                 }
                                 BIFROST_ASSIGN(auto response, fn(call));
                                 if (key) BIFROST_CHECK(store_answer(call.tx, *key, response));
                                 return response;
                             });
    };
    auto written = attempt();
    // Another process may have been faster with the same key: what this request clashes with is then its own
    // work, and the answer to that is there now.
    if (!written && key && is_clash(written.error())) written = attempt();
    if (!written) return written.error();
    const auto* const scope = database::RequestScope::current();
    write_seen(incoming, written->value, scope != nullptr ? scope->committed() : std::nullopt);
    return std::move(written->value);
}

} // namespace bifrost::api
