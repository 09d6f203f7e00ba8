#include "client/ingest/path_pattern.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace bifrost::client {
namespace {

bool is_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

Error bad(std::string_view pattern, const std::string& why) {
    return {Errc::invalid, "The pattern \"" + std::string(pattern) + "\" " + why + "."};
}

/// Replaces the first {a,b} by each of its choices, until none is left.
Result<std::vector<std::string>> expand(std::string_view text) {
    for (auto open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
        const auto close = text.find('}', open);
        if (close == std::string_view::npos) return bad(text, "has an open brace");
        std::string_view inside = text.substr(open + 1, close - open - 1);
        if (inside.find(',') == std::string_view::npos) continue;
        std::vector<std::string> all;
        while (true) {
            const auto comma = inside.find(',');
            BIFROST_ASSIGN(auto rest,
                           expand(std::string(text.substr(0, open)) + std::string(inside.substr(0, comma)) +
                                  std::string(text.substr(close + 1))));
            all.insert(all.end(), rest.begin(), rest.end());
            if (all.size() > 1000) return bad(text, "has more than 1000 alternatives");
            if (comma == std::string_view::npos) return all;
            inside.remove_prefix(comma + 1);
        }
    }
    return std::vector<std::string>{std::string(text)};
}

std::string title(std::string_view text) {
    std::string out;
    bool start = true;
    for (const char c : text) {
        if (c == '_' || c == '-' || c == ' ') {
            if (!out.empty() && out.back() != ' ') out += ' ';
            start = true;
            continue;
        }
        out += start && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        start = false;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

} // namespace

Result<PathPattern::Tokens> PathPattern::tokens_of(std::string_view text) {
    Tokens tokens;
    const auto literal = [&](char c) {
        if (tokens.empty() || tokens.back().kind != Token::Kind::literal)
            tokens.push_back({Token::Kind::literal, ""});
        tokens.back().text += c;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '*' && text.substr(i).starts_with("**/") && (i == 0 || text[i - 1] == '/')) {
            tokens.push_back({Token::Kind::folders, ""});
            i += 2;
        } else if (c == '*' && text.substr(i).starts_with("**")) {
            tokens.push_back({Token::Kind::anything, ""});
            ++i;
        } else if (c == '*') {
            tokens.push_back({Token::Kind::within_component, ""});
        } else if (c == '?') {
            tokens.push_back({Token::Kind::any_character, ""});
        } else if (c == '{') {
            const auto close = text.find('}', i);
            const std::string_view name = text.substr(i + 1, close - i - 1);
            if (!is_name(name)) return bad(text, "has a name that isn't made of a-z, 0-9 and _");
            tokens.push_back({Token::Kind::name, std::string(name)});
            i = close;
        } else if (c == '}') {
            return bad(text, "closes a brace that isn't open");
        } else {
            literal(c);
        }
    }
    return tokens;
}

Result<PathPattern> PathPattern::parse(std::string_view text) {
    if (text.empty()) return bad(text, "is empty");
    PathPattern pattern;
    BIFROST_ASSIGN(const auto texts, expand(text));
    for (const auto& one : texts) {
        BIFROST_ASSIGN(auto tokens, tokens_of(one));
        for (const auto& token : tokens)
            if (token.kind == Token::Kind::name &&
                std::find(pattern.names_.begin(), pattern.names_.end(), token.text) == pattern.names_.end())
                pattern.names_.push_back(token.text);
        pattern.alternatives_.push_back(std::move(tokens));
    }
    const std::string_view before = text.substr(0, text.find("**"));
    pattern.base_depth_ = static_cast<std::size_t>(std::count(before.begin(), before.end(), '/'));
    return pattern;
}

bool PathPattern::match_from(const Tokens& tokens, std::size_t at, std::string_view path,
                             Captures& captures) {
    if (at == tokens.size()) return path.empty();
    const Token& token = tokens[at];
    switch (token.kind) {
    case Token::Kind::literal:
        return path.starts_with(token.text) &&
               match_from(tokens, at + 1, path.substr(token.text.size()), captures);
    case Token::Kind::any_character:
        return !path.empty() && path.front() != '/' && match_from(tokens, at + 1, path.substr(1), captures);
    case Token::Kind::within_component:
        for (std::size_t length = 0; length <= path.size(); ++length) {
            if (match_from(tokens, at + 1, path.substr(length), captures)) return true;
            if (length < path.size() && path[length] == '/') return false;
        }
        return false;
    case Token::Kind::anything:
        for (std::size_t length = 0; length <= path.size(); ++length)
            if (match_from(tokens, at + 1, path.substr(length), captures)) return true;
        return false;
    case Token::Kind::folders:
        for (std::size_t start = 0;;) {
            if (match_from(tokens, at + 1, path.substr(start), captures)) return true;
            const auto slash = path.find('/', start);
            if (slash == std::string_view::npos) return false;
            start = slash + 1;
        }
    case Token::Kind::name:
        break;
    }
    if (const auto known = captures.find(token.text); known != captures.end())
        return path.starts_with(known->second) &&
               match_from(tokens, at + 1, path.substr(known->second.size()), captures);
    for (std::size_t length = 1; length <= path.size() && path[length - 1] != '/'; ++length) {
        captures[token.text] = std::string(path.substr(0, length));
        if (match_from(tokens, at + 1, path.substr(length), captures)) return true;
    }
    captures.erase(token.text);
    return false;
}

std::optional<Captures> PathPattern::match(std::string_view path) const {
    for (const auto& tokens : alternatives_) {
        Captures captures;
        if (match_from(tokens, 0, path, captures)) return captures;
    }
    return std::nullopt;
}

std::string_view PathPattern::base_of(std::string_view path) const {
    std::size_t end = 0;
    for (std::size_t depth = 0; depth < base_depth_; ++depth) {
        const auto slash = path.find('/', end == 0 ? 0 : end + 1);
        if (slash == std::string_view::npos) break;
        end = slash;
    }
    return path.substr(0, end);
}

Result<Template> Template::parse(std::string_view text, const std::vector<std::string>& names) {
    Template parsed;
    std::string literal;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '{') {
            literal += text[i];
            continue;
        }
        const auto close = text.find('}', i);
        if (close == std::string_view::npos) return bad(text, "has an open brace");
        const std::string_view inside = text.substr(i + 1, close - i - 1);
        const auto bar = inside.find('|');
        Piece piece{std::string(inside.substr(0, bar)), true,
                    bar == std::string_view::npos ? "" : std::string(inside.substr(bar + 1))};
        if (std::find(names.begin(), names.end(), piece.text) == names.end())
            return bad(text, "uses {" + piece.text + "}, which the rule's match doesn't name");
        if (!piece.filter.empty() && piece.filter != "title" && piece.filter != "lower")
            return bad(text, "uses the filter \"" + piece.filter + "\"; there are title and lower");
        if (!literal.empty()) parsed.pieces_.push_back({std::exchange(literal, {}), false, ""});
        parsed.pieces_.push_back(std::move(piece));
        i = close;
    }
    if (!literal.empty()) parsed.pieces_.push_back({std::move(literal), false, ""});
    return parsed;
}

std::string Template::fill(const Captures& captures) const {
    std::string out;
    for (const auto& piece : pieces_) {
        if (!piece.is_name) {
            out += piece.text;
            continue;
        }
        const auto found = captures.find(piece.text);
        if (found == captures.end()) continue;
        if (piece.filter == "title")
            out += title(found->second);
        else if (piece.filter == "lower")
            out += fold_case(found->second);
        else
            out += found->second;
    }
    return out;
}

} // namespace bifrost::client
