#include <CLI/CLI.hpp>

#include <boost/json/value_from.hpp>

#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

struct TemplateOptions {
    std::string type, kind, pattern, root;
    std::vector<std::string> children;
    bool dry_run = false;
};

Result<std::string> project_path(Context& context, std::string_view rest) {
    BIFROST_ASSIGN(const std::string project, context.get_project());
    return "/projects/" + percent_encode(project) + std::string(rest);
}

Result<> list_templates(Context& context) {
    BIFROST_ASSIGN(const std::string path, project_path(context, "/folder-templates"));
    BIFROST_ASSIGN(Api * api, context.api());
    BIFROST_ASSIGN(const Answer answer, api->get(path));
    ListPrinter printer{
        context.format,
        {{"TYPE", "data_type"}, {"KIND", "entity_kind"}, {"ROOT", "root"}, {"PATTERN", "pattern"}}};
    for (const auto& one : array_of(answer.body, "data")) printer.add(one);
    printer.finish();
    return {};
}

/// The id of the project's own template for a type and kind; nothing while the one that ships holds.
Result<std::optional<std::string>> find_template(Context& context, const TemplateOptions& options) {
    BIFROST_ASSIGN(const std::string path, project_path(context, "/folder-templates"));
    BIFROST_ASSIGN(Api * api, context.api());
    BIFROST_ASSIGN(const Answer answer, api->get(path));
    for (const auto& one : array_of(answer.body, "data"))
        if (text_or(one, "data_type", "") == options.type && text_or(one, "entity_kind", "") == options.kind)
            return find_text(one, "id");
    return std::nullopt;
}

boost::json::object body_of(const TemplateOptions& options) {
    boost::json::object body{{"pattern", options.pattern}};
    if (!options.root.empty()) body["root"] = options.root;
    if (!options.children.empty()) body["children"] = boost::json::value_from(options.children);
    return body;
}

Result<> print_preview(Context& context, boost::json::object body) {
    BIFROST_ASSIGN(const std::string path, project_path(context, "/folder-templates/preview"));
    BIFROST_ASSIGN(Api * api, context.api());
    BIFROST_ASSIGN(const Answer answer, api->post(path, body, Repeat::harmless));
    std::string reasons;
    for (const std::string_view list : {"faults", "collisions"})
        for (const auto& sentence : array_of(answer.body, list))
            reasons += (reasons.empty() ? "" : "; ") + std::string(sentence.as_string());
    if (context.format != Format::table) {
        print_object(context.format, answer.body);
    } else {
        for (const auto& change : array_of(answer.body, "changes"))
            print_result(Format::table, {},
                         text_or(change, "from", "-") + " -> " +
                             text_or(change, "to", text_or(change, "error", "")));
        const auto changed = integer_or(answer.body, "changed", 0);
        print_result(Format::table, {},
                     std::to_string(changed) + (changed == 1 ? " path" : " paths") + " would change, " +
                         std::to_string(integer_or(answer.body, "unchanged", 0)) + " would stay");
    }
    if (!boolean_or(answer.body, "valid", false))
        return Error{Errc::invalid, "It can't be saved: " + reasons};
    return {};
}

Result<> set_template(Context& context, const TemplateOptions& options) {
    boost::json::object body = body_of(options);
    BIFROST_ASSIGN(Api * api, context.api());
    BIFROST_ASSIGN(const auto id, find_template(context, options));
    if (options.dry_run || !id) {
        body["data_type"] = options.type;
        body["entity_kind"] = options.kind;
    }
    if (options.dry_run) return print_preview(context, std::move(body));
    BIFROST_ASSIGN(const std::string path, project_path(context, "/folder-templates"));
    BIFROST_ASSIGN(const Answer answer,
                   id ? api->patch("/folder-templates/" + *id, body) : api->post(path, body));
    print_result(context.format, answer.body,
                 "the " + options.type + " folders of " + options.kind + "s are " + options.pattern + " now");
    return {};
}

Result<> reset_template(Context& context, const TemplateOptions& options) {
    BIFROST_ASSIGN(Api * api, context.api());
    BIFROST_ASSIGN(const auto id, find_template(context, options));
    if (!id) return Error{Errc::conflict, "The template that ships holds there already."};
    BIFROST_ASSIGN(const Answer answer, api->remove("/folder-templates/" + *id));
    print_result(context.format, answer.body, "the template that ships holds again");
    return {};
}

void add_key(CLI::App& command, TemplateOptions& options) {
    command.add_option("TYPE", options.type, "work, published, cache, render or deliverable")
        ->required()
        ->check(CLI::IsMember({"work", "published", "cache", "render", "deliverable"}));
    command.add_option("KIND", options.kind, "project, episode, sequence, shot or asset")
        ->required()
        ->check(CLI::IsMember({"project", "episode", "sequence", "shot", "asset"}));
}

