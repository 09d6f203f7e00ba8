#include <thread>

#include <CLI/CLI.hpp>

#include "client/nouns.hpp"
#include "client/transport/interruption.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

struct EventOptions {
    std::string since, kinds;
    std::size_t limit = 0;
    double seconds = 1;
};

Query to_query(const Context& context, const EventOptions& options, const std::string& since) {
    Query query{{"limit", "1000"}};
    if (!since.empty()) query.emplace_back("since", since);
    if (!options.kinds.empty()) query.emplace_back("kinds", options.kinds);
    if (const auto project = context.get_project()) query.emplace_back("project", *project);
    return query;
}

const std::vector<Column>& columns() {
    static const std::vector<Column> shown{{"AT", "at"},
                                           {"ACTOR", "actor.code"},
                                           {"ACTION", "action"},
                                           {"KIND", "entity_kind"},
                                           {"ENTITY", "entity_id"},
                                           {"POSITION", "position"}};
    return shown;
}

Result<> list_events(Context& context, const EventOptions& options) {
    BIFROST_ASSIGN(Api * api, context.api());
    ListPrinter printer{context.format, columns()};
    std::string since = options.since;
    std::size_t count = 0;
    while (!interrupted()) {
        BIFROST_ASSIGN(const Answer page, api->get("/events", to_query(context, options, since)));
        for (const auto& event : array_of(page.body, "data")) {
            printer.add(event);
            if (++count == options.limit) break;
        }
        const auto next = find_text(page.body, "next_cursor");
        if (!next || (options.limit > 0 && count >= options.limit)) break;
        since = *next;
    }
    printer.finish();
    return {};
}

/// The end of the log: what lies before it is passed over.
Result<std::string> newest_position(Api& api, const Context& context, const EventOptions& options) {
    std::string since;
    while (true) {
        BIFROST_ASSIGN(const Answer page, api.get("/events", to_query(context, options, since)));
        since = text_or(page.body, "position", since);
        if (!find_text(page.body, "next_cursor") || interrupted()) return since;
    }
}

Result<> watch(Context& context, const EventOptions& options) {
    BIFROST_ASSIGN(Api * api, context.api());
    std::string since = options.since;
    if (since.empty()) {
        BIFROST_ASSIGN(since, newest_position(*api, context, options));
    }
    std::size_t count = 0;
    while (!interrupted()) {
        BIFROST_ASSIGN(const Answer page, api->get("/events", to_query(context, options, since)));
        for (const auto& event : array_of(page.body, "data")) {
            std::string line;
            for (const auto& column : columns())
                (line += line.empty() ? "" : "  ") += cell_text(find_path(event, column.path));
            print_result(context.format, event, line);
            std::fflush(stdout);
            if (++count == options.limit) return {};
        }
        since = text_or(page.body, "position", since);
        if (find_text(page.body, "next_cursor")) continue;
        const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(options.seconds);
        while (std::chrono::steady_clock::now() < until && !interrupted())
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return {};
}

} // namespace

void add_event_commands(CLI::App& app, const ContextPtr& context) {
    const auto options = std::make_shared<EventOptions>();
    auto* list = add_command(app, context, "events", "List what happened, oldest first",
                             [context, options] { return list_events(*context, *options); });
    auto* follow = add_command(app, context, "watch", "Show what happens, until Ctrl-C",
                               [context, options] { return watch(*context, *options); });
    for (auto* command : {list, follow}) {
        command->add_option("--since", options->since, "Only what came after this position");
        command->add_option("--kinds", options->kinds,
                            "Kinds of entity or actions, such as asset,version.published");
        command->add_option("--limit", options->limit, "Stop after so many");
    }
    follow->add_option("--interval", options->seconds, "Ask every so many seconds")
        ->check(CLI::Range(0.1, 3600.0));
}

} // namespace bifrost::client
