#include <CLI/CLI.hpp>

#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

std::string summary_of(const boost::json::value& answer) {
    std::string text;
    for (const auto& change : array_of(answer, "changes")) {
        if (!text.empty()) text += '\n';
        text += text_or(change, "action", "") + " " + text_or(change, "entity_kind", "") + " " +
                text_or(change, "entity_id", "");
        std::string fields;
        for (const auto& field : array_of(change, "fields"))
            if (field.is_string()) fields += (fields.empty() ? ": " : ", ") + std::string(field.get_string());
        text += fields;
    }
    return text;
}

void add_revert(CLI::App& app, const ContextPtr& context) {
    const auto position = std::make_shared<std::string>();
    const auto dry_run = std::make_shared<bool>(false);
    const auto only = std::make_shared<bool>(false);
    auto* revert = add_command(
        app, context, "revert", "Undo the whole change set of an event, as one new change",
        [context, position, dry_run, only]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer,
                           api->post("/events/" + percent_encode(*position) + "/revert",
                                     boost::json::object{{"dry_run", *dry_run}, {"only_this_event", *only}}));
            print_result(context->format, answer.body, summary_of(answer.body));
            return {};
        });
    revert->add_option("POSITION", *position, "Of the event, as histories and `bifrost watch` show it")
        ->required();
    revert->add_flag("--dry-run", *dry_run, "Only tell what would be done");
    revert->add_flag("--only-this-event", *only, "Not what was changed along with it");
}

void add_trash(CLI::App& app, const ContextPtr& context) {
    add_command(app, context, "trash", "List what is archived in a project", [context]() -> Result<> {
        BIFROST_ASSIGN(const std::string project, context->get_project());
        BIFROST_ASSIGN(Api * api, context->api());
        ListPrinter printer{context->format,
                            {{"ARCHIVED", "archived_at"},
                             {"KIND", "kind"},
                             {"CODE", "code"},
                             {"NAME", "name"},
                             {"ID", "id"}}};
        BIFROST_CHECK(api->list("/projects/" + percent_encode(project) + "/trash", {{"limit", "1000"}},
                                [&](const auto& one) {
                                    printer.add(one);
                                    return true;
                                }));
        printer.finish();
        return {};
    });
}

} // namespace

void add_history_commands(CLI::App& app, const ContextPtr& context) {
    add_revert(app, context);
    add_trash(app, context);
}

} // namespace bifrost::client
