#include <thread>

#include <CLI/CLI.hpp>

#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transport/interruption.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

Result<std::string> folders_path(Context& context, std::string_view rest) {
    BIFROST_ASSIGN(const std::string project, context.get_project());
    return "/projects/" + percent_encode(project) + "/folders" + std::string(rest);
}

struct CreateOptions {
    std::vector<std::string> addresses, types;
    bool dry_run = false;
};

Result<> create(Context& context, const CreateOptions& options) {
    BIFROST_ASSIGN(const std::string path, folders_path(context, "/create"));
    BIFROST_ASSIGN(Api * api, context.api());
    boost::json::array items;
    for (const auto& address : options.addresses) {
        BIFROST_ASSIGN(const Location location, locate(context, address, {}));
        boost::json::object item{{"entity_id", location.id}};
        if (!options.types.empty()) {
            boost::json::array types;
            for (const auto& type : options.types) types.emplace_back(type);
            item["data_types"] = std::move(types);
        }
        items.push_back(std::move(item));
    }
    BIFROST_ASSIGN(const Answer answer, api->post(path, boost::json::object{{"items", std::move(items)},
                                                                            {"dry_run", options.dry_run}}));
    ListPrinter printer{context.format,
                        {{"TYPE", "data_type"}, {"MADE", "made"}, {"PATH", "path"}, {"ERROR", "error"}}};
    std::string failed;
    for (const auto& one : array_of(answer.body, "data")) {
        printer.add(one);
        if (const auto error = find_text(one, "error"); error && failed.empty()) failed = *error;
    }
    printer.finish();
    if (!failed.empty()) return Error{Errc::conflict, "Not every folder was made: " + failed};
    return {};
}

/// Asks until the job is over.
Result<> wait_for(Api& api, const std::string& job) {
    auto pause = std::chrono::milliseconds{20};
    while (true) {
        BIFROST_ASSIGN(const Answer answer, api.get("/jobs/" + percent_encode(job)));
        const std::string state = text_or(answer.body, "state", "");
        if (state == "done") return {};
        if (state == "dead" || state == "cancelled")
            return Error{Errc::conflict, "The job is " + state + ": " + text_or(answer.body, "error", "")};
        if (interrupted()) return Error{Errc::unavailable, "Interrupted; the job goes on."};
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds{1000});
    }
}

Result<> print_findings(Context& context, Api& api, const std::string& path, const std::string& state) {
    ListPrinter printer{
        context.format,
        {{"NUMBER", "number"}, {"STATE", "state"}, {"PATH", "path"}, {"EXPECTED", "expected_path"}}};
    Query query{{"limit", "1000"}};
    if (!state.empty()) query.emplace_back("state", state);
    BIFROST_CHECK(api.list(path, query, [&](const auto& one) {
        printer.add(one);
        return true;
    }));
    printer.finish();
    return {};
}

struct ScanOptions {
    std::string verify, state;
    bool no_wait = false;
};

Result<> scan(Context& context, const ScanOptions& options) {
    BIFROST_ASSIGN(const std::string path, folders_path(context, "/scan"));
    BIFROST_ASSIGN(Api * api, context.api());
    boost::json::object body;
    if (!options.verify.empty()) body["verify"] = options.verify;
    BIFROST_ASSIGN(const Answer asked, api->post(path, body));
    BIFROST_ASSIGN(const std::string id, get_text(asked.body, "id"));
    if (options.no_wait) {
        print_result(context.format, asked.body, "scan " + id + " was asked for");
        return {};
    }
    BIFROST_ASSIGN(const std::string job, get_text(asked.body, "job_id"));
    BIFROST_CHECK(wait_for(*api, job));
    BIFROST_ASSIGN(const Answer done, api->get(path + "/" + id, {{"limit", "1000"}}));
    if (context.format != Format::table) {
        print_object(context.format, done.body);
        return {};
    }
    BIFROST_CHECK(print_findings(context, *api, path + "/" + id, ""));
    std::string line = "scan " + id + ":";
    if (const auto* counts = find_member(done.body, "counts"); counts != nullptr && counts->is_object())
        for (const auto& count : counts->get_object())
            line +=
                " " + std::to_string(integer_or(*counts, count.key(), 0)) + " " + std::string(count.key());
    print_result(Format::table, {}, line);
    return {};
}

struct ReconcileOptions {
    std::string scan;
    std::vector<std::string> actions;
    std::vector<std::int64_t> findings;
    bool dry_run = false, links = false;
};

