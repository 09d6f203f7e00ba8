#include <CLI/CLI.hpp>

#include "client/field_options.hpp"
#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

void add_fields(FieldOptions& fields, CLI::App& command) {
    fields.text(command, "--name", "name", "For people");
    fields.text(command, "--type", "type", "character, prop, vehicle, environment, …");
    fields.text(command, "--description", "description", "A few sentences");
    fields.texts(command, "--tag", "tags", "A tag; repeat it or part them with commas");
    fields.flag(command, "--assembly,!--no-assembly", "is_assembly",
                "Whether it is put together from other assets");
    fields.json(command, "--metadata", "metadata", "A JSON object");
}

struct ListOptions {
    std::vector<std::string> types, statuses, tags;
    std::string query, sort;
    std::size_t limit = 0;
    bool archived = false;

    [[nodiscard]] Query to_query() const {
        Query query_{{"limit", std::to_string(limit == 0 ? 1000 : std::min<std::size_t>(limit, 1000))}};
        const auto add = [&](const char* name, const std::vector<std::string>& values) {
            std::string text;
            for (const auto& value : values) (text += text.empty() ? "" : ",") += value;
            if (!text.empty()) query_.emplace_back(name, text);
        };
        add("type", types);
        add("status", statuses);
        add("tag", tags);
        if (!query.empty()) query_.emplace_back("q", query);
        if (!sort.empty()) query_.emplace_back("sort", sort);
        if (archived) query_.emplace_back("archived", "include");
        return query_;
    }
};

void add_list(CLI::App& noun, const ContextPtr& context) {
    const auto options = std::make_shared<ListOptions>();
    auto* list =
        add_command(noun, context, "list", "List the assets of a project", [context, options]() -> Result<> {
            BIFROST_ASSIGN(const std::string project, context->get_project());
            BIFROST_ASSIGN(Api * api, context->api());
            ListPrinter printer{context->format,
                                {{"CODE", "code"},
                                 {"NAME", "name"},
                                 {"TYPE", "type"},
                                 {"STATUS", "status"},
                                 {"TAGS", "tags"}}};
            std::size_t count = 0;
            BIFROST_CHECK(api->list("/projects/" + percent_encode(project) + "/assets", options->to_query(),
                                    [&](const auto& asset) {
                                        printer.add(asset);
                                        return ++count != options->limit;
                                    }));
            printer.finish();
            return {};
        });
    for (auto* option : {list->add_option("--type", options->types, "Only these types"),
                         list->add_option("--status", options->statuses, "Only these states"),
                         list->add_option("--tag", options->tags, "Only with one of these tags")})
        option->delimiter(',');
    list->add_option("-q,--query", options->query, "Only what matches these words");
    list->add_option("--sort", options->sort,
                     "code, name, type, status, created_at, updated_at; - in front for descending");
    list->add_option("--limit", options->limit, "At most so many");
    list->add_flag("--archived", options->archived, "Archived ones too");
}

void add_create(CLI::App& noun, const ContextPtr& context) {
    const auto code = std::make_shared<std::string>();
    const auto fields = std::make_shared<FieldOptions>();
    auto* create =
        add_command(noun, context, "create", "Make an asset", [context, code, fields]() -> Result<> {
            BIFROST_ASSIGN(const std::string project, context->get_project());
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(boost::json::object body, fields->body());
            body["code"] = *code;
            if (!body.contains("name")) body["name"] = *code;
            BIFROST_ASSIGN(const Answer answer,
                           api->post("/projects/" + percent_encode(project) + "/assets", body));
            print_result(context->format, answer.body,
                         "Made the " + text_or(answer.body, "type", "asset") + " " +
                             text_or(answer.body, "code", *code));
            return {};
        });
    create->add_option("--code,CODE", *code, "What stands in addresses")->required();
    add_fields(*fields, *create);
    create->get_option("--type")->required();
}

void add_set(CLI::App& noun, const ContextPtr& context) {
    const auto address = std::make_shared<std::string>();
    const auto fields = std::make_shared<FieldOptions>();
    auto* set =
        add_command(noun, context, "set", "Change an asset", [context, address, fields]() -> Result<> {
            BIFROST_ASSIGN(const boost::json::object body, fields->body());
            if (body.empty())
                return usage_error("Nothing to set. See `bifrost asset set --help`; the status changes with "
                                   "`bifrost asset status`.");
            BIFROST_ASSIGN(const Location location, locate(*context, *address, {"asset"}));
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer, api->patch(entity_path(location), body));
            print_result(context->format, answer.body, "Changed " + location.address);
            return {};
        });
    set->add_option("ADDRESS", *address, "The asset's address or id")->required();
    add_fields(*fields, *set);
    fields->text(*set, "--code", "code", "A new code; addresses change with it");
}

void add_resolve(CLI::App& noun, const ContextPtr& context) {
    const auto address = std::make_shared<std::string>();
    const auto policy = std::make_shared<std::string>();
    auto* resolve = add_command(
        noun, context, "resolve", "Show exactly which versions an asset and its components stand for",
        [context, address, policy]() -> Result<> {
            BIFROST_ASSIGN(const Location location, locate(*context, *address, {"asset"}));
            BIFROST_ASSIGN(Api * api, context->api());
            Query query;
            if (!policy->empty()) query.emplace_back("policy", *policy);
            BIFROST_ASSIGN(const Answer answer, api->get(entity_path(location) + "/resolve", query));
            if (context->format == Format::json) {
                print_object(Format::json, answer.body);
                return {};
            }
            ListPrinter printer{context->format,
                                {{"PATH", "path"},
                                 {"ASSET", "code"},
                                 {"PRODUCT", "product.code"},
                                 {"VERSION", "product.number"},
                                 {"STATUS", "product.status"},
                                 {"PIN", "product.pin"}}};
            for (const auto& asset : array_of(answer.body, "data")) {
                boost::json::object row = asset.get_object();
                row.erase("products");
                for (const auto& product : array_of(asset, "products")) {
                    row["product"] = product;
                    printer.add(row);
                }
            }
            printer.finish();
            return {};
        });
    resolve->add_option("ADDRESS", *address, "The asset's address or id")->required();
    resolve->add_option("--policy", *policy, "What products follow that no pin names")
        ->check(CLI::IsMember({"latest", "latest_approved"}));
}

} // namespace

void add_asset_commands(CLI::App& app, const ContextPtr& context) {
    CLI::App* noun = add_noun(app, "asset", "Assets");
    add_list(*noun, context);
    add_create(*noun, context);
    add_set(*noun, context);
    add_entity_verbs(*noun, context, "asset");
    add_resolve(*noun, context);
    add_impact_verb(*noun, context, "asset");
}

} // namespace bifrost::client
