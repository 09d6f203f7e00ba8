#include <CLI/CLI.hpp>

#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

Result<> list_transitions(Context& context, const Location& location) {
    BIFROST_ASSIGN(Api * api, context.api());
    BIFROST_ASSIGN(const Answer answer, api->get(entity_path(location) + "/transitions"));
    if (context.format != Format::table) {
        print_object(context.format, answer.body);
        return {};
    }
    print_result(context.format, answer.body,
                 location.address + " is " + text_or(answer.body, "status", "-"));
    ListPrinter printer{Format::table,
                        {{"TO", "to"}, {"NAME", "name"}, {"OPEN", "open"}, {"WHY NOT", "why_not"}}};
    for (const auto& one : array_of(answer.body, "data")) printer.add(one);
    printer.finish();
    return {};
}

Result<> change_status(Context& context, const Location& location, const std::string& to,
                       const std::string& comment) {
    BIFROST_ASSIGN(Api * api, context.api());
    boost::json::object body{{"to", to}};
    if (!comment.empty()) body["comment"] = comment;
    BIFROST_ASSIGN(const Answer answer, api->post(entity_path(location) + "/transitions", body));
    print_result(context.format, answer.body, location.address + " is " + text_or(answer.body, "status", to));
    return {};
}

} // namespace

void add_entity_verbs(CLI::App& noun, const ContextPtr& context, const std::string& kind) {
    const auto address = std::make_shared<std::string>();
    const std::string what = "The " + kind + "'s address or id";

    auto* show =
        add_command(noun, context, "show", "Show one " + kind, [context, address, kind]() -> Result<> {
            BIFROST_ASSIGN(const Location location, locate(*context, *address, {kind}));
            print_object(context->format, location.entity);
            return {};
        });
    show->add_option("ADDRESS", *address, what)->required();

    auto* archive =
        add_command(noun, context, "archive", "Put a " + kind + " away; it can be restored",
                    [context, address, kind]() -> Result<> {
                        BIFROST_ASSIGN(const Location location, locate(*context, *address, {kind}));
                        BIFROST_ASSIGN(Api * api, context->api());
                        BIFROST_ASSIGN(const Answer answer, api->remove(entity_path(location)));
                        print_result(context->format, answer.body, location.address + " is archived");
                        return {};
                    });
    archive->add_option("ADDRESS", *address, what)->required();

    auto* restore = add_command(
        noun, context, "restore", "Bring an archived " + kind + " back",
        [context, address, kind]() -> Result<> {
            BIFROST_ASSIGN(const Location location, locate(*context, *address, {kind}));
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer, api->post(entity_path(location) + "/restore", nullptr));
            print_result(context->format, answer.body, location.address + " is back");
            return {};
        });
    restore->add_option("ADDRESS", *address, what)->required();

    if (kind != "asset" && kind != "shot" && kind != "version") return; // has no workflow
    const auto to = std::make_shared<std::string>();
    const auto comment = std::make_shared<std::string>();
    auto* status = add_command(
        noun, context, "status", "Show where a " + kind + " may go in its workflow, or move it there",
        [context, address, kind, to, comment]() -> Result<> {
            BIFROST_ASSIGN(const Location location, locate(*context, *address, {kind}));
            return to->empty() ? list_transitions(*context, location)
                               : change_status(*context, location, *to, *comment);
        });
    status->add_option("ADDRESS", *address, what)->required();
    status->add_option("TO", *to, "The state to move to");
    status->add_option("-m,--comment", *comment, "Why");
}

void add_impact_verb(CLI::App& noun, const ContextPtr& context, const std::string& kind) {
    const auto address = std::make_shared<std::string>();
    const auto depth = std::make_shared<int>(0);
    auto* impact = add_command(
        noun, context, "impact", "List what uses this " + kind + ", through every level",
        [context, address, depth, kind]() -> Result<> {
            BIFROST_ASSIGN(const Location location, locate(*context, *address, {kind}));
            BIFROST_ASSIGN(Api * api, context->api());
            Query query;
            if (*depth > 0) query.emplace_back("depth", std::to_string(*depth));
            BIFROST_ASSIGN(const Answer answer, api->get(entity_path(location) + "/impact", query));
            if (context->format == Format::json) {
                print_object(Format::json, answer.body);
                return {};
            }
            ListPrinter printer{context->format,
                                {{"ADDRESS", "address"},
                                 {"KIND", "kind"},
                                 {"NAME", "name"},
                                 {"DEPTH", "depth"},
                                 {"VIA", "via"}}};
            for (const auto& one : array_of(answer.body, "data")) printer.add(one);
            printer.finish();
            if (boolean_or(answer.body, "truncated", false))
                print_warning("There are more than could be listed.");
            return {};
        });
    impact->add_option("ADDRESS", *address, "The " + kind + "'s address or id")->required();
    impact->add_option("--depth", *depth, "How many levels")->check(CLI::Range(1, 1000));
}

} // namespace bifrost::client
