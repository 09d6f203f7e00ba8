#include "api/answer.hpp"
#include "api/batch_operations.hpp"
#include "api/batch_request.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"

namespace bifrost::api {
namespace {

Result<BatchOutcome> run_operation(access::Call& call, const BatchOperation& operation,
                                   const References& references, ProjectIds& projects) {
    BatchStep step;
    step.op = operation.op;
    BIFROST_ASSIGN(step.path, resolve_path(operation.path, references));
    if (operation.body != nullptr) step.body = resolve_body(*operation.body, references);
    step.if_revision = operation.if_revision;
    return run_step(call, step, projects);
}

Result<http::Response> run_batch(access::Call& call, const std::vector<BatchOperation>& operations) {
    References references;
    ProjectIds projects;
    std::string results = "[";
    for (std::size_t i = 0; i < operations.size(); ++i) {
        const auto done = run_operation(call, operations[i], references, projects);
        if (!done) return error_of_operation(done.error(), i);
        if (i != 0) results += ',';
        json::ObjectWriter object(results);
        object.member("status", done->status).member("id", done->id).member("revision", done->revision);
        if (operations[i].ref) {
            object.member("ref", *operations[i].ref);
            references.emplace(*operations[i].ref, done->id);
        }
    }
    BIFROST_ASSIGN(const auto position, call.changes.append_to_log(call.tx));
    http::Response response;
    json::ObjectWriter(response.body)
        .member("results", json::Raw{results + "]"})
        .member("position", position.text());
    return response;
}

Result<http::Response> batch(Incoming& incoming) {
    BIFROST_ASSIGN(const auto operations, read_batch(incoming.body));
    return write(incoming, [&](access::Call& call) { return run_batch(call, operations); });
}

} // namespace

void add_batch_routes(http::Router& router, Context& context) {
    OperationSpec spec;
    spec.method = http::Method::post;
    spec.pattern = "/api/v1/batch";
    spec.id = "batch";
    spec.body = Body::json;
    spec.lane = http::Lane::slow;
    spec.most_body = std::size_t{16} * 1024 * 1024; // a thousand operations with a few files each
    add_operation(router, context, std::move(spec), batch);
}

} // namespace bifrost::api
