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
    fields.json(command, "--cut-in", "cut_in", "First frame of the cut");
    fields.json(command, "--cut-out", "cut_out", "Last frame of the cut, part of it");
    fields.json(command, "--head-in", "head_in", "First frame that is made");
    fields.json(command, "--tail-out", "tail_out", "Last frame that is made");
    fields.json(command, "--handles", "handles", "Frames on each side of the cut");
    fields.text(command, "--fps", "fps", "A rate as a fraction, when it differs from the project's");
    fields.text(command, "--retime", "retime", "A speed as a fraction: 2, 1/2, -1");
    fields.json(command, "--order", "order", "Where it stands in its sequence");
    fields.json(command, "--metadata", "metadata", "A JSON object");
}

struct ListOptions {
    std::string sequence, query, sort;
    std::vector<std::string> statuses;
    std::size_t limit = 0;
    bool archived = false;
};

Result<Query> to_query(Context& context, const ListOptions& options) {
    Query query{
        {"limit", std::to_string(options.limit == 0 ? 1000 : std::min<std::size_t>(options.limit, 1000))}};
    if (!options.sequence.empty()) {
        BIFROST_ASSIGN(const Location location, locate(context, options.sequence, {"sequence", "episode"}));
        query.emplace_back(location.kind + "_id", location.id);
    }
    std::string statuses;
    for (const auto& status : options.statuses) (statuses += statuses.empty() ? "" : ",") += status;
    if (!statuses.empty()) query.emplace_back("status", statuses);
    if (!options.query.empty()) query.emplace_back("q", options.query);
    if (!options.sort.empty()) query.emplace_back("sort", options.sort);
    if (options.archived) query.emplace_back("archived", "include");
    return query;
}

void add_list(CLI::App& noun, const ContextPtr& context) {
    const auto options = std::make_shared<ListOptions>();
    auto* list =
        add_command(noun, context, "list", "List the shots of a project", [context, options]() -> Result<> {
            BIFROST_ASSIGN(const std::string project, context->get_project());
            BIFROST_ASSIGN(const Query query, to_query(*context, *options));
            BIFROST_ASSIGN(Api * api, context->api());
            ListPrinter printer{context->format,
                                {{"SEQUENCE", "sequence_code"},
                                 {"CODE", "code"},
                                 {"NAME", "name"},
                                 {"STATUS", "status"},
                                 {"CUT IN", "cut_in"},
                                 {"CUT OUT", "cut_out"}}};
            std::size_t count = 0;
            BIFROST_CHECK(
                api->list("/projects/" + percent_encode(project) + "/shots", query, [&](const auto& shot) {
                    printer.add(shot);
                    return ++count != options->limit;
                }));
            printer.finish();
            return {};
        });
    list->add_option("SEQUENCE", options->sequence, "Only the shots of this sequence or episode");
    list->add_option("--status", options->statuses, "Only these states")->delimiter(',');
    list->add_option("-q,--query", options->query, "Only what matches these words");
    list->add_option("--sort", options->sort,
                     "sequence, order, code, name, status, cut_in, …; - in front for descending");
    list->add_option("--limit", options->limit, "At most so many");
    list->add_flag("--archived", options->archived, "Archived ones too");
}

void add_create(CLI::App& noun, const ContextPtr& context) {
    const auto code = std::make_shared<std::string>();
    const auto sequence = std::make_shared<std::string>();
    const auto fields = std::make_shared<FieldOptions>();
    auto* create =
        add_command(noun, context, "create", "Make a shot", [context, code, sequence, fields]() -> Result<> {
            BIFROST_ASSIGN(boost::json::object body, fields->body());
            BIFROST_ASSIGN(const Location location, locate(*context, *sequence, {"sequence"}));
            BIFROST_ASSIGN(Api * api, context->api());
            body["code"] = *code;
            body["sequence_id"] = location.id;
            BIFROST_ASSIGN(const Answer answer,
                           api->post("/projects/" + location.project_id + "/shots", body));
            print_result(context->format, answer.body,
                         "Made the shot " + location.address + "/" + text_or(answer.body, "code", *code));
            return {};
        });
    create->add_option("--code,CODE", *code, "What stands in addresses")->required();
    create->add_option("--sequence", *sequence, "The address or id of its sequence")->required();
    add_fields(*fields, *create);
}

void add_create_many(CLI::App& noun, const ContextPtr& context) {
    const auto codes = std::make_shared<std::string>();
    const auto sequence = std::make_shared<std::string>();
    const auto handles = std::make_shared<int>(-1);
    auto* command = add_command(
        noun, context, "create-many", "Make many shots: 'sq010_sh0010…0100 by 10'",
        [context, codes, sequence, handles]() -> Result<> {
            boost::json::object body{{"codes", *codes}};
            if (*handles >= 0) body["handles"] = *handles;
            if (!sequence->empty()) {
                BIFROST_ASSIGN(const Location location, locate(*context, *sequence, {"sequence"}));
                body["sequence_id"] = location.id;
            }
            BIFROST_ASSIGN(const std::string project, context->get_project());
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer,
                           api->post("/projects/" + percent_encode(project) + "/shots/bulk", body));
            print_result(context->format, answer.body,
                         "Made " + std::to_string(array_of(answer.body, "data").size()) + " shots");
            return {};
        });
    command->add_option("CODES", *codes, "Ranges and codes, parted by commas: sh0010-0100 by 10, sh0115")
        ->required();
    command->add_option("--sequence", *sequence, "Their sequence, unless the codes name it");
    command->add_option("--handles", *handles, "Frames on each side of their cuts")
        ->check(CLI::Range(0, 100000));
}

void add_set(CLI::App& noun, const ContextPtr& context) {
    const auto address = std::make_shared<std::string>();
    const auto fields = std::make_shared<FieldOptions>();
    auto* set = add_command(noun, context, "set", "Change a shot", [context, address, fields]() -> Result<> {
        BIFROST_ASSIGN(const boost::json::object body, fields->body());
        if (body.empty())
            return usage_error("Nothing to set. See `bifrost shot set --help`; the status changes with "
                               "`bifrost shot status`.");
        BIFROST_ASSIGN(const Location location, locate(*context, *address, {"shot"}));
        BIFROST_ASSIGN(Api * api, context->api());
        BIFROST_ASSIGN(const Answer answer, api->patch(entity_path(location), body));
        print_result(context->format, answer.body, "Changed " + location.address);
        return {};
    });
    set->add_option("ADDRESS", *address, "The shot's address or id")->required();
    add_fields(*fields, *set);
    fields->text(*set, "--code", "code", "A new code; addresses change with it");
}

} // namespace

void add_shot_commands(CLI::App& app, const ContextPtr& context) {
    CLI::App* noun = add_noun(app, "shot", "Shots");
    add_list(*noun, context);
    add_create(*noun, context);
    add_create_many(*noun, context);
    add_set(*noun, context);
    add_entity_verbs(*noun, context, "shot");
    add_casting_verbs(*noun, context);
}

} // namespace bifrost::client
