// What a template must keep to, so that paths can be read back and no two entities share one.

#include <algorithm>

#include "services/folder/template_set.hpp"

namespace bifrost::folder {
namespace {

std::size_t at(Token token) { return static_cast<std::size_t>(token); }
bool is_token(const Part& part) { return part.literal.empty(); }

std::optional<Token> own_token(std::string_view kind) {
    if (kind == "project") return Token::project;
    if (kind == "episode") return Token::episode;
    if (kind == "sequence") return Token::sequence;
    if (kind == "shot") return Token::shot;
    if (kind == "asset") return Token::asset;
    return std::nullopt;
}

Tokens set_of(std::initializer_list<Token> list) {
    Tokens tokens;
    for (const Token token : list) tokens.set(at(token));
    return tokens;
}

/// Tokens that every path of the kind must have, or the one of another entity could be the same.
Tokens needed(std::string_view kind) {
    Tokens tokens = set_of({Token::project});
    if (const auto own = own_token(kind)) tokens.set(at(*own));
    if (kind == "shot") tokens.set(at(Token::sequence));
    return tokens;
}

Tokens allowed(std::string_view kind) {
    Tokens tokens = needed(kind) | set_of({Token::task, Token::workfile, Token::extension});
    if (kind != "project") tokens |= set_of({Token::product, Token::version, Token::representation});
    if (kind == "asset") tokens.set(at(Token::asset_type));
    if (kind == "sequence" || kind == "shot") tokens.set(at(Token::episode));
    return tokens;
}

std::string braces(Token token) { return "{" + std::string(token_name(token)) + "}"; }

void check_segment(const Segment& segment, std::vector<std::string>& faults) {
    if (segment.empty()) {
        faults.emplace_back("must not begin or end with '/' or have two of them together");
        return;
    }
    if (segment.size() == 1 && !is_token(segment.front())) {
        if (auto wrong = name_fault(segment.front().literal)) faults.push_back(std::move(*wrong));
        if (segment.front().literal.starts_with(".bifrost"))
            faults.emplace_back(
                "must not use names that begin with '.bifrost': they are kept for the server");
        return;
    }
    const Part& first = segment.front();
    const Part& last = segment.back();
    if ((!is_token(first) && first.literal.front() == ' ') ||
        (!is_token(last) && (last.literal.back() == ' ' || last.literal.back() == '.')))
        faults.emplace_back("has a name that begins with a space or ends in a dot or space");
}

void check_variant(const Template& one, const Variant& variant, std::vector<std::string>& faults) {
    Tokens known;
    for (const auto& segment : variant.segments) {
        check_segment(segment, faults);
        if (!is_readable(segment, known))
            faults.emplace_back(
                "can't be read back: between two tokens of one name there must be a sign that can't be "
                "part of them, such as '.', or a number");
        for (const auto& part : segment)
            if (is_token(part)) known.set(at(part.token));
    }
    // The first folder that isn't fixed is the project's: what lies in it is its own, and nothing else is.
    for (const auto& segment : variant.segments) {
        if (segment.size() == 1 && !is_token(segment.front())) continue;
        if (segment.size() != 1 || segment.front().token != Token::project)
            faults.emplace_back("must have {project} as a folder by itself before every other token");
        break;
    }
    const Tokens missing = needed(one.kind) & ~variant.tokens;
    for (std::size_t i = 0; i < kTokens; ++i)
        if (missing.test(i))
            faults.push_back("must have " + braces(static_cast<Token>(i)) +
                             " outside of brackets: without it two entities would get one path");
    const auto needs = [&](Token token, Token other) {
        if (variant.tokens.test(at(token)) && !variant.tokens.test(at(other)))
            faults.push_back("can't have " + braces(token) + " without " + braces(other));
    };
    needs(Token::version, Token::product);
    needs(Token::representation, Token::version);
}

/// The entity whose children the token's codes are unique among.
Token parent_of(Token token, const Template& one, const Variant& variant) {
    if (token == Token::shot) return Token::sequence;
    if (token == Token::sequence && variant.tokens.test(at(Token::episode))) return Token::episode;
    if (token == Token::product) return own_token(one.kind).value_or(Token::project);
    return Token::project;
}

struct Line {
    const Template* owner;
    Variant variant;
    std::string text; ///< for people
    bool is_child = false;
};

/// Two different children of one parent never have one code, so two paths that differ there first are apart.
bool are_siblings(const Line& a, const Line& b, std::size_t segment) {
    const Segment& left = a.variant.segments[segment];
    const Segment& right = b.variant.segments[segment];
    if (left.size() != 1 || right.size() != 1 || !is_token(left.front()) || !is_token(right.front()))
        return false;
    const Tokens entities =
        set_of({Token::episode, Token::sequence, Token::shot, Token::asset, Token::product});
    const Token one = left.front().token;
    const Token other = right.front().token;
    if (one == other || !entities.test(at(one)) || !entities.test(at(other))) return false;
    const Token parent = parent_of(one, *a.owner, a.variant);
    if (parent != parent_of(other, *b.owner, b.variant)) return false;
    for (std::size_t i = 0; i < segment; ++i)
        for (const auto& part : a.variant.segments[i])
            if (is_token(part) && part.token == parent) return true;
    return false;
}

/// Whether the first `count` segments of both could be the same names.
bool may_meet(const Line& a, const Line& b, std::size_t count) {
    bool same_so_far = true;
    for (std::size_t i = 0; i < count; ++i) {
        const Segment& left = a.variant.segments[i];
        const Segment& right = b.variant.segments[i];
        if (left == right) continue;
        if (!may_overlap(left, right)) return false;
        if (same_so_far && are_siblings(a, b, i)) return false;
        same_so_far = false;
    }
    return true;
}

std::string describe(const Line& line) {
    return "'" + line.text + "' (" + line.owner->data_type + " of " + line.owner->kind + ")";
}

std::string text_of(const Variant& variant) {
    std::string text;
    for (const auto& segment : variant.segments) {
        if (!text.empty()) text += '/';
        for (const auto& part : segment) text += is_token(part) ? braces(part.token) : part.literal;
    }
    return text;
}

std::vector<Line> lines_of(const TemplateSet& set) {
    std::vector<Line> lines;
    for (const auto& one : set.all()) {
        for (const auto& variant : one.pattern.variants()) lines.push_back({&one, variant, text_of(variant)});
        const Variant& shortest = one.pattern.variants().back();
        for (const auto& child : one.children) {
            Variant below = shortest;
            for (const auto name : split_path(child))
                below.segments.push_back({Part{std::string(name), Token::count_, false, 0}});
            std::string text = text_of(below);
            lines.push_back({&one, std::move(below), std::move(text), true});
        }
    }
    return lines;
}

} // namespace

std::vector<std::string> template_faults(const Template& one) {
    std::vector<std::string> faults;
    const Tokens strangers = one.pattern.longest().tokens & ~allowed(one.kind);
    for (std::size_t i = 0; i < kTokens; ++i)
        if (strangers.test(i))
            faults.push_back("can't have " + braces(static_cast<Token>(i)) + " in a template for " +
                             one.kind + "s");
    for (const auto& variant : one.pattern.variants()) check_variant(one, variant, faults);
    const Tokens& all = one.pattern.longest().tokens;
    if ((one.kind == "sequence" || one.kind == "shot") && !all.test(at(Token::episode)))
        faults.emplace_back("must have [{episode}/]: two sequences in different episodes may have one code");
    if (one.holds_versions() && (!all.test(at(Token::product)) || !all.test(at(Token::version))))
        faults.emplace_back(
            "must have {product} and {version}: published files lie in their version's folder");
    std::sort(faults.begin(), faults.end());
    faults.erase(std::unique(faults.begin(), faults.end()), faults.end());
    return faults;
}

std::vector<std::string> collisions(const TemplateSet& set) {
    constexpr std::size_t kMost = 10;
    std::vector<std::string> found;
    const auto lines = lines_of(set);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (std::size_t j = i + 1; j < lines.size() && found.size() < kMost; ++j) {
            const Line& a = lines[i];
            const Line& b = lines[j];
            if (a.owner->root != b.owner->root) continue;
            const std::size_t size_a = a.variant.segments.size();
            const std::size_t size_b = b.variant.segments.size();
            if (size_a == size_b && may_meet(a, b, size_a)) {
                found.push_back(describe(a) + " and " + describe(b) + " could be one path");
                continue;
            }
            const Line& shorter = size_a < size_b ? a : b;
            const Line& longer = size_a < size_b ? b : a;
            const bool owns = shorter.owner->holds_versions() && !shorter.is_child &&
                              shorter.variant.tokens == shorter.owner->pattern.longest().tokens;
            if (owns && size_a != size_b && may_meet(shorter, longer, std::min(size_a, size_b)))
                found.push_back(describe(longer) + " could lie among the files of a version, " +
                                describe(shorter));
        }
    }
    return found;
}

} // namespace bifrost::folder
