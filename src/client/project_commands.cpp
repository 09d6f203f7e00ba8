#include <CLI/CLI.hpp>

#include "client/field_options.hpp"
#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

std::string project_path(const std::string& project) { return "/projects/" + percent_encode(project); }

/// What create and set have in common.
struct ProjectFields {
    FieldOptions fields;

    void add_to(CLI::App& command) {
        fields.text(command, "--name", "name", "For people");
        fields.text(command, "--kind", "kind", "feature, series, short, commercial, game or library");
        fields.text(command, "--fps", "fps", "Frame rate as a fraction, such as 24 or 24000/1001");
        fields.text(command, "--colour-space", "colour_space", "The working colour space");
        fields.text(command, "--start", "start_date", "First day, as 2026-01-31");
        fields.text(command, "--end", "end_date", "Last day");
        fields.json(command, "--metadata", "metadata", "A JSON object");
    }
};

void add_list(CLI::App& noun, const ContextPtr& context) {
    const auto archived = std::make_shared<bool>(false);
    auto* list = add_command(noun, context, "list", "List projects", [context, archived]() -> Result<> {
        BIFROST_ASSIGN(Api * api, context->api());
        ListPrinter printer{
            context->format,
            {{"CODE", "code"}, {"NAME", "name"}, {"KIND", "kind"}, {"STATUS", "status"}, {"FPS", "fps"}}};
        Query query{{"limit", "1000"}};
        if (*archived) query.emplace_back("archived", "include");
        BIFROST_CHECK(api->list("/projects", query, [&](const auto& project) {
            printer.add(project);
            return true;
        }));
        printer.finish();
        return {};
    });
    list->add_flag("--archived", *archived, "Archived ones too");
}

void add_create(CLI::App& noun, const ContextPtr& context) {
    const auto code = std::make_shared<std::string>();
    const auto fields = std::make_shared<ProjectFields>();
    auto* create =
        add_command(noun, context, "create", "Make a project", [context, code, fields]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(boost::json::object body, fields->fields.body());
            body["code"] = *code;
            if (!body.contains("name")) body["name"] = *code;
            BIFROST_ASSIGN(const Answer answer, api->post("/projects", body));
            print_result(context->format, answer.body,
                         "Made the project " + text_or(answer.body, "code", *code));
            return {};
        });
    create->add_option("--code,CODE", *code, "What stands in addresses")->required();
    fields->add_to(*create);
}

} // namespace

void add_project_commands(CLI::App& app, const ContextPtr& context) {
    CLI::App* noun = add_noun(app, "project", "Projects");
    add_list(*noun, context);
    add_create(*noun, context);
    const auto project = std::make_shared<std::string>();
    const auto fields = std::make_shared<ProjectFields>();

    auto* show = add_command(*noun, context, "show", "Show one project", [context, project]() -> Result<> {
        BIFROST_ASSIGN(Api * api, context->api());
        BIFROST_ASSIGN(const Answer answer, api->get(project_path(*project)));
        print_object(context->format, answer.body);
        return {};
    });
    auto* set =
        add_command(*noun, context, "set", "Change a project", [context, project, fields]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const boost::json::object body, fields->fields.body());
            if (body.empty()) return usage_error("Nothing to set. See `bifrost project set --help`.");
            BIFROST_ASSIGN(const Answer answer, api->patch(project_path(*project), body));
            print_result(context->format, answer.body, "Changed " + *project);
            return {};
        });
    fields->add_to(*set);
    auto* archive = add_command(*noun, context, "archive", "Put a project away; it can be restored",
                                [context, project]() -> Result<> {
                                    BIFROST_ASSIGN(Api * api, context->api());
                                    BIFROST_ASSIGN(const Answer answer, api->remove(project_path(*project)));
                                    print_result(context->format, answer.body, *project + " is archived");
                                    return {};
                                });
    auto* restore = add_command(
        *noun, context, "restore", "Bring an archived project back", [context, project]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer, api->post(project_path(*project) + "/restore", nullptr));
            print_result(context->format, answer.body, *project + " is back");
            return {};
        });
    for (auto* command : {show, set, archive, restore})
        command->add_option("PROJECT", *project, "The project's code or id")->required();
}

} // namespace bifrost::client
