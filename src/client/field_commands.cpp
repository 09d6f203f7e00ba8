// field list, show, create, set, archive, restore.

#include <CLI/CLI.hpp>

#include "client/field_options.hpp"
#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

void add_fields(FieldOptions& fields, CLI::App& command) {
    fields.text(command, "--name", "name", "For people");
    fields.text(command, "--description", "description", "A few sentences");
    fields.json(command, "--choices", "choices", "A JSON list, of the types choice and choices");
    fields.json(command, "--default", "default_value", "A JSON value");
    fields.json(command, "--required", "required", "true or false");
    fields.json(command, "--inherits", "inherits", "true: without a value it has that of what it lies under");
    fields.json(command, "--visible-to", "visible_to", "A JSON list of roles; [] for everybody");
    fields.json(command, "--editable-by", "editable_by",
                "A JSON list of roles; [] for whoever may change the entity");
    fields.json(command, "--order", "order", "Where it stands among the others");
}

void add_list(CLI::App& noun, const ContextPtr& context) {
    const auto archived = std::make_shared<bool>(false);
    auto* list =
        add_command(noun, context, "list", "List the fields of a project", [context, archived]() -> Result<> {
            BIFROST_ASSIGN(const std::string project, context->get_project());
            BIFROST_ASSIGN(Api * api, context->api());
            Query query;
            if (*archived) query.emplace_back("archived", "include");
            BIFROST_ASSIGN(const Answer answer,
                           api->get("/projects/" + percent_encode(project) + "/fields", query));
            ListPrinter printer{context->format,
                                {{"ID", "id"},
                                 {"OF", "entity_kind"},
                                 {"KEY", "key"},
                                 {"TYPE", "type"},
                                 {"INHERITS", "inherits"},
                                 {"VISIBLE TO", "visible_to"},
                                 {"EDITABLE BY", "editable_by"}}};
            for (const auto& field : array_of(answer.body, "data")) printer.add(field);
            printer.finish();
            return {};
        });
    list->add_flag("--archived", *archived, "Archived ones too");
}

void add_create(CLI::App& noun, const ContextPtr& context) {
    struct Options {
        std::string kind, key, type;
        bool site = false;
    };
    const auto options = std::make_shared<Options>();
    const auto fields = std::make_shared<FieldOptions>();
    auto* create =
        add_command(noun, context, "create", "Define a field", [context, options, fields]() -> Result<> {
            BIFROST_ASSIGN(boost::json::object body, fields->body());
            body["entity_kind"] = options->kind;
            body["key"] = options->key;
            body["type"] = options->type;
            std::string path = "/fields";
            if (!options->site) {
                BIFROST_ASSIGN(const std::string project, context->get_project());
                path = "/projects/" + percent_encode(project) + path;
            }
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer, api->post(path, body));
            print_result(context->format, answer.body,
                         "Made the field " + options->key + " (" + text_or(answer.body, "id", "") + ")");
            return {};
        });
    create->add_option("KEY", options->key, "What stands in metadata")->required();
    create->add_option("--kind", options->kind, "Of what")
        ->required()
        ->check(CLI::IsMember({"project", "episode", "sequence", "shot", "asset"}));
    create->add_option("--type", options->type, "Of which values")
        ->required()
        ->check(CLI::IsMember({"text", "integer", "number", "boolean", "date", "choice", "choices"}));
    create->add_flag("--site", options->site, "Of every project");
    add_fields(*fields, *create);
}

void add_set(CLI::App& noun, const ContextPtr& context) {
    const auto id = std::make_shared<std::string>();
    const auto fields = std::make_shared<FieldOptions>();
    auto* set = add_command(noun, context, "set", "Change a field", [context, id, fields]() -> Result<> {
        BIFROST_ASSIGN(const boost::json::object body, fields->body());
        if (body.empty()) return usage_error("Say what to change; see `bifrost field set --help`.");
        BIFROST_ASSIGN(Api * api, context->api());
        BIFROST_ASSIGN(const Answer answer, api->patch("/fields/" + percent_encode(*id), body));
        print_result(context->format, answer.body, "Changed the field " + text_or(answer.body, "key", *id));
        return {};
    });
    set->add_option("ID", *id, "The field's id (see `bifrost field list`)")->required();
    add_fields(*fields, *set);
}

void add_put_away(CLI::App& noun, const ContextPtr& context, const std::string& verb,
                  const std::string& what) {
    const auto id = std::make_shared<std::string>();
    auto* command = add_command(noun, context, verb, what, [context, id, verb]() -> Result<> {
        BIFROST_ASSIGN(Api * api, context->api());
        const std::string path = "/fields/" + percent_encode(*id);
        Answer answer;
        if (verb == "archive") {
            BIFROST_ASSIGN(answer, api->remove(path));
        } else {
            BIFROST_ASSIGN(answer, api->post(path + "/restore", nullptr));
        }
        print_result(context->format, answer.body, verb + "d " + text_or(answer.body, "key", *id));
        return {};
    });
    command->add_option("ID", *id, "The field's id")->required();
}

} // namespace

void add_field_commands(CLI::App& app, const ContextPtr& context) {
    CLI::App* noun = add_noun(app, "field", "Fields: what stands in metadata, and who sees it");
    add_list(*noun, context);
    add_create(*noun, context);
    add_set(*noun, context);
    add_put_away(*noun, context, "archive", "A field that binds nobody any more; its values stay");
    add_put_away(*noun, context, "restore", "Bring an archived field back");
}

} // namespace bifrost::client
