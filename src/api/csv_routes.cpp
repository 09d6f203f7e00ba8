#include <boost/json/parse.hpp>

#include "api/answer.hpp"
#include "api/operation.hpp"
#include "api/routes.hpp"
#include "services/csv/export_csv.hpp"
#include "services/csv/import_csv.hpp"
#include "services/project/project.hpp"

namespace bifrost::api {
namespace {

using http::Method;

std::optional<char> read_delimiter(Parameters& parameters) {
    const auto name = parameters.choice("delimiter", {"comma", "semicolon", "tab"});
    if (!name) return std::nullopt;
    return *name == "comma" ? ',' : *name == "tab" ? '\t' : ';';
}

csv::Kind read_kind(Parameters& parameters) {
    const auto kind = parameters.choice("kind", {"asset", "shot", "casting"});
    if (!kind) parameters.add_error("kind", "is required: asset, shot or casting");
    return csv::parse_kind(kind.value_or("")).value_or(csv::Kind::asset);
}

/// {"Asset name": "code", "Notes": null}
std::map<std::string, std::string> read_mapping(Parameters& parameters) {
    std::map<std::string, std::string> mapping;
    const auto text = parameters.text("mapping", 16'000);
    if (!text) return mapping;
    boost::json::error_code failed;
    const auto parsed = boost::json::parse(*text, failed);
    const auto* object = failed ? nullptr : parsed.if_object();
    if (object == nullptr) {
        parameters.add_error("mapping",
                             "must be a JSON object: heading → field, or null to leave the column out");
        return mapping;
    }
    for (const auto& member : *object) {
        const auto* field = member.value().if_string();
        if (field == nullptr && !member.value().is_null())
            parameters.add_error("mapping", "must name a field or null for each heading");
        else
            mapping.emplace(member.key(), field == nullptr ? std::string() : std::string(*field));
    }
    return mapping;
}

http::Response import_answer(const csv::Imported& imported, bool applied) {
    http::Response response;
    json::ObjectWriter(response.body).members_of(imported).member("applied", applied);
    return response;
}

/// What the import would do, found out by doing it in a transaction that is given up.
Result<http::Response> try_import(Incoming& incoming, const csv::ImportRequest& request) {
    std::optional<csv::Imported> planned;
    const Result<> given_up = incoming.context.database.write([&](database::Tx& tx) -> Result<> {
        planned.reset();
        events::ChangeSet changes(incoming.actor.user_id, incoming.actor.request_id);
        access::Call call{tx, incoming.actor, changes};
        BIFROST_ASSIGN(auto imported,
                       csv::import_csv(call, incoming.path("project"), request, incoming.http.body));
        // What was sent along with later statements has to have its say.
        if (!imported.errors.empty() || project::get_project(tx, incoming.actor, incoming.path("project")))
            planned = std::move(imported);
        return Error{Errc::conflict, "The table clashes with what others are just doing; try again."};
    });
    if (!planned) return given_up.error();
    return import_answer(*planned, false);
}

Result<http::Response> import_csv(Incoming& incoming) {
    Parameters parameters(incoming.http);
    csv::ImportRequest request;
    request.kind = read_kind(parameters);
    request.mapping = read_mapping(parameters);
    request.sheet.encoding = parameters.choice("encoding", {"utf-8", "utf-16", "windows-1252"}).value_or("");
    request.sheet.delimiter = read_delimiter(parameters);
    request.clear_empty = parameters.choice("empty", {"keep", "clear"}).value_or("keep") == "clear";
    request.allow_similar = parameters.boolean("allow_similar").value_or(false);
    const bool dry_run = parameters.boolean("dry_run").value_or(false);
    if (incoming.http.body.empty()) parameters.add_error("body", "must hold the table");
    BIFROST_CHECK(parameters.finish());
    if (dry_run) return try_import(incoming, request);
    return write(incoming, [&](access::Call& call) -> Result<http::Response> {
        BIFROST_ASSIGN(const auto imported,
                       csv::import_csv(call, incoming.path("project"), request, incoming.http.body));
        BIFROST_CHECK(csv::refuse_errors(imported));
        return import_answer(imported, true);
    });
}

Result<http::Response> export_csv(Incoming& incoming) {
    Parameters parameters(incoming.http);
    csv::ExportRequest request;
    request.kind = read_kind(parameters);
    request.delimiter = read_delimiter(parameters).value_or(',');
    request.archived = parameters.choice("archived", {"exclude", "include"}).value_or("exclude") == "include";
    BIFROST_CHECK(parameters.finish());
    return incoming.context.database.snapshot([&](database::Tx& tx) -> Result<http::Response> {
        BIFROST_ASSIGN(auto text, csv::export_csv(tx, incoming.actor, incoming.path("project"), request));
        http::Response response;
        response.content_type = "text/csv; charset=utf-8";
        response.body = std::move(text);
        return response;
    });
}

} // namespace

void add_csv_routes(http::Router& router, Context& context) {
    const std::string project = "/api/v1/projects/{project}";
    OperationSpec in{Method::post, project + "/import/csv", "import_csv", Body::file};
    in.lane = http::Lane::slow;
    in.most_body = std::size_t{32} * 1024 * 1024;
    add_operation(router, context, std::move(in), import_csv);
    OperationSpec out{Method::get, project + "/export/csv", "export_csv"};
    out.lane = http::Lane::slow;
    add_operation(router, context, std::move(out), export_csv);
}

} // namespace bifrost::api
