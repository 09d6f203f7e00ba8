#include "services/folder/pattern.hpp"

#include <algorithm>
#include <charconv>

#include "core/text.hpp"

namespace bifrost::folder {
namespace {

constexpr std::array<std::string_view, kTokens> kNames = {
    "project", "episode", "sequence",       "shot", "asset",    "asset_type",
    "product", "version", "representation", "task", "workfile", "extension"};

constexpr std::size_t kMostText = 500;
constexpr int kMostGroups = 6;
constexpr std::string_view kSigns = " ._-+@,=&()";

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool may_be_label(Token token) {
    return token == Token::project || token == Token::episode || token == Token::sequence ||
           token == Token::shot || token == Token::asset || token == Token::product;
}

std::optional<Token> find_token(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (kNames[i] == name) return static_cast<Token>(i);
    return std::nullopt;
}

Error fault(std::string sentence) { return {Errc::invalid, std::move(sentence)}; }

class Parser {
  public:
    Parser(std::string_view text, std::string_view kind) : text_(text), kind_(kind) {}

    Result<std::vector<Pattern::Node>> run() {
        BIFROST_ASSIGN(auto nodes, sequence(0));
        if (at_ < text_.size()) return fault("has a ']' without its '['");
        return nodes;
    }

  private:
    Result<std::vector<Pattern::Node>> sequence(int depth) {
        std::vector<Pattern::Node> nodes;
        while (at_ < text_.size() && text_[at_] != ']') {
            if (text_[at_] == '[') {
                BIFROST_ASSIGN(auto node, group(depth));
                nodes.push_back(std::move(node));
            } else if (text_[at_] == '{') {
                BIFROST_ASSIGN(auto part, token());
                nodes.push_back({std::move(part), {}, false});
            } else {
                BIFROST_ASSIGN(auto part, literal());
                nodes.push_back({std::move(part), {}, false});
            }
        }
        return nodes;
    }

    Result<Pattern::Node> group(int depth) {
        if (++groups_ > kMostGroups || depth > 3)
            return fault("has more than six optional parts, or brackets more than four deep");
        ++at_;
        Pattern::Node node;
        node.is_group = true;
        BIFROST_ASSIGN(node.group, sequence(depth + 1));
        if (at_ >= text_.size()) return fault("has a '[' without its ']'");
        ++at_;
        const bool has_token = std::any_of(node.group.begin(), node.group.end(), [](const auto& inner) {
            return !inner.is_group && inner.part.literal.empty();
        });
        if (!has_token) return fault("has brackets without a token directly in them: nothing could decide");
        return node;
    }

    Result<Part> token() {
        const std::size_t close = text_.find('}', at_);
        if (close == std::string_view::npos) return fault("has a '{' without its '}'");
        const std::string_view inside = text_.substr(at_ + 1, close - at_ - 1);
        at_ = close + 1;
        std::string_view name = inside.substr(0, inside.find(':'));
        const bool has_form = name.size() < inside.size();
        const std::string_view form = has_form ? inside.substr(name.size() + 1) : std::string_view{};
        Part part;
        if (name == "label" && !has_form) part.as_label = true;
        if (name == "code" || name == "label") name = kind_;
        const auto found = find_token(name);
        if (!found)
            return fault("has the token '{" + std::string(inside) +
                         "}', which there is not; there are project, episode, sequence, shot, asset, "
                         "asset_type, product, version, representation, task, workfile, extension, code and "
                         "label");
        part.token = *found;
        if (is_number(part.token)) {
            part.width = 1;
            if (!has_form) return part;
            const auto end = std::from_chars(form.data(), form.data() + form.size(), part.width);
            if (end.ptr != form.data() + form.size() || part.width < 1 || part.width > 9 || form.size() > 2)
                return fault("must give the width of '{" + std::string(name) + "}' like {" +
                             std::string(name) + ":03}");
        } else if (has_form) {
            if (form != "label" || !may_be_label(part.token))
                return fault("has the form '" + std::string(form) + "', which '{" + std::string(name) +
                             "}' has not");
            part.as_label = true;
        }
        return part;
    }

    Result<Part> literal() {
        Part part;
        while (at_ < text_.size() && std::string_view("[]{").find(text_[at_]) == std::string_view::npos) {
            const char c = text_[at_++];
            if (c != '/' && !is_alphanumeric(c) && kSigns.find(c) == std::string_view::npos)
                return fault("must be of tokens, '/', ASCII letters, digits and \" ._-+@,=&()\"");
            part.literal += c;
        }
        return part;
    }

    std::string_view text_;
    std::string_view kind_;
    std::size_t at_ = 0;
    int groups_ = 0;
};

/// One choice of groups: the parts that are left, and the tokens of each group that was left out.
struct Choice {
    std::vector<Part> parts;
    std::vector<Tokens> without;

