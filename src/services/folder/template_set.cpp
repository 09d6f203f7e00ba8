#include "services/folder/template_set.hpp"

#include <algorithm>

namespace bifrost::folder {
namespace {

struct Shipped {
    std::string_view data_type;
    std::string_view pattern; ///< below the folder of the kind
};

struct ShippedKind {
    std::string_view kind;
    std::string_view folder;
};

constexpr std::string_view kWorkFile = "/work[/{task}[/{code}_{task}_w{workfile:03}.{extension}]]";
constexpr std::string_view kVersions = "[/{product}[/v{version:03}]]";

/// Sequences and episodes have folders of their own beside the shots', so that no shot's code can be the name
/// of one of their areas.
std::vector<Template> make_shipped() {
    const std::vector<ShippedKind> kinds = {{"project", "{project}"},
                                            {"episode", "{project}/episodes/{episode}"},
                                            {"sequence", "{project}/sequences/[{episode}/]{sequence}"},
                                            {"shot", "{project}/shots/[{episode}/]{sequence}/{shot}"},
                                            {"asset", "{project}/assets/{asset_type}/{asset}"}};
    std::vector<Template> all;
    const auto add = [&](const ShippedKind& kind, std::string_view data_type, std::string below) {
        auto pattern = Pattern::parse(std::string(kind.folder) + below, kind.kind);
        Template one;
        one.data_type = data_type;
        one.kind = kind.kind;
        one.pattern = std::move(pattern).value();
        if (kind.kind == "project" && data_type == "work")
            one.children = {"editorial", "references", "scripts"};
        all.push_back(std::move(one));
    };
    for (const auto& kind : kinds) {
        const bool project = kind.kind == "project";
        add(kind, "work", project ? "/production" : std::string(kWorkFile));
        add(kind, "published", project ? "/publish" : "/publish" + std::string(kVersions));
        add(kind, "cache", project ? "/cache" : "/cache[/{task}]");
        add(kind, "render", project ? "/renders" : "/renders" + std::string(kVersions));
        add(kind, "deliverable", project ? "/deliverables" : "/deliverables" + std::string(kVersions));
    }
    return all;
}

/// How many segments of a variant are its template's own: the rest of a longer path lies below it.
bool is_less(const Reading& a, const Reading& b) {
    const std::size_t rest_a = a.rest.size();
    const std::size_t rest_b = b.rest.size();
    return rest_a != rest_b ? rest_a < rest_b : a.values.given().count() > b.values.given().count();
}

} // namespace

std::vector<Token> chain_of(const Reading& reading) {
    std::vector<Token> chain;
    const std::string& kind = reading.found->kind;
    const Values& values = reading.values;
    if ((kind == "sequence" || kind == "shot") && values.has(Token::episode)) chain.push_back(Token::episode);
    if (kind == "episode") chain.push_back(Token::episode);
    if (kind == "sequence" || kind == "shot") chain.push_back(Token::sequence);
    if (kind == "shot") chain.push_back(Token::shot);
    if (kind == "asset") chain.push_back(Token::asset);
    if (values.has(Token::product)) chain.push_back(Token::product);
    return chain;
}

const std::vector<std::string_view>& data_types() {
    static const std::vector<std::string_view> types = {"work", "published", "cache", "render",
                                                        "deliverable"};
    return types;
}

const std::vector<std::string_view>& entity_kinds() {
    static const std::vector<std::string_view> kinds = {"project", "episode", "sequence", "shot", "asset"};
    return kinds;
}

const TemplateSet& TemplateSet::shipped() {
    static const TemplateSet set = [] {
        TemplateSet made;
        made.templates_ = make_shipped();
        return made;
    }();
    return set;
}

void TemplateSet::put(Template added) {
    for (auto& one : templates_) {
        if (one.data_type != added.data_type || one.kind != added.kind) continue;
        one = std::move(added);
        return;
    }
    templates_.push_back(std::move(added));
}

const Template* TemplateSet::find(std::string_view data_type, std::string_view kind) const {
    for (const auto& one : templates_)
        if (one.data_type == data_type && one.kind == kind) return &one;
    return nullptr;
}

std::vector<Reading> TemplateSet::read(std::string_view path, std::string_view root) const {
    std::vector<Reading> readings;
    readings.reserve(2);
    const auto segments = split_path(path);
    for (const auto& one : templates_) {
        if (!root.empty() && one.root != root) continue;
        for (const auto& variant : one.pattern.variants()) {
            auto values = match(variant, segments);
            if (!values) continue;
            std::string rest;
            if (variant.segments.size() < segments.size()) {
                const char* at = segments[variant.segments.size()].data();
                rest = path.substr(static_cast<std::size_t>(at - path.data()));
            }
            readings.push_back({&one, &variant, std::move(*values), std::move(rest)});
        }
    }
    if (readings.size() > 1) std::stable_sort(readings.begin(), readings.end(), is_less);
    return readings;
}

} // namespace bifrost::folder