Result<> reconcile(Context& context, const ReconcileOptions& options) {
    BIFROST_ASSIGN(const std::string path, folders_path(context, "/scan/" + percent_encode(options.scan)));
    BIFROST_ASSIGN(Api * api, context.api());
    boost::json::object body{{"dry_run", options.dry_run}, {"links", options.links}};
    boost::json::object actions;
    for (const auto& action : options.actions) {
        const auto equals = action.find('=');
        if (equals == std::string::npos)
            return usage_error("--action takes STATE=ACTION, such as unknown=quarantine.");
        actions[action.substr(0, equals)] = action.substr(equals + 1);
    }
    if (!actions.empty()) body["actions"] = std::move(actions);
    if (!options.findings.empty()) {
        boost::json::array numbers;
        for (const auto number : options.findings) numbers.emplace_back(number);
        body["findings"] = std::move(numbers);
    }
    BIFROST_ASSIGN(const Answer planned, api->post(path + "/reconcile", body));
    const auto columns = std::vector<Column>{{"STATE", "state"}, {"ACTION", "action"}, {"PATH", "path"},
                                             {"TO", "to_path"},  {"ID", "id"},         {"DETAIL", "detail"}};
    ListPrinter printer{context.format, columns};
    const auto job = find_text(planned.body, "job_id");
    if (!job) {
        for (const auto& fix : array_of(planned.body, "data")) printer.add(fix);
        printer.finish();
        return {};
    }
    BIFROST_CHECK(wait_for(*api, *job));
    BIFROST_ASSIGN(const Answer fixes, api->get(path + "/fixes"));
    std::int64_t failed = 0;
    for (const auto& fix : array_of(fixes.body, "data")) {
        printer.add(fix);
        if (text_or(fix, "state", "") == "failed") ++failed;
    }
    printer.finish();
    if (failed > 0) return Error{Errc::conflict, std::to_string(failed) + " fixes failed."};
    return {};
}

void add_fixes(CLI::App& noun, const ContextPtr& context) {
    const auto options = std::make_shared<ReconcileOptions>();
    auto* fix = add_command(noun, context, "reconcile", "Bring disk and database together again after a scan",
                            [context, options] { return reconcile(*context, *options); });
    fix->add_option("SCAN", options->scan, "Id of the scan")->required();
    fix->add_option(
        "--action", options->actions,
        "STATE=ACTION: missing=restore, wrong_place=move, changed=restore, unknown=quarantine or adopt; "
        "without any the first three");
    fix->add_option("--finding", options->findings, "Only these findings, by number");
    fix->add_flag("--links", options->links, "Leave a link at the old place of what is moved");
    fix->add_flag("--dry-run", options->dry_run, "Show the plan and change nothing");

    const auto id = std::make_shared<std::string>();
    auto* undo = add_command(noun, context, "undo", "Undo one applied fix", [context, id]() -> Result<> {
        BIFROST_ASSIGN(const std::string path,
                       folders_path(*context, "/fixes/" + percent_encode(*id) + "/undo"));
        BIFROST_ASSIGN(Api * api, context->api());
        BIFROST_ASSIGN(const Answer answer, api->post(path, nullptr));
        print_result(context->format, answer.body, "undone: " + text_or(answer.body, "path", ""));
        return {};
    });
    undo->add_option("FIX", *id, "Id of the fix")->required();
}

} // namespace

void add_folder_disk_commands(CLI::App& noun, const ContextPtr& context) {
    const auto made = std::make_shared<CreateOptions>();
    auto* create_command =
        add_command(noun, context, "create", "Make the folders of entities on the shared file system",
                    [context, made] { return create(*context, *made); });
    create_command->add_option("ENTITY", made->addresses, "Addresses or ids")->required();
    create_command->add_option("--type", made->types, "work, published …; all when none is named");
    create_command->add_flag("--dry-run", made->dry_run, "Show where they would be");

    const auto options = std::make_shared<ScanOptions>();
    auto* scan_command =
        add_command(noun, context, "scan", "Compare the shared file system with the database",
                    [context, options] { return scan(*context, *options); });
    scan_command
        ->add_option("--verify", options->verify, "Whose bytes are read: changed (default), all, never")
        ->check(CLI::IsMember({"changed", "all", "never"}));
    scan_command->add_flag("--no-wait", options->no_wait, "Ask for it and go on");
    add_fixes(noun, context);
}

} // namespace bifrost::client
