#include <optional>

#include <CLI/CLI.hpp>

#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"
#include "core/id.hpp"

namespace bifrost::client {
namespace {

/// The id of an entity: an address, or the id of anything (a task's too).
Result<std::string> entity_id(Context& context, const std::string& text) {
    if (Id::parse(text)) return text;
    BIFROST_ASSIGN(const Location location, locate(context, text, {}));
    return location.id;
}

void add_list(CLI::App& noun, const ContextPtr& context) {
    const auto entity = std::make_shared<std::string>();
    const auto open = std::make_shared<bool>(false);
    auto* list = add_command(
        noun, context, "list", "List the comments on an entity", [context, entity, open]() -> Result<> {
            BIFROST_ASSIGN(const std::string id, entity_id(*context, *entity));
            BIFROST_ASSIGN(Api * api, context->api());
            Query query{{"entity_id", id}, {"limit", "1000"}};
            if (*open) query.emplace_back("resolved", "false");
            ListPrinter printer{context->format,
                                {{"AT", "created_at"}, {"FRAME", "frame"}, {"TEXT", "text"}, {"ID", "id"}}};
            BIFROST_CHECK(api->list("/comments", query, [&](const auto& one) {
                printer.add(one);
                return true;
            }));
            printer.finish();
            return {};
        });
    list->add_option("ENTITY", *entity, "An address, or the id of an entity or a task")->required();
    list->add_flag("--open", *open, "Only those that are not resolved");
}

void add_create(CLI::App& noun, const ContextPtr& context) {
    const auto entity = std::make_shared<std::string>();
    const auto text = std::make_shared<std::string>();
    const auto reply_to = std::make_shared<std::string>();
    const auto frame = std::make_shared<std::optional<int>>();
    auto* create = add_command(noun, context, "create", "Comment on an entity",
                               [context, entity, text, reply_to, frame]() -> Result<> {
                                   BIFROST_ASSIGN(const std::string id, entity_id(*context, *entity));
                                   boost::json::object body{{"entity_id", id}, {"text", *text}};
                                   if (!reply_to->empty()) body["reply_to"] = *reply_to;
                                   if (*frame) body["frame"] = **frame;
                                   BIFROST_ASSIGN(Api * api, context->api());
                                   BIFROST_ASSIGN(const Answer answer, api->post("/comments", body));
                                   print_result(context->format, answer.body, "Commented on " + *entity);
                                   return {};
                               });
    create->add_option("ENTITY", *entity, "An address, or the id of an entity or a task")->required();
    create->add_option("TEXT", *text, "Markdown; @code mentions somebody")->required();
    create->add_option("--reply-to", *reply_to, "The id of the comment that is answered");
    create->add_option("--frame", *frame, "The frame that it is about");
}

void add_resolve(CLI::App& noun, const ContextPtr& context) {
    const auto id = std::make_shared<std::string>();
    const auto again = std::make_shared<bool>(false);
    auto* resolve = add_command(
        noun, context, "resolve", "Mark a comment as resolved", [context, id, again]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer, api->patch("/comments/" + percent_encode(*id),
                                                           boost::json::object{{"resolved", !*again}}));
            print_result(context->format, answer.body, *again ? "It is open again" : "It is resolved");
            return {};
        });
    resolve->add_option("COMMENT", *id, "The comment's id")->required();
    resolve->add_flag("--reopen", *again, "Open it again");
}

void add_inbox(CLI::App& app, const ContextPtr& context) {
    const auto all = std::make_shared<bool>(false);
    const auto done = std::make_shared<bool>(false);
    auto* inbox = add_command(
        app, context, "inbox", "List what you are told: mentions, answers, tasks",
        [context, all, done]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            if (*done) {
                BIFROST_ASSIGN(const Answer answer,
                               api->post("/me/notifications/read", boost::json::object{{"all", true}}));
                print_result(context->format, answer.body,
                             "Marked " + std::to_string(integer_or(answer.body, "changed", 0)) + " as read");
                return {};
            }
            Query query{{"limit", "1000"}};
            if (!*all) query.emplace_back("unread", "true");
            ListPrinter printer{context->format,
                                {{"AT", "created_at"},
                                 {"REASON", "reason"},
                                 {"KIND", "entity_kind"},
                                 {"ABOUT", "summary"},
                                 {"ENTITY", "entity_id"}}};
            BIFROST_CHECK(api->list("/me/notifications", query, [&](const auto& one) {
                printer.add(one);
                return true;
            }));
            printer.finish();
            return {};
        });
    inbox->add_flag("--all", *all, "What you have read too");
    inbox->add_flag("--done", *done, "Mark everything as read");
}

} // namespace

void add_comment_commands(CLI::App& app, const ContextPtr& context) {
    CLI::App* noun = add_noun(app, "comment", "Comments");
    add_list(*noun, context);
    add_create(*noun, context);
    add_resolve(*noun, context);
    add_inbox(app, context);
}

} // namespace bifrost::client
