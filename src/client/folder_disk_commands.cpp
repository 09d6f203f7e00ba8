#include <cstdio>
#include <thread>

#include <unistd.h>

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

/// A line on the terminal, from the second second on, with the time that is left at this rate.
class JobLine {
  public:
    explicit JobLine(std::string what) : what_(std::move(what)), is_terminal_(::isatty(STDERR_FILENO) == 1) {}
    JobLine(const JobLine&) = delete;
    JobLine& operator=(const JobLine&) = delete;
    ~JobLine() { clear(); }

    void draw(double progress) {
        const auto elapsed = std::chrono::steady_clock::now() - began_;
        if (!is_terminal_ || elapsed < std::chrono::seconds(1)) return;
        clear();
        std::string line = what_ + ": " + std::to_string(static_cast<int>(progress * 100)) + " %";
        if (progress > 0.01) {
            const auto seconds = std::chrono::duration<double>(elapsed).count();
            line += ", " + std::to_string(static_cast<int>(seconds * (1 - progress) / progress)) + " s left";
        }
        std::fputs(line.c_str(), stderr);
        std::fflush(stderr);
        is_drawn_ = true;
    }

  private:
    void clear() {
        if (is_drawn_) std::fputs("\r\x1b[K", stderr);
        is_drawn_ = false;
    }

    std::string what_;
    bool is_terminal_;
    bool is_drawn_ = false;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// Asks until the job is over.
Result<> wait_for(Api& api, const std::string& job, std::string what) {
    auto pause = std::chrono::milliseconds{20};
    JobLine line(std::move(what));
    while (true) {
        BIFROST_ASSIGN(const Answer answer, api.get("/jobs/" + percent_encode(job)));
        const std::string state = text_or(answer.body, "state", "");
        if (state == "done") return {};
        if (state == "dead" || state == "cancelled")
            return Error{Errc::conflict, "The job is " + state + ": " + text_or(answer.body, "error", "")};
        if (interrupted()) return Error{Errc::unavailable, "Interrupted; the job goes on."};
        if (const auto* progress = find_member(answer.body, "progress");
            progress != nullptr && progress->is_number())
            line.draw(progress->to_number<double>());
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
    BIFROST_CHECK(wait_for(*api, job, "scan"));
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

std::vector<Column> fix_columns() {
    return {{"STATE", "state"}, {"ACTION", "action"}, {"PATH", "path"},
            {"TO", "to_path"},  {"ID", "id"},         {"DETAIL", "detail"}};
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
    ListPrinter printer{context.format, fix_columns()};
    const auto job = find_text(planned.body, "job_id");
    if (!job) {
        for (const auto& fix : array_of(planned.body, "data")) printer.add(fix);
        printer.finish();
        return {};
    }
    BIFROST_CHECK(wait_for(*api, *job, "reconcile"));
    BIFROST_ASSIGN(const Answer fixes, api->get(path + "/fixes"));
    std::int64_t failed = 0;
    for (const auto& fix : array_of(fixes.body, "data")) {
        printer.add(fix);
        if (text_or(fix, "state", "") == "failed") ++failed;
    }
    printer.finish();
    if (failed > 0)
        return Error{Errc::conflict,
                     std::to_string(failed) + (failed == 1 ? " fix failed." : " fixes failed.")};
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

Result<> print_list(Context& context, std::string_view rest, std::vector<Column> columns,
                    const Query& query) {
    BIFROST_ASSIGN(const std::string path, folders_path(context, rest));
    BIFROST_ASSIGN(Api * api, context.api());
    ListPrinter printer{context.format, std::move(columns)};
    BIFROST_CHECK(api->list(path, query, [&](const auto& one) {
        printer.add(one);
        return true;
    }));
    printer.finish();
    return {};
}

void add_lists(CLI::App& noun, const ContextPtr& context) {
    add_command(noun, context, "scans", "List the scans of the project, the newest first", [context] {
        return print_list(*context, "/scan",
                          {{"ID", "id"},
                           {"CREATED", "created_at"},
                           {"FINISHED", "finished_at"},
                           {"MISSING", "counts.missing"},
                           {"CHANGED", "counts.changed"},
                           {"WRONG", "counts.wrong_place"},
                           {"UNKNOWN", "counts.unknown"},
                           {"UNREADABLE", "counts.unreadable"}},
                          {});
    });
    const auto state = std::make_shared<std::string>();
    const auto scan_id = std::make_shared<std::string>();
    auto* found = add_command(noun, context, "findings", "List what a scan found",
                              [context, scan_id, state]() -> Result<> {
                                  BIFROST_ASSIGN(const std::string path,
                                                 folders_path(*context, "/scan/" + percent_encode(*scan_id)));
                                  BIFROST_ASSIGN(Api * api, context->api());
                                  return print_findings(*context, *api, path, *state);
                              });
    found->add_option("SCAN", *scan_id, "Id of the scan")->required();
    found->add_option("--state", *state, "Only these")
        ->check(CLI::IsMember({"missing", "unknown", "changed", "wrong_place", "unreadable"}));
    const auto fixed = std::make_shared<std::string>();
    add_command(noun, context, "fixes", "List what was, or will be, done about a scan",
                [context, fixed] {
                    return print_list(*context, "/scan/" + percent_encode(*fixed) + "/fixes", fix_columns(),
                                      {});
                })
        ->add_option("SCAN", *fixed, "Id of the scan")
        ->required();
    add_command(noun, context, "aside", "List what had to give way; 'folder undo FIX' puts it back",
                [context] {
                    return print_list(*context, "/aside",
                                      {{"FIX", "fix_id"},
                                       {"ACTION", "action"},
                                       {"PATH", "path"},
                                       {"SIZE", "size"},
                                       {"SINCE", "put_aside_at"},
                                       {"THERE", "is_there"}},
                                      {});
                });
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
    add_lists(noun, context);
}

} // namespace bifrost::client
