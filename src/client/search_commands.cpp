#include <CLI/CLI.hpp>

#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

struct SearchOptions {
    std::vector<std::string> words;
    std::string kind, facets;
    std::size_t limit = 50;
};

Result<> search(Context& context, const SearchOptions& options) {
    std::string text;
    for (const auto& word : options.words) (text += text.empty() ? "" : " ") += word;
    Query query{{"q", text}, {"limit", std::to_string(std::min<std::size_t>(options.limit, 1000))}};
    if (!options.kind.empty()) query.emplace_back("kind", options.kind);
    if (!options.facets.empty()) query.emplace_back("facets", options.facets);
    std::string path = "/search";
    // Without a project the whole site is searched.
    if (const auto project = context.get_project())
        path = "/projects/" + percent_encode(*project) + "/search";
    BIFROST_ASSIGN(Api * api, context.api());
    BIFROST_ASSIGN(const Answer answer, api->get(path, query));
    if (context.format == Format::json) {
        print_object(Format::json, answer.body);
        return {};
    }
    ListPrinter printer{context.format, {{"KIND", "kind"}, {"CODE", "code"}, {"NAME", "name"}, {"ID", "id"}}};
    for (const auto& hit : array_of(answer.body, "data")) printer.add(hit);
    printer.finish();
    const auto* facets = find_member(answer.body, "facets");
    if (context.format != Format::table || facets == nullptr || !facets->is_object()) return {};
    for (const auto& facet : facets->get_object()) {
        std::string line = std::string(facet.key()) + ":";
        for (const auto& value : facet.value().get_array())
            line += " " + text_or(value, "value", "") + " (" + std::to_string(integer_or(value, "count", 0)) +
                    ")";
        print_result(Format::table, {}, line);
    }
    return {};
}

} // namespace

void add_search_commands(CLI::App& app, const ContextPtr& context) {
    const auto options = std::make_shared<SearchOptions>();
    auto* find = add_command(app, context, "search", "Search names, codes, descriptions and tags",
                             [context, options] { return search(*context, *options); });
    find->add_option("QUERY", options->words, "Words; all must be found, the last one as a beginning")
        ->required();
    find->add_option("--kind", options->kind, "Only project, asset, product or version; several with commas");
    find->add_option("--facets", options->facets,
                     "Count by kind, project, type, status or tag; several with commas");
    find->add_option("--limit", options->limit, "At most so many (default 50)")->check(CLI::Range(1, 1000));
}

} // namespace bifrost::client