    /// A group is left out only when one of its tokens has no value, so not when they all stand elsewhere.
    [[nodiscard]] bool is_possible() const {
        Tokens given;
        for (const auto& part : parts)
            if (part.literal.empty()) given.set(static_cast<std::size_t>(part.token));
        return std::none_of(without.begin(), without.end(),
                            [&](const Tokens& left) { return (left & ~given).none(); });
    }
};

Tokens direct_tokens(const std::vector<Pattern::Node>& group) {
    Tokens tokens;
    for (const auto& node : group)
        if (!node.is_group && node.part.literal.empty())
            tokens.set(static_cast<std::size_t>(node.part.token));
    return tokens;
}

/// Every way to keep or leave out the groups.
std::vector<Choice> expand(const std::vector<Pattern::Node>& nodes) {
    std::vector<Choice> all(1);
    for (const auto& node : nodes) {
        if (!node.is_group) {
            for (auto& one : all) one.parts.push_back(node.part);
            continue;
        }
        const auto inner = expand(node.group);
        const std::size_t before = all.size();
        for (std::size_t i = 0; i < before; ++i) {
            for (const auto& with : inner) {
                Choice longer = all[i];
                longer.parts.insert(longer.parts.end(), with.parts.begin(), with.parts.end());
                longer.without.insert(longer.without.end(), with.without.begin(), with.without.end());
                all.push_back(std::move(longer));
            }
            all[i].without.push_back(direct_tokens(node.group));
        }
    }
    return all;
}

Variant split(const std::vector<Part>& parts) {
    Variant variant;
    variant.segments.emplace_back();
    for (const auto& part : parts) {
        if (part.literal.empty()) {
            variant.tokens.set(static_cast<std::size_t>(part.token));
            variant.segments.back().push_back(part);
            continue;
        }
        std::string_view rest = part.literal;
        while (true) {
            const std::size_t slash = rest.find('/');
            const std::string_view text = rest.substr(0, slash);
            auto& segment = variant.segments.back();
            if (!text.empty() && !segment.empty() && !segment.back().literal.empty())
                segment.back().literal += text;
            else if (!text.empty())
                segment.push_back({std::string(text), Token::count_, false, 0});
            if (slash == std::string_view::npos) break;
            variant.segments.emplace_back();
            rest = rest.substr(slash + 1);
        }
    }
    return variant;
}

bool has_all(const std::vector<Pattern::Node>& nodes, const Values& values) {
    return std::all_of(nodes.begin(), nodes.end(), [&](const auto& node) {
        return node.is_group || !node.part.literal.empty() || values.has(node.part.token);
    });
}

void append_value(std::string& out, const Part& part, const Values& values) {
    if (part.as_label) {
        out += values.label(part.token);
        return;
    }
    const std::string& text = values.code(part.token);
    for (auto digits = static_cast<int>(text.size()); is_number(part.token) && digits < part.width; ++digits)
        out += '0';
    out += text;
}

Result<> append(std::string& out, const std::vector<Pattern::Node>& nodes, const Values& values) {
    for (const auto& node : nodes) {
        if (node.is_group) {
            if (has_all(node.group, values)) BIFROST_CHECK(append(out, node.group, values));
        } else if (!node.part.literal.empty()) {
            out += node.part.literal;
        } else if (values.has(node.part.token)) {
            append_value(out, node.part, values);
        } else {
            return fault("There is no " + std::string(token_name(node.part.token)) + " for the template's {" +
                         std::string(token_name(node.part.token)) + "}.");
        }
    }
    return {};
}

} // namespace

std::string_view token_name(Token token) { return kNames[static_cast<std::size_t>(token)]; }

bool is_number(Token token) { return token == Token::version || token == Token::workfile; }

std::int64_t Values::number(Token token) const {
    const std::string& text = code(token);
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

Result<Pattern> Pattern::parse(std::string_view text, std::string_view kind) {
    if (text.empty() || text.size() > kMostText) return fault("must have 1 to 500 characters");
    Pattern pattern;
    pattern.text_ = text;
    pattern.kind_ = kind;
    BIFROST_ASSIGN(pattern.nodes_, Parser(text, kind).run());
    for (const auto& choice : expand(pattern.nodes_))
        if (choice.is_possible()) pattern.variants_.push_back(split(choice.parts));
    std::stable_sort(pattern.variants_.begin(), pattern.variants_.end(),
                     [](const Variant& a, const Variant& b) {
                         return a.tokens.count() != b.tokens.count() ? a.tokens.count() > b.tokens.count()
                                                                     : a.segments.size() > b.segments.size();
                     });
    return pattern;
}

Result<std::string> Pattern::format(const Values& values) const {
    std::string path;
    path.reserve(128);
    BIFROST_CHECK(append(path, nodes_, values));
    if (const auto wrong = relative_path_fault(path)) return fault("The path '" + path + "' " + *wrong + ".");
    return path;
}

std::optional<std::string> name_fault(std::string_view name) {
    if (name.empty()) return "has an empty name in it";
    if (name == "." || name == "..") return "must not have '.' or '..' as a part";
    if (name.size() > 255) return "has a name of more than 255 bytes";
    if (name.back() == '.' || name.back() == ' ' || name.front() == ' ')
        return "has the name '" + std::string(name) +
               "', which begins with a space or ends in a dot or space";
    for (const char c : name)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f ||
            std::string_view("<>:\"|?*\\/").find(c) != std::string_view::npos)
            return "has a character that not every disk takes";
    // Names that open a device on Windows, whatever ending follows.
    const std::string_view stem = name.substr(0, name.find('.'));
    if (stem.size() != 3 && stem.size() != 4) return std::nullopt;
    if (std::string_view("cpanlCPANL").find(stem.front()) == std::string_view::npos) return std::nullopt;
    const std::string folded = fold_case(stem);
    const bool numbered = folded.size() == 4 && (folded.starts_with("com") || folded.starts_with("lpt")) &&
                          folded[3] >= '1' && folded[3] <= '9';
    if (numbered || folded == "con" || folded == "prn" || folded == "aux" || folded == "nul")
        return "has the name '" + std::string(name) + "', which Windows keeps for a device";
    return std::nullopt;
}

std::optional<std::string> relative_path_fault(std::string_view path) {
    if (path.empty()) return "must not be empty";
    if (path.size() > 1024) return "is longer than 1024 bytes";
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        if (auto wrong = name_fault(path.substr(at, slash - at))) return wrong;
        at = slash + 1;
    }
    return std::nullopt;
}

} // namespace bifrost::folder
