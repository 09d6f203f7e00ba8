#include "api/answer.hpp"
#include "api/idempotency.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "queue/queue.hpp"
#include "services/publish/upload.hpp"

namespace bifrost::api {
namespace {

using http::Method;
using Make = std::function<Result<http::Response>()>;

/// A batch of 1,000 names, or 10,000 parts with their etags.
constexpr std::size_t kMostBody = 8 * 1024 * 1024;

publish::UploadRoom room_of(Incoming& incoming) {
    publish::UploadRoom room{incoming.context.database, incoming.context.store, {}};
    room.options.most_bytes = incoming.context.settings.most_file_bytes;
    return room;
}

/// A POST with an Idempotency-Key that isn't one transaction, because the store takes part in it: its answer
/// is stored behind it. What is broken off in between is done again by a repeat, and the collector removes
/// the first.
Result<http::Response> keyed(Incoming& incoming, const Make& make) {
    BIFROST_ASSIGN(const auto key, read_idempotency_key(incoming.http, incoming.actor.user_id));
    if (!key) return make();
    BIFROST_ASSIGN(const auto running, RunningKey::claim(*key));
    const auto find = [&](database::Tx& tx) { return find_answer(tx, *key); };
    BIFROST_ASSIGN(auto first, incoming.context.database.read(find));
    if (first) return std::move(*first);
    BIFROST_ASSIGN(auto response, make());
    const auto stored =
        incoming.context.database.write([&](database::Tx& tx) { return store_answer(tx, *key, response); });
    if (stored) return response;
    if (stored.error().code != Errc::conflict) return stored.error();
    BIFROST_ASSIGN(first, incoming.context.database.read(find));
    if (first) return std::move(*first);
    return response;
}

/// 202 with the job while the bytes are being verified.
http::Response progress_answer(const publish::UploadProgress& progress) {
    http::Response response = answer(progress, progress.state == "verifying" ? 202 : 200);
    if (response.status == 202) {
        queue::notify_workers();
        if (progress.job_id) response.header("Location", "/api/v1/jobs/" + progress.job_id->text());
    }
    return response;
}

Result<http::Response> create(Incoming& incoming) {
    return keyed(incoming, [&]() -> Result<http::Response> {
        BIFROST_ASSIGN(const auto opened,
                       publish::create_upload(room_of(incoming), incoming.actor, incoming.body));
        http::Response response = answer(opened, 201);
        response.header("Location", "/api/v1/uploads/" + opened.id.text());
        return response;
    });
}

Result<http::Response> create_batch(Incoming& incoming) {
    return keyed(incoming, [&]() -> Result<http::Response> {
        BIFROST_ASSIGN(const auto opened,
                       publish::create_uploads(room_of(incoming), incoming.actor, incoming.body));
        return data_answer(opened, 201);
    });
}

Result<http::Response> get(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto progress, publish::get_upload(room_of(incoming), incoming.actor, id));
    return answer(progress);
}

Result<http::Response> sign(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_ASSIGN(const auto opened,
                   publish::sign_parts(room_of(incoming), incoming.actor, id, incoming.body));
    return answer(opened);
}

Result<http::Response> complete(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    return keyed(incoming, [&]() -> Result<http::Response> {
        BIFROST_ASSIGN(const auto progress,
                       publish::complete_upload(room_of(incoming), incoming.actor, id, incoming.body));
        return progress_answer(progress);
    });
}

Result<http::Response> complete_batch(Incoming& incoming) {
    return keyed(incoming, [&]() -> Result<http::Response> {
        BIFROST_ASSIGN(const auto all,
                       publish::complete_uploads(room_of(incoming), incoming.actor, incoming.body));
        bool verifying = false;
        for (const auto& one : all) verifying = verifying || one.state == "verifying";
        if (verifying) queue::notify_workers();
        return data_answer(all, verifying ? 202 : 200);
    });
}

Result<http::Response> drop(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    BIFROST_CHECK(publish::delete_upload(room_of(incoming), incoming.actor, id));
    return no_content();
}

} // namespace

void add_upload_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        OperationSpec spec{method, std::move(pattern), std::move(id), body};
        // The store waits for the disk; the lane of quick answers mustn't.
        spec.lane = http::Lane::file;
        spec.most_body = kMostBody;
        add_operation(router, context, std::move(spec), std::move(operation));
    };
    const std::string one = "/api/v1/uploads/{id}";
    add(Method::post, "/api/v1/uploads", "create_upload", create, Body::json);
    add(Method::post, "/api/v1/uploads/batch", "create_uploads", create_batch, Body::json);
    add(Method::post, "/api/v1/uploads/batch/complete", "complete_uploads", complete_batch, Body::json);
    add(Method::get, one, "get_upload", get);
    add(Method::del, one, "delete_upload", drop);
    add(Method::post, one + "/parts", "sign_parts", sign, Body::json);
    add(Method::post, one + "/complete", "complete_upload", complete, Body::json);
}

} // namespace bifrost::api
