#include "client/ingest/rules.hpp"

#include <yaml-cpp/yaml.h>

#include "core/text.hpp"

namespace bifrost::client {
namespace {

/// What reading stops with; turned into a Result at the one entry below.
struct RuleFault {
    YAML::Mark mark;
    std::string what;
};

[[noreturn]] void fault(const YAML::Node& node, const std::string& what) {
    throw RuleFault{node.Mark(), what};
}

/// The value of a Result, or a fault at `node`.
template <class T>
T take(const YAML::Node& node, Result<T> result) {
    if (!result) fault(node, result.error().detail);
    return std::move(*result);
}

void check_keys(const YAML::Node& node, std::initializer_list<std::string_view> known) {
    if (!node.IsMap()) fault(node, "here stands something else than a map of keys and values");
    for (const auto& member : node) {
        const auto key = member.first.as<std::string>();
        if (std::find(known.begin(), known.end(), key) == known.end())
            fault(member.first, "\"" + key + "\" is not a key of this map");
    }
}

std::string text_at(const YAML::Node& node, const char* key, const std::string& fallback = "") {
    const YAML::Node value = node[key];
    if (!value) return fallback;
    if (!value.IsScalar()) fault(value, std::string("\"") + key + "\" must be a text");
    return value.as<std::string>();
}

bool flag_at(const YAML::Node& node, const char* key) {
    const YAML::Node value = node[key];
    if (!value) return false;
    bool flag = false;
    if (!YAML::convert<bool>::decode(value, flag))
        fault(value, std::string("\"") + key + "\" must be true or false");
    return flag;
}

/// A text or a list of texts.
std::vector<std::string> texts_at(const YAML::Node& node, const char* key) {
    const YAML::Node value = node[key];
    if (!value) return {};
    if (value.IsScalar()) return {value.as<std::string>()};
    if (!value.IsSequence()) fault(value, std::string("\"") + key + "\" must be a text or a list of texts");
    std::vector<std::string> texts;
    for (const auto& item : value) {
        if (!item.IsScalar()) fault(item, std::string("\"") + key + "\" must hold texts");
        texts.push_back(item.as<std::string>());
    }
    return texts;
}

PathPattern pattern_at(const YAML::Node& node, const char* key) {
    if (!node[key]) fault(node, std::string("\"") + key + "\" is missing");
    return take(node[key], PathPattern::parse(text_at(node, key)));
}

void check_code(const YAML::Node& at, const std::string& text) {
    if (!text.empty() && !is_code(text))
        fault(at, "\"" + text + "\" is no code: a-z, 0-9, _ and -, at most 64, a letter or digit first");
}

FileRule file_rule(const YAML::Node& node) {
    check_keys(node, {"match", "role", "representation", "format", "primary"});
    FileRule rule{pattern_at(node, "match"), text_at(node, "role"), text_at(node, "representation"),
                  text_at(node, "format"), flag_at(node, "primary")};
    static constexpr std::string_view roles[] = {"",      "main",    "preview", "thumbnail",
                                                 "proxy", "texture", "sidecar"};
    if (std::find(std::begin(roles), std::end(roles), rule.role) == std::end(roles))
        fault(node["role"], "a role is main, preview, thumbnail, proxy, texture or sidecar");
    check_code(node, rule.representation);
    check_code(node, rule.format);
    return rule;
}

AssetRule asset_rule(const YAML::Node& node) {
    check_keys(node,
               {"match", "type", "code", "name", "description", "tags", "product", "kind", "path", "files"});
    for (const char* key : {"match", "type", "code", "product"})
        if (!node[key]) fault(node, std::string("\"") + key + "\" is missing");
    AssetRule rule;
    rule.match = pattern_at(node, "match");
    const auto& names = rule.match.names();
    rule.type = text_at(node, "type");
    check_code(node["type"], rule.type);
    rule.code = take(node["code"], Template::parse(text_at(node, "code"), names));
    rule.name = take(node, Template::parse(text_at(node, "name"), names));
    rule.description = text_at(node, "description");
    for (const auto& tag : texts_at(node, "tags"))
        rule.tags.push_back(take(node["tags"], Template::parse(tag, names)));
    rule.product = take(node["product"], Template::parse(text_at(node, "product"), names));
    rule.product_kind = text_at(node, "kind");
    check_code(node["kind"], rule.product_kind);
    const std::string path = text_at(node, "path", "short");
    if (path != "short" && path != "whole")
        fault(node["path"], "\"path\" is short (below the match's folder) or whole (below the root)");
    rule.keep_whole_path = path == "whole";
    for (const auto& file : node["files"]) rule.files.push_back(file_rule(file));
    return rule;
}

ReferenceRule reference_rule(const YAML::Node& node) {
    check_keys(node, {"files", "reader", "attributes", "pattern", "values", "words", "to"});
    ReferenceRule rule;
    rule.files = pattern_at(node, "files");
    const std::string reader = text_at(node, "reader", "text");
    if (reader == "xml")
        rule.reader = ReferenceRule::Reader::xml;
    else if (reader == "spm")
        rule.reader = ReferenceRule::Reader::spm;
    else if (reader != "text")
        fault(node["reader"], "a reader is xml, spm or text");
    rule.attributes = texts_at(node, "attributes");
    if (rule.reader == ReferenceRule::Reader::text) {
        if (!node["pattern"]) fault(node, "\"pattern\" is missing, which the reader text needs");
        rule.expression = take(node["pattern"], TextExpression::parse(text_at(node, "pattern")));
    } else if (node["pattern"]) {
        fault(node["pattern"], "only the reader text takes a \"pattern\"");
    }
    if (node["values"]) rule.values = pattern_at(node, "values");
    rule.words = flag_at(node, "words");
    const auto targets = texts_at(node, "to");
    if (targets.empty())
        fault(node, "\"to\" is missing: where a value may lie, such as \"{folder}/{value}\"");
    for (const auto& target : targets)
        rule.to.push_back(take(node["to"], Template::parse(target, {"folder", "value"})));
    return rule;
}

Rules read(const YAML::Node& root) {
    check_keys(root, {"ignore", "assets", "references", "kinds", "default_kind"});
    Rules rules;
    for (const auto& text : texts_at(root, "ignore"))
        rules.ignore.push_back(take(root["ignore"], PathPattern::parse(text)));
    if (!root["assets"] || !root["assets"].IsSequence())
        fault(root, "\"assets\" is missing: the list of rules that make assets");
    for (const auto& node : root["assets"]) rules.assets.push_back(asset_rule(node));
    for (const auto& node : root["references"]) rules.references.push_back(reference_rule(node));
    if (root["references"]) {
        YAML::Emitter emitter;
        emitter << root["references"];
        rules.references_text = emitter.c_str();
    }
    for (const char* ending :
         {"png", "jpg", "jpeg", "tif", "tiff", "tga", "exr", "hdr", "dds", "tx", "webp", "bmp"})
        rules.kinds[ending] = "texture";
    for (const char* ending : {"abc", "vdb", "bgeo"}) rules.kinds[ending] = "cache";
    for (const char* ending : {"wav", "ogg", "mp3", "flac", "aif", "aiff"}) rules.kinds[ending] = "audio";
    for (const auto& kind : root["kinds"]) {
        const auto name = kind.first.as<std::string>();
        check_code(kind.first, name);
        for (const auto& ending : texts_at(root["kinds"], name.c_str()))
            rules.kinds[fold_case(ending)] = name;
    }
    rules.default_kind = text_at(root, "default_kind", "reference");
    check_code(root["default_kind"], rules.default_kind);
    return rules;
}

} // namespace

Result<Rules> parse_rules(const std::string& yaml, const std::string& file_name) {
    const auto error = [&](const YAML::Mark& mark, const std::string& what) {
        const std::string line = mark.is_null() ? "" : ", line " + std::to_string(mark.line + 1);
        return Error{Errc::invalid, file_name + line + ": " + what + ". See docs/guides/ingest.md."};
    };
    try {
        return read(YAML::Load(yaml));
    } catch (const RuleFault& found) {
        return error(found.mark, found.what);
    } catch (const YAML::Exception& found) {
        return error(found.mark, found.msg);
    }
}

Result<Rules> default_rules(const std::string& root_name) {
    const auto code = fold_code(root_name);
    return parse_rules(
        "assets:\n"
        "  - {match: '{folder}/**', type: other, code: '{folder}', name: '{folder|title}', product: files}\n"
        "  - {match: '*', type: other, code: '" +
            code.value_or("files") + "', product: files}\n",
        "The built-in rules");
}

} // namespace bifrost::client
