#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/editorial/cut.hpp"
#include "services/editorial/import_edit.hpp"
#include "services/project/project.hpp"

namespace bifrost::api {
namespace {

using http::Method;

constexpr std::int64_t kMostFrame = 1'000'000'000;

http::Response import_answer(const editorial::Imported& imported) {
    const auto& plan = imported.plan;
    std::string lists;
    json::ObjectWriter(lists)
        .member("new", plan.added)
        .member("omitted", plan.omitted)
        .member("restored", plan.restored)
        .member("trimmed", plan.trimmed)
        .member("moved", plan.moved)
        .member("renamed", plan.renamed)
        .member("retimed", plan.retimed)
        .member("unchanged", plan.unchanged)
        .member("unmatched", plan.unmatched)
        .member("clips", plan.clips);
    http::Response response;
    json::ObjectWriter object(response.body);
    object.member("plan", json::Raw{lists}).member("applied", imported.applied).member("cut", imported.cut);
    if (imported.position) object.member("position", *imported.position);
    return response;
}

/// "edit.otio" → otio, where the request doesn't say.
std::string format_of(std::string_view body) {
    const auto first = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    return first != std::string_view::npos && body[first] == '{' ? "otio" : "edl";
}

Result<http::Response> import_edit(Incoming& incoming) {
    Parameters parameters(incoming.http);
    editorial::ImportRequest request;
    request.format = parameters.choice("format", {"otio", "edl"}).value_or(format_of(incoming.http.body));
    const bool dry_run = parameters.boolean("dry_run").value_or(false);
    request.naming = parameters.text("naming", 200).value_or("");
    request.sequence = parameters.text("sequence", 64).value_or("");
    request.rate = parameters.text("rate", 40).value_or("");
    request.source_name = parameters.text("name", 200).value_or("");
    request.options.first_frame = parameters.integer("first_frame", -kMostFrame, kMostFrame).value_or(1001);
    request.options.handles = parameters.integer("handles", 0, 100'000).value_or(0);
    if (incoming.http.body.empty()) parameters.add_error("body", "must hold the file of the edit");
    BIFROST_CHECK(parameters.finish());
    if (dry_run)
        return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
            BIFROST_ASSIGN(const auto planned,
                           editorial::plan_import(tx, incoming.actor, incoming.path("project"), request,
                                                  incoming.http.body));
            return import_answer(planned);
        });
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto imported,
                       editorial::import_edit(call, incoming.path("project"), request, incoming.http.body));
        return import_answer(imported);
    });
}

Result<http::Response> list(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    return read(incoming, [&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto cuts, editorial::list_cuts(tx, incoming.actor, incoming.path("project")));
        return data_answer(cuts);
    });
}

Result<http::Response> get(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto cut, editorial::get_cut(tx, incoming.actor, id));
        return answer(cut);
    });
}

Result<http::Response> items(Incoming& incoming) {
    Parameters parameters(incoming.http);
    BIFROST_CHECK(parameters.finish());
    BIFROST_ASSIGN(const Id id, incoming.id());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto found, editorial::list_cut_items(tx, incoming.actor, id));
        return data_answer(found);
    });
}

Result<http::Response> apply(Incoming& incoming) {
    BIFROST_ASSIGN(const Id id, incoming.id());
    json::Reader reader(incoming.body);
    const bool dry_run = reader.optional_boolean("dry_run").value_or(false);
    BIFROST_CHECK(reader.finish());
    if (dry_run)
        return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
            BIFROST_ASSIGN(const auto planned, editorial::plan_apply_cut(tx, incoming.actor, id));
            return import_answer(planned);
        });
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto applied, editorial::apply_cut(call, id));
        return import_answer(applied);
    });
}

http::Response file_answer(const editorial::Edit& edit, bool otio) {
    http::Response response;
    response.content_type = otio ? "application/json" : "text/plain; charset=utf-8";
    response.body = otio ? editorial::write_otio(edit) : editorial::write_edl(edit);
    return response;
}

/// The cut or the sequence that the parameters name, else the cut of the path.
Result<http::Response> export_edit(Incoming& incoming, bool otio) {
    Parameters parameters(incoming.http);
    const auto cut = parameters.id("cut_id");
    const auto sequence = parameters.id("sequence_id");
    const auto start = parameters.integer("start_frame", 0, kMostFrame).value_or(0);
    if (cut.has_value() == sequence.has_value())
        parameters.add_error(cut ? "sequence_id" : "cut_id", "one of cut_id and sequence_id is needed");
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto project,
                       project::get_project(tx, incoming.actor, incoming.path("project")));
        if (cut) {
            BIFROST_ASSIGN(const auto found, editorial::get_cut(tx, incoming.actor, *cut));
            if (found.project_id != project.id) return Error{Errc::not_found, "There is no such cut."};
            BIFROST_ASSIGN(const auto edit, editorial::edit_of_cut(tx, incoming.actor, *cut));
            return file_answer(edit, otio);
        }
        BIFROST_ASSIGN(const auto edit, editorial::edit_of_sequence(tx, incoming.actor, *sequence, start));
        return file_answer(edit, otio);
    });
}

} // namespace

void add_editorial_routes(http::Router& router, Context& context) {
    const auto add = [&](Method method, std::string pattern, std::string id, Operation operation,
                         Body body = Body::none) {
        OperationSpec spec{method, std::move(pattern), std::move(id), body};
        spec.lane = http::Lane::slow;
        spec.most_body = std::size_t{64} * 1024 * 1024;
        add_operation(router, context, std::move(spec), std::move(operation));
    };
    const std::string project = "/api/v1/projects/{project}";
    add(Method::post, project + "/import/edit", "import_edit", import_edit, Body::file);
    add(Method::get, project + "/cuts", "list_cuts", list);
    add(Method::get, project + "/export/otio", "export_otio",
        [](Incoming& incoming) { return export_edit(incoming, true); });
    add(Method::get, project + "/export/edl", "export_edl",
        [](Incoming& incoming) { return export_edit(incoming, false); });
    add(Method::get, "/api/v1/cuts/{id}", "get_cut", get);
    add(Method::get, "/api/v1/cuts/{id}/items", "list_cut_items", items);
    add(Method::post, "/api/v1/cuts/{id}/apply", "apply_cut", apply, Body::optional_json);
}

} // namespace bifrost::api
