// import csv, export csv.

#include <fstream>
#include <iterator>
#include <map>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

const std::map<std::string, std::string> kKinds = {{"asset", "asset"},     {"assets", "asset"},
                                                   {"shot", "shot"},       {"shots", "shot"},
                                                   {"casting", "casting"}, {"breakdown", "casting"}};

Result<std::string> read_table(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in.eof() && !in) return Error{Errc::not_found, "The file " + path + " can't be read."};
    if (bytes.empty()) return Error{Errc::not_found, "The file " + path + " is empty or can't be read."};
    return bytes;
}

struct ImportOptions {
    std::string kind, file, delimiter, encoding;
    std::vector<std::string> columns; ///< "Heading=field", "Heading=" to leave it out
    bool clear_empty = false;
    bool allow_similar = false;
    bool dry_run = false;

    [[nodiscard]] Result<Query> to_query() const {
        Query query{{"kind", kind}};
        boost::json::object mapping;
        for (const auto& column : columns) {
            const auto equals = column.rfind('=');
            if (equals == std::string::npos || equals == 0)
                return usage_error("--column takes HEADING=field, or HEADING= to leave the column out; '" +
                                   column + "' has no '='.");
            const std::string field = column.substr(equals + 1);
            mapping[column.substr(0, equals)] =
                field.empty() ? boost::json::value(nullptr) : boost::json::value(field);
        }
        if (!mapping.empty()) query.emplace_back("mapping", boost::json::serialize(mapping));
        if (!delimiter.empty()) query.emplace_back("delimiter", delimiter);
        if (!encoding.empty()) query.emplace_back("encoding", encoding);
        if (clear_empty) query.emplace_back("empty", "clear");
        if (allow_similar) query.emplace_back("allow_similar", "true");
        if (dry_run) query.emplace_back("dry_run", "true");
        return query;
    }
};

void print_import(const Context& context, const boost::json::value& answer) {
    if (context.format == Format::json) return print_object(Format::json, answer);
    ListPrinter printer{context.format,
                        {{"ROW", "row"}, {"WHAT", "what"}, {"ADDRESS", "address"}, {"CHANGES", "changes"}}};
    for (const char* what : {"created", "updated"}) {
        for (const auto& entry : array_of(answer, what)) {
            boost::json::object row = entry.get_object();
            row["what"] = what;
            printer.add(row);
        }
    }
    printer.finish();
    for (const auto& heading : array_of(answer, "ignored"))
        print_warning("left out: no field is called " + cell_text(&heading));
    for (const auto& error : array_of(answer, "errors")) {
        const std::string column = text_or(error, "column", "");
        print_warning("row " + cell_text(find_member(error, "row")) + (column.empty() ? "" : ", " + column) +
                      ": " + text_or(error, "detail", ""));
    }
    const auto* unchanged = find_member(answer, "unchanged");
    if (context.format == Format::table && unchanged != nullptr)
        print_result(Format::table, answer,
                     cell_text(unchanged) + " unchanged; " +
                         (boolean_or(answer, "applied", false) ? "done" : "nothing was changed (a dry run)"));
}

} // namespace

void add_csv_import(CLI::App& noun, const ContextPtr& context) {
    const auto options = std::make_shared<ImportOptions>();
    auto* command = add_command(
        noun, context, "csv", "Bring in a table of assets, shots or casting",
        [context, options]() -> Result<> {
            BIFROST_ASSIGN(const Query query, options->to_query());
            BIFROST_ASSIGN(auto bytes, read_table(options->file));
            BIFROST_ASSIGN(const std::string project, context->get_project());
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer,
                           api->post_file("/projects/" + percent_encode(project) + "/import/csv", query,
                                          std::move(bytes)));
            print_import(*context, answer.body);
            if (!array_of(answer.body, "errors").empty())
                return Error{Errc::invalid,
                             "Rows of the table can't be accepted as they are: mend them and try again."};
            return {};
        });
    command->add_option("FILE", options->file, "A table: commas, semicolons or tabs")->required();
    command->add_option("--kind", options->kind, "What its rows are: assets, shots or casting")
        ->required()
        ->transform(CLI::CheckedTransformer(kKinds, CLI::ignore_case));
    command->add_option(
        "--column", options->columns,
        "HEADING=field for headings that don't read like a field; HEADING= leaves a column out");
    command->add_option("--delimiter", options->delimiter, "What stands between cells, when it can't be told")
        ->check(CLI::IsMember({"comma", "semicolon", "tab"}));
    command->add_option("--encoding", options->encoding, "When it is not UTF-8")
        ->check(CLI::IsMember({"utf-8", "utf-16", "windows-1252"}));
    command->add_flag("--clear-empty", options->clear_empty, "An empty cell removes what is there");
    command->add_flag("--allow-similar", options->allow_similar,
                      "Codes that differ by leading zeros only are different things");
    command->add_flag("--dry-run", options->dry_run, "Only show what would change");
}

void add_csv_export(CLI::App& noun, const ContextPtr& context) {
    struct Options {
        std::string kind, file, delimiter;
        bool archived = false;
    };
    const auto options = std::make_shared<Options>();
    auto* command = add_command(
        noun, context, "csv", "Write assets, shots or casting as a table", [context, options]() -> Result<> {
            Query query{{"kind", options->kind}};
            if (!options->delimiter.empty()) query.emplace_back("delimiter", options->delimiter);
            if (options->archived) query.emplace_back("archived", "include");
            BIFROST_ASSIGN(const std::string project, context->get_project());
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const auto bytes,
                           api->get_text("/projects/" + percent_encode(project) + "/export/csv", query));
            if (options->file.empty()) {
                std::fwrite(bytes.data(), 1, bytes.size(), stdout);
                return {};
            }
            std::ofstream out(options->file, std::ios::binary | std::ios::trunc);
            out << bytes;
            out.close();
            if (!out) return Error{Errc::internal, "The file " + options->file + " can't be written."};
            return {};
        });
    command->add_option("--kind", options->kind, "assets, shots or casting")
        ->required()
        ->transform(CLI::CheckedTransformer(kKinds, CLI::ignore_case));
    command->add_option("-o,--file", options->file, "Where to; standard output unless said otherwise");
    command
        ->add_option("--delimiter", options->delimiter,
                     "What stands between cells; a comma unless said otherwise")
        ->check(CLI::IsMember({"comma", "semicolon", "tab"}));
    command->add_flag("--archived", options->archived, "Archived ones too");
}

} // namespace bifrost::client
