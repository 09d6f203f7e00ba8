// Where other sites, and this one on each platform, keep the project.

#include <fstream>

#include <CLI/CLI.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

struct MappingOptions {
    std::string code, name, templates;
    std::vector<std::string> roots;
};

Result<std::string> mappings_path(Context& context) {
    BIFROST_ASSIGN(const std::string project, context.get_project());
    return "/projects/" + percent_encode(project) + "/studio-mappings";
}

Result<boost::json::array> list(Context& context) {
    BIFROST_ASSIGN(const std::string path, mappings_path(context));
    BIFROST_ASSIGN(Api * api, context.api());
    BIFROST_ASSIGN(const Answer answer, api->get(path));
    return array_of(answer.body, "data");
}

Result<std::string> find_id(Context& context, const std::string& code) {
    BIFROST_ASSIGN(const auto mappings, list(context));
    for (const auto& one : mappings)
        if (text_or(one, "code", "") == code || text_or(one, "label", "") == code) return get_text(one, "id");
    return std::string{};
}

/// "main:windows=P:\\" → {"main": {"windows": "P:\\"}}; without a path the place is taken away.
Result<boost::json::object> read_roots(const std::vector<std::string>& texts) {
    boost::json::object roots;
    for (const auto& text : texts) {
        const auto colon = text.find(':');
        const auto equals = text.find('=');
        if (colon == std::string::npos || equals == std::string::npos || equals < colon)
            return usage_error("--root takes ROOT:PLATFORM=PATH, such as main:linux=/mnt/projects.");
        auto& places = roots[text.substr(0, colon)];
        if (!places.is_object()) places.emplace_object();
        const std::string path = text.substr(equals + 1);
        places.get_object()[text.substr(colon + 1, equals - colon - 1)] =
            path.empty() ? boost::json::value(nullptr) : boost::json::value(path);
    }
    return roots;
}

Result<boost::json::value> read_json_file(const std::string& path) {
    std::ifstream file(path);
    if (!file) return usage_error("'" + path + "' can't be read.");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    boost::system::error_code failure;
    auto value = boost::json::parse(text, failure);
    if (failure) return usage_error("'" + path + "' is no JSON: " + failure.message() + ".");
    return value;
}

Result<> set(Context& context, const MappingOptions& options) {
    boost::json::object body;
    BIFROST_ASSIGN(auto roots, read_roots(options.roots));
    if (!options.name.empty()) body["name"] = options.name;
    if (!options.templates.empty()) {
        BIFROST_ASSIGN(body["templates"], read_json_file(options.templates));
    }
    BIFROST_ASSIGN(const std::string path, mappings_path(context));
    BIFROST_ASSIGN(Api * api, context.api());
    BIFROST_ASSIGN(const std::string id, find_id(context, options.code));
    if (id.empty() || !roots.empty()) body["roots"] = std::move(roots);
    if (id.empty()) body["code"] = options.code;
    BIFROST_ASSIGN(const Answer answer,
                   id.empty() ? api->post(path, body) : api->patch("/studio-mappings/" + id, body));
    print_result(context.format, answer.body, "the mapping " + options.code + " is set");
    return {};
}

} // namespace

void add_folder_mapping_commands(CLI::App& noun, const ContextPtr& context) {
    add_command(noun, context, "mappings", "List where sites and platforms keep the project",
                [context]() -> Result<> {
                    BIFROST_ASSIGN(const auto mappings, list(*context));
                    ListPrinter printer{
                        context->format,
                        {{"CODE", "code"}, {"NAME", "name"}, {"ROOTS", "roots"}, {"TEMPLATES", "templates"}}};
                    for (const auto& one : mappings) printer.add(one);
                    printer.finish();
                    return {};
                });
    const auto options = std::make_shared<MappingOptions>();
    auto* command = add_command(noun, context, "set-mapping",
                                "Say where a site keeps the project ('home': this one, on each platform)",
                                [context, options] { return set(*context, *options); });
    command->add_option("CODE", options->code, "Of the mapping")->required();
    command->add_option("--root", options->roots, "ROOT:PLATFORM=PATH; without a path it is taken away");
    command->add_option("--name", options->name, "For people");
    command->add_option(
        "--templates", options->templates,
        "A JSON file: [{data_type, entity_kind, pattern, root?, children?}], all of the site's");
    const auto code = std::make_shared<std::string>();
    auto* remove =
        add_command(noun, context, "remove-mapping", "Archive a mapping", [context, code]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const std::string id, find_id(*context, *code));
            if (id.empty()) return Error{Errc::not_found, "There is no studio mapping '" + *code + "' here."};
            BIFROST_ASSIGN(const Answer answer, api->remove("/studio-mappings/" + id));
            print_result(context->format, answer.body, "the mapping " + *code + " is archived");
            return {};
        });
    remove->add_option("CODE", *code, "Of the mapping")->required();
}

} // namespace bifrost::client
