#include <CLI/CLI.hpp>

#include "client/ingest/ingest.hpp"
#include "client/nouns.hpp"
#include "client/transfer/progress.hpp"
#include "core/json_reader.hpp"
#include "core/json_writer.hpp"

namespace bifrost::client {
namespace {

boost::json::object to_json(const IngestOutcome& outcome, bool dry_run) {
    boost::json::object result = json::parse(json::to_json(outcome.counts))->get_object();
    result["files_seen"] = outcome.files_seen;
    result["files_hashed"] = outcome.files_hashed;
    result["unresolved_references"] = outcome.unresolved.size();
    result["warnings"] = boost::json::array(outcome.warnings.begin(), outcome.warnings.end());
    if (dry_run) {
        result["plan"] = *json::parse(json::to_json(outcome.plan));
        result["unresolved"] = boost::json::array(outcome.unresolved.begin(), outcome.unresolved.end());
    }
    return result;
}

std::string sentence(const IngestCounts& counts, bool dry_run) {
    if (counts.versions == 0)
        return "Nothing has changed: " + std::to_string(counts.unchanged) + " versions are as they were";
    const std::string bytes = size_text(counts.bytes);
    std::string text = (dry_run ? "Would publish " : "Published ") + std::to_string(counts.versions) +
                       " versions with " + std::to_string(counts.files) + " files (" + bytes + ") and " +
                       std::to_string(counts.dependencies) + " dependencies, " +
                       std::to_string(counts.assets) + " assets new, " + std::to_string(counts.unchanged) +
                       " versions unchanged";
    if (!dry_run)
        text += "; " + std::to_string(counts.objects_stored) + " contents stored, " +
                std::to_string(counts.objects_reused) + " files reused";
    return text;
}

Result<> run(Context& context, IngestOptions options) {
    BIFROST_ASSIGN(options.project, context.get_project());
    BIFROST_ASSIGN(Api * api, context.api());
    options.cache = cache_folder();
    if (options.comment.empty())
        options.comment = "Ingested from " + options.root.lexically_normal().string();
    BIFROST_ASSIGN(const IngestOutcome outcome, ingest(*api, options));
    for (const auto& warning : outcome.warnings) print_warning(warning);
    const auto result = to_json(outcome, options.dry_run);
    if (options.dry_run && context.format != Format::json) {
        ListPrinter printer{context.format,
                            {{"ASSET", "asset"},
                             {"TYPE", "type"},
                             {"PRODUCT", "product"},
                             {"STATE", "state"},
                             {"FILES", "files"},
                             {"BYTES", "bytes"},
                             {"NEEDS", "dependencies"}}};
        for (const auto& line : result.at("plan").get_array()) printer.add(line);
        printer.finish();
        if (context.format == Format::ndjson) return {};
    }
    print_result(context.format, result, sentence(outcome.counts, options.dry_run));
    return {};
}

} // namespace

void add_ingest_command(CLI::App& app, const ContextPtr& context) {
    const auto options = std::make_shared<IngestOptions>();
    auto* command =
        add_command(app, context, "ingest",
                    "Bring an existing folder in: assets, versions and dependencies by rules on paths",
                    [context, options] { return run(*context, *options); });
    command->add_option("DIR", options->root, "The folder")->required()->check(CLI::ExistingDirectory);
    command->add_option("--rules", options->rules, "Rules in YAML; without them each folder becomes an asset")
        ->check(CLI::ExistingFile);
    command->add_option("-m,--comment", options->comment, "The comment of the versions");
    command->add_flag("--dry-run", options->dry_run, "Show the plan and change nothing");
}

} // namespace bifrost::client
