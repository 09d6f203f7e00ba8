#include <CLI/CLI.hpp>

#include "client/field_options.hpp"
#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

void add_product_list(CLI::App& noun, const ContextPtr& context) {
    const auto address = std::make_shared<std::string>();
    auto* list =
        add_command(noun, context, "list", "List the products of an asset", [context, address]() -> Result<> {
            BIFROST_ASSIGN(const Location location, locate(*context, *address, {"asset"}));
            BIFROST_ASSIGN(Api * api, context->api());
            ListPrinter printer{
                context->format,
                {{"CODE", "code"}, {"KIND", "kind"}, {"LATEST", "latest_number"}, {"ID", "id"}}};
            BIFROST_CHECK(
                api->list(entity_path(location) + "/products", {{"limit", "1000"}}, [&](const auto& product) {
                    printer.add(product);
                    return true;
                }));
            printer.finish();
            return {};
        });
    list->add_option("ADDRESS", *address, "The asset's address or id")->required();
}

void add_version_list(CLI::App& noun, const ContextPtr& context) {
    const auto address = std::make_shared<std::string>();
    const auto limit = std::make_shared<std::size_t>(0);
    auto* list = add_command(
        noun, context, "list", "List the versions of a product, or of a project",
        [context, address, limit]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            std::string path;
            if (address->empty()) {
                BIFROST_ASSIGN(const std::string project, context->get_project());
                path = "/projects/" + percent_encode(project);
            } else {
                BIFROST_ASSIGN(const Location location, locate(*context, *address, {"product"}));
                path = entity_path(location);
            }
            ListPrinter printer{context->format,
                                {{"NUMBER", "number"},
                                 {"STATE", "state"},
                                 {"STATUS", "status"},
                                 {"FILES", "file_count"},
                                 {"BYTES", "total_size"},
                                 {"PUBLISHED", "published_at"},
                                 {"COMMENT", "comment"},
                                 {"ID", "id"}}};
            std::size_t count = 0;
            const Query query{
                {"limit", std::to_string(*limit == 0 ? 1000 : std::min<std::size_t>(*limit, 1000))}};
            BIFROST_CHECK(api->list(path + "/versions", query, [&](const auto& version) {
                printer.add(version);
                return ++count != *limit;
            }));
            printer.finish();
            return {};
        });
    list->add_option("ADDRESS", *address, "The product's address or id; without it all of the project");
    list->add_option("--limit", *limit, "At most so many");
}

/// `files` and `dependencies`: lists below a version. A product's address stands for its latest version.
void add_version_sublist(CLI::App& noun, const ContextPtr& context, const std::string& name,
                         const std::string& description, std::vector<Column> columns) {
    const auto address = std::make_shared<std::string>();
    auto* list = add_command(
        noun, context, name, description,
        [context, address, name, columns = std::move(columns)]() -> Result<> {
            BIFROST_ASSIGN(const Location location, locate(*context, *address, {"version", "product"}));
            BIFROST_ASSIGN(Api * api, context->api());
            std::string id = location.id;
            if (location.kind == "product") {
                const auto latest = find_text(location.entity, "latest_version_id");
                if (!latest)
                    return Error{Errc::not_found, "Nothing was published as " + location.address + " yet."};
                id = *latest;
            }
            ListPrinter printer{context->format, columns};
            BIFROST_CHECK(
                api->list("/versions/" + id + "/" + name, {{"limit", "1000"}}, [&](const auto& one) {
                    printer.add(one);
                    return true;
                }));
            printer.finish();
            return {};
        });
    list->add_option("ADDRESS", *address, "The version's address or id; a product's means its latest")
        ->required();
}

