#include <CLI/CLI.hpp>

#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

std::string webhook_path(const std::string& id) { return "/webhooks/" + percent_encode(id); }

/// Shown this once: what is lost must be made anew.
void print_secret(const Context& context, const boost::json::value& hook, const std::string& line) {
    print_result(context.format, hook,
                 line + "\nIts secret, which is not shown again: " + text_or(hook, "secret", "-"));
}

struct HookOptions {
    std::string id, name, url;
    std::vector<std::string> events;
    bool site = false;
    bool everything = false;
};

boost::json::array texts_of(const std::vector<std::string>& texts) {
    return boost::json::array(texts.begin(), texts.end());
}

void add_list(CLI::App& noun, const ContextPtr& context) {
    add_command(noun, context, "list", "List webhooks, of the project when one is named",
                [context]() -> Result<> {
                    BIFROST_ASSIGN(Api * api, context->api());
                    Query query{{"limit", "1000"}};
                    if (const auto project = context->get_project()) query.emplace_back("project", *project);
                    ListPrinter printer{context->format,
                                        {{"ID", "id"},
                                         {"NAME", "name"},
                                         {"STATE", "state"},
                                         {"EVENTS", "events"},
                                         {"URL", "url"},
                                         {"WHY", "disabled_reason"}}};
                    BIFROST_CHECK(api->list("/webhooks", query, [&](const auto& one) {
                        printer.add(one);
                        return true;
                    }));
                    printer.finish();
                    return {};
                });
}

void add_create(CLI::App& noun, const ContextPtr& context) {
    const auto options = std::make_shared<HookOptions>();
    auto* create = add_command(
        noun, context, "create", "Have what happens in the project told to a server",
        [context, options]() -> Result<> {
            boost::json::object body{{"name", options->name}, {"url", options->url}};
            if (!options->events.empty()) body["events"] = texts_of(options->events);
            if (!options->site) {
                BIFROST_ASSIGN(const std::string project, context->get_project());
                body["project_id"] = project;
            }
            BIFROST_ASSIGN(Api * api, context->api());
            // Without a key: the answer has a secret, which must not be kept to be given again.
            BIFROST_ASSIGN(const Answer answer, api->post("/webhooks", body, Repeat::never));
            print_secret(*context, answer.body, "Made the webhook " + text_or(answer.body, "id", "-"));
            return {};
        });
    create->add_option("URL", options->url, "Where to, such as https://hooks.example.com/bifrost")
        ->required();
    create->add_option("--name", options->name, "For people")->required();
    create
        ->add_option("--event", options->events,
                     "A kind (asset) or an action (version.published); several; everything without")
        ->delimiter(',');
    create->add_flag("--site", options->site, "Of the whole site instead of a project");
}

void add_set(CLI::App& noun, const ContextPtr& context) {
    const auto options = std::make_shared<HookOptions>();
    auto* set = add_command(noun, context, "set", "Change a webhook", [context, options]() -> Result<> {
        boost::json::object body;
        if (!options->name.empty()) body["name"] = options->name;
        if (!options->url.empty()) body["url"] = options->url;
        if (!options->events.empty()) body["events"] = texts_of(options->events);
        if (options->everything) body["events"] = boost::json::array{};
        if (body.empty()) return usage_error("Nothing to set: give --name, --to, --event or --everything.");
        BIFROST_ASSIGN(Api * api, context->api());
        BIFROST_ASSIGN(const Answer answer, api->patch(webhook_path(options->id), body));
        print_result(context->format, answer.body, "Changed " + text_or(answer.body, "name", options->id));
        return {};
    });
    set->add_option("WEBHOOK", options->id, "The webhook's id")->required();
    set->add_option("--name", options->name, "For people");
    set->add_option("--to", options->url, "Where to");
    set->add_option("--event", options->events, "A kind or an action; several")->delimiter(',');
    set->add_flag("--everything", options->everything, "Tell everything");
}

/// A verb with the webhook's id alone.
void add_verb(CLI::App& noun, const ContextPtr& context, const std::string& name, const std::string& help,
              std::function<Result<>(Api&, const std::string& id)> act) {
    const auto id = std::make_shared<std::string>();
    auto* verb = add_command(noun, context, name, help, [context, id, act = std::move(act)]() -> Result<> {
        BIFROST_ASSIGN(Api * api, context->api());
        return act(*api, *id);
    });
    verb->add_option("WEBHOOK", *id, "The webhook's id")->required();
}