void add_templates(CLI::App& noun, const ContextPtr& context) {
    add_command(noun, context, "templates", "List the templates that hold in the project",
                [context] { return list_templates(*context); });
    const auto options = std::make_shared<TemplateOptions>();
    auto* set = add_command(noun, context, "set-template", "Change where the folders of a kind lie",
                            [context, options] { return set_template(*context, *options); });
    add_key(*set, *options);
    set->add_option("PATTERN", options->pattern, "Such as '{project}/assets/{asset}/work[/{task}]'")
        ->required();
    set->add_option("--root", options->root, "The root's code (main when none is named)");
    set->add_option("--child", options->children, "A folder to make in it; repeat for more");
    set->add_flag("--dry-run", options->dry_run, "Show which paths would change and save nothing");
    const auto key = std::make_shared<TemplateOptions>();
    auto* reset = add_command(noun, context, "reset-template", "Let the template that ships hold again",
                              [context, key] { return reset_template(*context, *key); });
    add_key(*reset, *key);
}

void add_tree(CLI::App& noun, const ContextPtr& context) {
    const auto address = std::make_shared<std::string>();
    const auto type = std::make_shared<std::string>("published");
    auto* tree =
        add_command(noun, context, "tree", "List what hangs below an entity, with its folders",
                    [context, address, type]() -> Result<> {
                        BIFROST_ASSIGN(const std::string path, project_path(*context, "/folders/tree"));
                        BIFROST_ASSIGN(Api * api, context->api());
                        Query query{{"data_type", *type}};
                        if (!address->empty()) {
                            BIFROST_ASSIGN(const Location location, locate(*context, *address, {}));
                            query.emplace_back("entity_id", location.id);
                        }
                        ListPrinter printer{context->format,
                                            {{"KIND", "entity_kind"}, {"CODE", "code"}, {"PATH", "path"}}};
                        BIFROST_CHECK(api->list(path, query, [&](const auto& one) {
                            printer.add(one);
                            return true;
                        }));
                        printer.finish();
                        return {};
                    });
    tree->add_option("ENTITY", *address, "Without it the project");
    tree->add_option("--type", *type, "Which of its folders")
        ->check(CLI::IsMember({"work", "published", "cache", "render", "deliverable"}))
        ->capture_default_str();
}

struct TranslateOptions {
    std::vector<std::string> paths;
    std::string from, from_platform, to, to_platform;
};

Result<> translate(Context& context, const TranslateOptions& options) {
    BIFROST_ASSIGN(const std::string path, project_path(context, "/folders/translate"));
    BIFROST_ASSIGN(Api * api, context.api());
    const auto side = [](const std::string& mapping, const std::string& platform) {
        boost::json::object object;
        if (!mapping.empty()) object["mapping"] = mapping;
        if (!platform.empty()) object["platform"] = platform;
        return object;
    };
    const boost::json::object body{{"paths", boost::json::value_from(options.paths)},
                                   {"from", side(options.from, options.from_platform)},
                                   {"to", side(options.to, options.to_platform)}};
    BIFROST_ASSIGN(const Answer answer, api->post(path, body, Repeat::harmless));
    ListPrinter printer{context.format, {}};
    std::string failed;
    for (const auto& one : array_of(answer.body, "data")) {
        const std::string error = text_or(one, "error", "");
        if (!error.empty()) failed = text_or(one, "path", "") + ": " + error;
        if (context.format != Format::table)
            printer.add(one);
        else if (error.empty())
            print_result(Format::table, {}, text_or(one, "translated", ""));
    }
    if (context.format == Format::json) printer.finish();
    if (!failed.empty()) return Error{Errc::not_found, failed};
    return {};
}

void add_translate(CLI::App& noun, const ContextPtr& context) {
    const auto options = std::make_shared<TranslateOptions>();
    auto* command =
        add_command(noun, context, "translate", "Print paths as another site or platform has them",
                    [context, options] { return translate(*context, *options); });
    command->add_option("PATH", options->paths, "Paths")->required();
    command->add_option("--from", options->from,
                        "Studio mapping that they are of (this site's when none is named)");
    command->add_option("--from-platform", options->from_platform, "linux, macos or windows");
    command->add_option("--to", options->to, "Studio mapping to translate to");
    command->add_option("--to-platform", options->to_platform, "linux, macos or windows");
}

} // namespace

void add_folder_commands(CLI::App& app, const ContextPtr& context) {
    auto* noun = add_noun(app, "folder", "Folders on the shared file system");
    add_templates(*noun, context);
    add_tree(*noun, context);
    add_translate(*noun, context);
    add_folder_disk_commands(*noun, context);
    add_folder_mapping_commands(*noun, context);
}

} // namespace bifrost::client
