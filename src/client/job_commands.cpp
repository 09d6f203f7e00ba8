#include <thread>

#include <CLI/CLI.hpp>

#include "client/nouns.hpp"
#include "client/transport/interruption.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

std::string job_path(const std::string& id) { return "/jobs/" + percent_encode(id); }

void add_list(CLI::App& noun, const ContextPtr& context) {
    struct Options {
        std::string state, kind;
        std::size_t limit = 100;
    };
    const auto options = std::make_shared<Options>();
    auto* list =
        add_command(noun, context, "list", "List jobs, the newest first", [context, options]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            Query query{{"limit", std::to_string(std::min<std::size_t>(options->limit, 1000))}};
            if (!options->state.empty()) query.emplace_back("state", options->state);
            if (!options->kind.empty()) query.emplace_back("kind", options->kind);
            if (const auto project = context->get_project()) query.emplace_back("project", *project);
            ListPrinter printer{context->format,
                                {{"ID", "id"},
                                 {"KIND", "kind"},
                                 {"STATE", "state"},
                                 {"PROGRESS", "progress"},
                                 {"ATTEMPTS", "attempts"},
                                 {"ERROR", "error"}}};
            std::size_t count = 0;
            BIFROST_CHECK(api->list("/jobs", query, [&](const auto& job) {
                printer.add(job);
                return ++count < options->limit;
            }));
            printer.finish();
            return {};
        });
    list->add_option("--state", options->state,
                     "queued, running, done, failed, dead or cancelled; several with commas");
    list->add_option("--kind", options->kind, "Only jobs of this kind");
    list->add_option("--limit", options->limit, "At most so many (default 100)")->check(CLI::PositiveNumber);
}

bool is_over(const std::string& state) { return state == "done" || state == "dead" || state == "cancelled"; }

/// Asks until the job has ended, less and less often.
Result<boost::json::value> wait_for(Api& api, const std::string& id, std::chrono::seconds most) {
    const auto end = std::chrono::steady_clock::now() + most;
    auto pause = std::chrono::milliseconds{50};
    while (true) {
        BIFROST_ASSIGN(Answer answer, api.get(job_path(id)));
        if (is_over(text_or(answer.body, "state", ""))) return std::move(answer.body);
        if (interrupted()) return Error{Errc::unavailable, "Interrupted; the job goes on."};
        if (most.count() > 0 && std::chrono::steady_clock::now() > end)
            return Error{Errc::unavailable,
                         "The job has not ended within " + std::to_string(most.count()) + " seconds."};
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds{1000});
    }
}

void add_wait(CLI::App& noun, const ContextPtr& context) {
    const auto ids = std::make_shared<std::vector<std::string>>();
    const auto seconds = std::make_shared<int>(0);
    auto* wait = add_command(
        noun, context, "wait", "Wait until jobs have ended; fails when one didn't succeed",
        [context, ids, seconds]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            std::string failed;
            ListPrinter printer{context->format,
                                {{"ID", "id"}, {"KIND", "kind"}, {"STATE", "state"}, {"ERROR", "error"}}};
            for (const auto& id : *ids) {
                BIFROST_ASSIGN(const boost::json::value job,
                               wait_for(*api, id, std::chrono::seconds{*seconds}));
                printer.add(job);
                const std::string state = text_or(job, "state", "");
                if (state != "done" && failed.empty())
                    failed = "The job " + id + " is " + state + ": " +
                             text_or(job, "error", "no reason was given");
            }
            printer.finish();
            if (!failed.empty()) return Error{Errc::conflict, failed};
            return {};
        });
    wait->add_option("ID", *ids, "The jobs")->required();
    wait->add_option("--seconds", *seconds, "Give up after so long")->check(CLI::PositiveNumber);
}

} // namespace

void add_job_commands(CLI::App& app, const ContextPtr& context) {
    CLI::App* noun = add_noun(app, "job", "Work in the background");
    add_list(*noun, context);
    const auto id = std::make_shared<std::string>();
    auto* show = add_command(*noun, context, "show", "Show one job", [context, id]() -> Result<> {
        BIFROST_ASSIGN(Api * api, context->api());
        BIFROST_ASSIGN(const Answer answer, api->get(job_path(*id)));
        print_object(context->format, answer.body);
        return {};
    });
    auto* retry =
        add_command(*noun, context, "retry", "Queue a job that failed again", [context, id]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer, api->post(job_path(*id) + "/retry", nullptr));
            print_result(context->format, answer.body,
                         "The job " + *id + " is " + text_or(answer.body, "state", "queued"));
            return {};
        });
    auto* cancel = add_command(*noun, context, "cancel", "Stop a job", [context, id]() -> Result<> {
        BIFROST_ASSIGN(Api * api, context->api());
        BIFROST_ASSIGN(const Answer answer, api->post(job_path(*id) + "/cancel", nullptr));
        const std::string state = text_or(answer.body, "state", "cancelled");
        print_result(context->format, answer.body,
                     "The job " + *id + (state == "running" ? " was asked to stop" : " is " + state));
        return {};
    });
    for (auto* command : {show, retry, cancel}) command->add_option("ID", *id, "The job")->required();
    add_wait(*noun, context);
}

} // namespace bifrost::client
