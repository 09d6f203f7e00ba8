// Sequences and episodes: the folders of a film.

#include <CLI/CLI.hpp>

#include "client/field_options.hpp"
#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

void add_fields(FieldOptions& fields, CLI::App& command) {
    fields.text(command, "--name", "name", "For people");
    fields.text(command, "--description", "description", "A few sentences");
    fields.json(command, "--order", "order", "Where it stands among its like");
    fields.json(command, "--metadata", "metadata", "A JSON object");
}

void add_list(CLI::App& noun, const ContextPtr& context, const std::string& kind) {
    const auto archived = std::make_shared<bool>(false);
    auto* list =
        add_command(noun, context, "list", "List the " + kind + "s of a project",
                    [context, archived, kind]() -> Result<> {
                        BIFROST_ASSIGN(const std::string project, context->get_project());
                        BIFROST_ASSIGN(Api * api, context->api());
                        std::vector<Column> columns{{"CODE", "code"}, {"NAME", "name"}, {"ORDER", "order"}};
                        if (kind == "sequence") columns.insert(columns.begin(), {"EPISODE", "episode_code"});
                        ListPrinter printer{context->format, columns};
                        Query query{{"limit", "1000"}};
                        if (*archived) query.emplace_back("archived", "include");
                        BIFROST_CHECK(api->list("/projects/" + percent_encode(project) + "/" + kind + "s",
                                                query, [&](const auto& one) {
                                                    printer.add(one);
                                                    return true;
                                                }));
                        printer.finish();
                        return {};
                    });
    list->add_flag("--archived", *archived, "Archived ones too");
}

void add_create(CLI::App& noun, const ContextPtr& context, const std::string& kind) {
    const auto code = std::make_shared<std::string>();
    const auto episode = std::make_shared<std::string>();
    const auto fields = std::make_shared<FieldOptions>();
    auto* create = add_command(
        noun, context, "create", "Make one", [context, code, episode, fields, kind]() -> Result<> {
            BIFROST_ASSIGN(boost::json::object body, fields->body());
            BIFROST_ASSIGN(std::string project, context->get_project());
            if (!episode->empty()) {
                BIFROST_ASSIGN(const Location location, locate(*context, *episode, {"episode"}));
                body["episode_id"] = location.id;
            }
            body["code"] = *code;
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer,
                           api->post("/projects/" + percent_encode(project) + "/" + kind + "s", body));
            print_result(context->format, answer.body,
                         "Made the " + kind + " " + text_or(answer.body, "code", *code));
            return {};
        });
    create->add_option("--code,CODE", *code, "What stands in addresses")->required();
    if (kind == "sequence") create->add_option("--episode", *episode, "The address or id of its episode");
    add_fields(*fields, *create);
}

void add_set(CLI::App& noun, const ContextPtr& context, const std::string& kind) {
    const auto address = std::make_shared<std::string>();
    const auto fields = std::make_shared<FieldOptions>();
    auto* set =
        add_command(noun, context, "set", "Change one", [context, address, fields, kind]() -> Result<> {
            BIFROST_ASSIGN(const boost::json::object body, fields->body());
            if (body.empty()) return usage_error("Nothing to set. See `bifrost " + kind + " set --help`.");
            BIFROST_ASSIGN(const Location location, locate(*context, *address, {kind}));
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer, api->patch(entity_path(location), body));
            print_result(context->format, answer.body, "Changed " + location.address);
            return {};
        });
    set->add_option("ADDRESS", *address, "Its address or id")->required();
    add_fields(*fields, *set);
    fields->text(*set, "--code", "code", "A new code; addresses change with it");
}

void add_renumber(CLI::App& noun, const ContextPtr& context) {
    const auto address = std::make_shared<std::string>();
    const auto dry_run = std::make_shared<bool>(false);
    const auto fields = std::make_shared<FieldOptions>();
    auto* renumber = add_command(
        noun, context, "renumber", "Give the shots of a sequence new codes in their order",
        [context, address, dry_run, fields]() -> Result<> {
            BIFROST_ASSIGN(boost::json::object body, fields->body());
            if (*dry_run) body["dry_run"] = true;
            BIFROST_ASSIGN(const Location location, locate(*context, *address, {"sequence"}));
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer, api->post(entity_path(location) + "/renumber", body));
            if (context->format == Format::json) {
                print_object(Format::json, answer.body);
                return {};
            }
            ListPrinter printer{context->format, {{"FROM", "from"}, {"TO", "to"}}};
            for (const auto& one : array_of(answer.body, "data")) printer.add(one);
            printer.finish();
            return {};
        });
    renumber->add_option("ADDRESS", *address, "The sequence's address or id")->required();
    fields->text(*renumber, "--prefix", "prefix", "What stands before the number; sh unless said otherwise");
    fields->json(*renumber, "--first", "first", "The first number; 10 unless said otherwise");
    fields->json(*renumber, "--step", "step", "From one to the next; 10 unless said otherwise");
    fields->json(*renumber, "--width", "width", "Digits; 4 unless said otherwise");
    renumber->add_flag("--dry-run", *dry_run, "Only show what would change");
}

CLI::App* add_noun_of(CLI::App& app, const ContextPtr& context, const std::string& kind,
                      const std::string& description) {
    CLI::App* noun = add_noun(app, kind, description);
    add_list(*noun, context, kind);
    add_create(*noun, context, kind);
    add_set(*noun, context, kind);
    add_entity_verbs(*noun, context, kind);
    return noun;
}

} // namespace

void add_sequence_commands(CLI::App& app, const ContextPtr& context) {
    add_renumber(*add_noun_of(app, context, "sequence", "Sequences"), context);
}

void add_episode_commands(CLI::App& app, const ContextPtr& context) {
    add_noun_of(app, context, "episode", "Episodes");
}

} // namespace bifrost::client
