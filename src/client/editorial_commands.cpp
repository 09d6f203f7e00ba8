// import edit, export otio and edl, cuts.

#include <fstream>
#include <iterator>

#include <CLI/CLI.hpp>

#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

Result<std::string> read_whole(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in && bytes.empty()) return Error{Errc::not_found, "The file " + path + " can't be read."};
    return bytes;
}

Result<> write_whole(const std::string& path, const std::string& bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << bytes;
    out.close();
    if (!out) return Error{Errc::internal, "The file " + path + " can't be written."};
    return {};
}

void print_plan(const Context& context, const boost::json::value& answer) {
    if (context.format == Format::json) return print_object(Format::json, answer);
    ListPrinter printer{
        context.format,
        {{"WHAT", "what"}, {"SEQUENCE", "sequence"}, {"SHOT", "shot"}, {"CHANGES", "changes"}}};
    const auto* plan = find_member(answer, "plan");
    if (plan == nullptr) return;
    for (const char* what : {"new", "restored", "renamed", "trimmed", "moved", "retimed", "omitted"}) {
        for (const auto& entry : array_of(*plan, what)) {
            boost::json::object row = entry.get_object();
            row["what"] = what;
            printer.add(row);
        }
    }
    printer.finish();
    for (const auto& clip : array_of(*plan, "unmatched"))
        print_warning("no shot: the naming rule doesn't fit " +
                      text_or(clip, "clip", "a clip without a name"));
    const auto* unchanged = find_member(*plan, "unchanged");
    if (context.format == Format::table && unchanged != nullptr)
        print_result(Format::table, answer,
                     cell_text(unchanged) + " unchanged; " +
                         (boolean_or(answer, "applied", false) ? "done" : "nothing was changed (a dry run)"));
}

struct ImportOptions {
    std::string file, format, naming, sequence, rate;
    int handles = -1;
    int first_frame = 1001;
    bool dry_run = false;

    [[nodiscard]] Query to_query() const {
        Query query{{"name", file.substr(file.find_last_of('/') + 1)},
                    {"first_frame", std::to_string(first_frame)}};
        const auto add = [&](const char* name, const std::string& value) {
            if (!value.empty()) query.emplace_back(name, value);
        };
        add("format", format);
        add("naming", naming);
        add("sequence", sequence);
        add("rate", rate);
        if (handles >= 0) query.emplace_back("handles", std::to_string(handles));
        if (dry_run) query.emplace_back("dry_run", "true");
        return query;
    }
};

void add_import(CLI::App& noun, const ContextPtr& context) {
    const auto options = std::make_shared<ImportOptions>();
    auto* edit =
        add_command(noun, context, "edit", "Bring in an edit: OpenTimelineIO or a CMX 3600 EDL",
                    [context, options]() -> Result<> {
                        BIFROST_ASSIGN(auto bytes, read_whole(options->file));
                        BIFROST_ASSIGN(const std::string project, context->get_project());
                        BIFROST_ASSIGN(Api * api, context->api());
                        BIFROST_ASSIGN(const Answer answer,
                                       api->post_file("/projects/" + percent_encode(project) + "/import/edit",
                                                      options->to_query(), std::move(bytes)));
                        print_plan(*context, answer.body);
                        return {};
                    });
    edit->add_option("FILE", options->file, "An .otio or .edl file")->required();
    edit->add_option("--format", options->format, "What the file is, when it can't be told")
        ->check(CLI::IsMember({"otio", "edl"}));
    edit->add_option(
        "--naming", options->naming,
        "How clips are named, {sequence}_{shot}_v{version}; read as they are usually made without");
    edit->add_option("--sequence", options->sequence, "The sequence's code, for patterns without {sequence}");
    edit->add_option("--rate", options->rate,
                     "The rate of an EDL as a fraction; the project's unless said otherwise");
    edit->add_option("--handles", options->handles, "Handles of new shots")->check(CLI::Range(0, 100000));
    edit->add_option("--first-frame", options->first_frame, "First frame of new shots, handles included");
    edit->add_flag("--dry-run", options->dry_run, "Only show what would change");
}

void add_export(CLI::App& noun, const ContextPtr& context, const std::string& format) {
    struct Options {
        std::string sequence, cut, file;
    };
    const auto options = std::make_shared<Options>();
    auto* command = add_command(
        noun, context, format, "Write a sequence or a cut as " + format,
        [context, options, format]() -> Result<> {
            if (options->sequence.empty() == options->cut.empty())
                return usage_error("Name a sequence, or a cut with --cut.");
            Query query;
            BIFROST_ASSIGN(Api * api, context->api());
            std::string project;
            if (!options->sequence.empty()) {
                BIFROST_ASSIGN(const Location location, locate(*context, options->sequence, {"sequence"}));
                project = location.project_id;
                query.emplace_back("sequence_id", location.id);
            } else {
                BIFROST_ASSIGN(project, context->get_project());
                query.emplace_back("cut_id", options->cut);
            }
            BIFROST_ASSIGN(
                const auto bytes,
                api->get_text("/projects/" + percent_encode(project) + "/export/" + format, query));
            if (!options->file.empty()) return write_whole(options->file, bytes);
            std::fwrite(bytes.data(), 1, bytes.size(), stdout);
            return {};
        });
    command->add_option("SEQUENCE", options->sequence, "The sequence's address or id");
    command->add_option("--cut", options->cut, "A cut's id (see `bifrost cut list`)");
    command->add_option("-o,--file", options->file, "Where to; standard output unless said otherwise");
}

void add_cuts(CLI::App& noun, const ContextPtr& context) {
    add_command(noun, context, "list", "List the cuts of a project, newest first", [context]() -> Result<> {
        BIFROST_ASSIGN(const std::string project, context->get_project());
        BIFROST_ASSIGN(Api * api, context->api());
        BIFROST_ASSIGN(const Answer answer, api->get("/projects/" + percent_encode(project) + "/cuts"));
        ListPrinter printer{context->format,
                            {{"ID", "id"},
                             {"OF", "owner_kind"},
                             {"NUMBER", "number"},
                             {"NAME", "name"},
                             {"FILE", "source_name"},
                             {"CURRENT", "is_current"},
                             {"WHEN", "created_at"}}};
        for (const auto& cut : array_of(answer.body, "data")) printer.add(cut);
        printer.finish();
        return {};
    });
    const auto id = std::make_shared<std::string>();
    const auto dry_run = std::make_shared<bool>(false);
    auto* apply =
        add_command(noun, context, "apply", "Go back to a cut", [context, id, dry_run]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer, api->post("/cuts/" + percent_encode(*id) + "/apply",
                                                          boost::json::object{{"dry_run", *dry_run}}));
            print_plan(*context, answer.body);
            return {};
        });
    apply->add_option("ID", *id, "The cut's id")->required();
    apply->add_flag("--dry-run", *dry_run, "Only show what would change");
}

} // namespace

void add_editorial_commands(CLI::App& app, const ContextPtr& context) {
    CLI::App* in = add_noun(app, "import", "Bring in edits and tables");
    add_import(*in, context);
    add_csv_import(*in, context);
    CLI::App* out = add_noun(app, "export", "Write edits and tables");
    add_csv_export(*out, context);
    add_export(*out, context, "otio");
    add_export(*out, context, "edl");
    add_cuts(*add_noun(app, "cut", "Cuts: edits as they came"), context);
}

} // namespace bifrost::client