void add_verbs(CLI::App& noun, const ContextPtr& context) {
    add_verb(noun, context, "show", "Show one webhook",
             [context](Api& api, const std::string& id) -> Result<> {
                 BIFROST_ASSIGN(const Answer answer, api.get(webhook_path(id)));
                 print_object(context->format, answer.body);
                 return {};
             });
    const auto set_state = [&](const std::string& name, const std::string& help, const std::string& state) {
        add_verb(noun, context, name, help, [context, state](Api& api, const std::string& id) -> Result<> {
            BIFROST_ASSIGN(const Answer answer,
                           api.patch(webhook_path(id), boost::json::object{{"state", state}}));
            print_result(context->format, answer.body, text_or(answer.body, "name", id) + " is " + state);
            return {};
        });
    };
    set_state("pause", "Deliver nothing for now; it goes on where it was", "paused");
    set_state("enable", "Deliver again", "enabled");
    add_verb(noun, context, "delete", "Delete a webhook for good, with its deliveries",
             [context](Api& api, const std::string& id) -> Result<> {
                 BIFROST_ASSIGN(const Answer answer, api.remove(webhook_path(id)));
                 print_result(context->format, boost::json::object{{"deleted", id}}, "Deleted " + id);
                 return {};
             });
    add_verb(noun, context, "rotate-secret", "Give it another secret; the old one signs too for a day",
             [context](Api& api, const std::string& id) -> Result<> {
                 BIFROST_ASSIGN(const Answer answer,
                                api.post(webhook_path(id) + "/rotate-secret", nullptr, Repeat::never));
                 print_secret(*context, answer.body,
                              "Gave " + text_or(answer.body, "name", id) + " another secret");
                 return {};
             });
    add_verb(noun, context, "ping", "Send it something that means nothing",
             [context](Api& api, const std::string& id) -> Result<> {
                 BIFROST_ASSIGN(const Answer answer, api.post(webhook_path(id) + "/ping", nullptr));
                 print_result(context->format, answer.body,
                              "Sent as the delivery " + text_or(answer.body, "id", "-"));
                 return {};
             });
}

void add_deliveries(CLI::App& noun, const ContextPtr& context) {
    struct Options {
        std::string id, delivery, state;
        std::size_t limit = 100;
    };
    const auto options = std::make_shared<Options>();
    auto* list = add_command(
        noun, context, "deliveries", "List what a webhook was told, the newest first",
        [context, options]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            Query query{{"limit", std::to_string(std::min<std::size_t>(options->limit, 1000))}};
            if (!options->state.empty()) query.emplace_back("state", options->state);
            ListPrinter printer{context->format,
                                {{"AT", "created_at"},
                                 {"EVENT", "action"},
                                 {"STATE", "state"},
                                 {"ATTEMPTS", "attempts"},
                                 {"STATUS", "status"},
                                 {"ERROR", "error"},
                                 {"ID", "id"}}};
            std::size_t count = 0;
            BIFROST_CHECK(api->list(webhook_path(options->id) + "/deliveries", query, [&](const auto& one) {
                printer.add(one);
                return ++count < options->limit;
            }));
            printer.finish();
            return {};
        });
    list->add_option("WEBHOOK", options->id, "The webhook's id")->required();
    list->add_option("--state", options->state, "waiting, delivered or failed");
    list->add_option("--limit", options->limit, "At most so many (default 100)")->check(CLI::PositiveNumber);

    const auto path = [options] {
        return webhook_path(options->id) + "/deliveries/" + percent_encode(options->delivery);
    };
    auto* show = add_command(noun, context, "delivery", "Show one delivery with its attempts",
                             [context, path]() -> Result<> {
                                 BIFROST_ASSIGN(Api * api, context->api());
                                 BIFROST_ASSIGN(const Answer answer, api->get(path()));
                                 print_object(context->format, answer.body);
                                 return {};
                             });
    auto* again =
        add_command(noun, context, "redeliver", "Send a delivery again", [context, path]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer, api->post(path() + "/redeliver", nullptr));
            print_result(context->format, answer.body, "It is sent again");
            return {};
        });
    for (auto* command : {show, again}) {
        command->add_option("WEBHOOK", options->id, "The webhook's id")->required();
        command->add_option("DELIVERY", options->delivery, "The delivery's id")->required();
    }
}

} // namespace

void add_webhook_commands(CLI::App& app, const ContextPtr& context) {
    CLI::App* noun = add_noun(app, "webhook", "What happens, told to servers outside");
    add_list(*noun, context);
    add_create(*noun, context);
    add_set(*noun, context);
    add_verbs(*noun, context);
    add_deliveries(*noun, context);
}

} // namespace bifrost::client