void print_comparison(const boost::json::value& comparison) {
    const auto* files = find_member(comparison, "files");
    const auto* dependencies = find_member(comparison, "dependencies");
    if (files == nullptr || dependencies == nullptr) return;
    ListPrinter printer{Format::table, {{"CHANGE", "change"}, {"WHAT", "what"}, {"BYTES", "bytes"}}};
    const auto add = [&](std::string_view change, const std::string& what, const boost::json::value* bytes) {
        printer.add(boost::json::object{
            {"change", change}, {"what", what}, {"bytes", bytes == nullptr ? boost::json::value{} : *bytes}});
    };
    for (const auto& file : array_of(*files, "added"))
        add("added", text_or(file, "path", ""), find_member(file, "size"));
    for (const auto& file : array_of(*files, "removed"))
        add("removed", text_or(file, "path", ""), find_member(file, "size"));
    for (const auto& file : array_of(*files, "changed"))
        add("changed", text_or(file, "path", ""), find_path(file, "to.size"));
    for (const auto& one : array_of(*dependencies, "added"))
        add("needs now", text_or(one, "address", text_or(one, "target_product_id", "")), nullptr);
    for (const auto& one : array_of(*dependencies, "removed"))
        add("needs no more", text_or(one, "address", text_or(one, "target_product_id", "")), nullptr);
    printer.finish();
    print_result(Format::table, {},
                 std::to_string(integer_or(*files, "unchanged", 0)) +
                     " files are unchanged; the size changes by " +
                     std::to_string(integer_or(comparison, "size_change", 0)) + " bytes.");
}

void add_compare(CLI::App& noun, const ContextPtr& context) {
    const auto from = std::make_shared<std::string>();
    const auto to = std::make_shared<std::string>();
    auto* compare = add_command(
        noun, context, "compare", "Show what differs between two versions",
        [context, from, to]() -> Result<> {
            BIFROST_ASSIGN(const Location first, locate(*context, *from, {"version"}));
            BIFROST_ASSIGN(const Location second, locate(*context, *to, {"version"}));
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer, api->get(entity_path(first) + "/compare/" + second.id));
            if (context->format == Format::table)
                print_comparison(answer.body);
            else
                print_object(context->format, answer.body);
            return {};
        });
    compare->add_option("FROM", *from, "A version's address or id")->required();
    compare->add_option("TO", *to, "Another one")->required();
}

void add_set(CLI::App& noun, const ContextPtr& context) {
    const auto address = std::make_shared<std::string>();
    const auto fields = std::make_shared<FieldOptions>();
    auto* set =
        add_command(noun, context, "set", "Change a version's comment or metadata; its files never change",
                    [context, address, fields]() -> Result<> {
                        BIFROST_ASSIGN(const boost::json::object body, fields->body());
                        if (body.empty())
                            return usage_error("Nothing to set. See `bifrost version set --help`; the status "
                                               "changes with `bifrost version status`.");
                        BIFROST_ASSIGN(const Location location, locate(*context, *address, {"version"}));
                        BIFROST_ASSIGN(Api * api, context->api());
                        BIFROST_ASSIGN(const Answer answer, api->patch(entity_path(location), body));
                        print_result(context->format, answer.body, "Changed " + location.address);
                        return {};
                    });
    set->add_option("ADDRESS", *address, "The version's address or id")->required();
    fields->text(*set, "-m,--comment", "comment", "What it says about itself");
    fields->json(*set, "--metadata", "metadata", "A JSON object that is merged");
}

} // namespace

void add_product_commands(CLI::App& app, const ContextPtr& context) {
    CLI::App* noun = add_noun(app, "product", "Products: streams of versions of an asset");
    add_product_list(*noun, context);
    add_entity_verbs(*noun, context, "product");
}

void add_version_commands(CLI::App& app, const ContextPtr& context) {
    CLI::App* noun = add_noun(app, "version", "Versions of products");
    add_version_list(*noun, context);
    add_entity_verbs(*noun, context, "version");
    add_version_sublist(*noun, context, "files", "List the files of a version",
                        {{"PATH", "path"},
                         {"ROLE", "role"},
                         {"REPRESENTATION", "representation"},
                         {"BYTES", "size"},
                         {"SHA256", "sha256"}});
    add_version_sublist(
        *noun, context, "dependencies", "List what a version needs",
        {{"ADDRESS", "address"}, {"KIND", "kind"}, {"POLICY", "policy"}, {"VERSION", "resolved_version_id"}});
    add_compare(*noun, context);
    add_set(*noun, context);
    add_impact_verb(*noun, context, "version");
}

} // namespace bifrost::client
