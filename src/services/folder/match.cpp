#include "services/folder/match.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace bifrost::folder {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// Characters that a token's text may hold.
bool is_of(const Part& part, char c) {
    if (is_number(part.token)) return is_digit(c);
    if (part.token == Token::extension) return is_lower(c) || is_digit(c);
    const bool of_code = is_lower(c) || is_digit(c) || c == '_' || c == '-';
    return of_code || (part.as_label && (is_upper(c) || c == ' ' || c == '.'));
}

bool is_token(const Part& part) { return part.literal.empty(); }

/// What is fixed by a neighbour: true when no text of `part` can go on into it.
bool ends_before(const Part& part, const Part& next) {
    return !is_token(next) && !is_of(part, next.literal.front());
}
bool begins_behind(const Part& part, const Part& previous) {
    return !is_token(previous) && !is_of(part, previous.literal.back());
}

/// Takes the text as the token's value; false when it can't be that, or the token has another value.
bool take(const Part& part, std::string_view text, Values& values) {
    std::string code;
    if (is_number(part.token)) {
        if (text.empty() || text.size() > 18 || !std::all_of(text.begin(), text.end(), is_digit))
            return false;
        if (static_cast<int>(text.size()) < part.width) return false;
        const std::size_t front = text.find_first_not_of('0');
        if (front == std::string_view::npos) return false; // numbers count from 1
        code = text.substr(front);
        if (static_cast<int>(text.size()) > part.width && text.front() == '0') return false;
    } else if (part.token == Token::extension) {
        if (text.empty() || text.size() > 16 ||
            !std::all_of(text.begin(), text.end(), [&](char c) { return is_of(part, c); }))
            return false;
        code = text;
    } else if (part.as_label) {
        const auto folded = fold_code(text);
        if (!folded) return false;
        code = *folded;
    } else {
        if (!is_code(text)) return false;
        code = text;
    }
    if (values.has(part.token) && values.code(part.token) != code) return false;
    values.set(part.token, std::move(code));
    if (part.as_label) values.set_label(part.token, std::string(text));
    return true;
}

/// The text of a known token, when it stands at the front (or back) of `text`.
std::optional<std::size_t> known_length(const Part& part, const Values& values, std::string_view text,
                                        bool from_back) {
    if (!values.has(part.token)) return std::nullopt;
    std::size_t length = values.code(part.token).size();
    if (is_number(part.token)) length = std::max(length, static_cast<std::size_t>(part.width));
    if (length > text.size()) return std::nullopt;
    const std::string_view here = from_back ? text.substr(text.size() - length) : text.substr(0, length);
    Values check = values;
    if (!take(part, here, check)) return std::nullopt;
    return length;
}

bool match_segment(const Segment& segment, std::string_view text, Values& values) {
    std::size_t first = 0;
    std::size_t last = segment.size();
    // From the left as far as each token's end is certain, then from the right.
    while (first < last) {
        const Part& part = segment[first];
        std::size_t length = 0;
        if (!is_token(part)) {
            if (!text.starts_with(part.literal)) return false;
            text.remove_prefix(part.literal.size());
            ++first;
            continue;
        }
        if (values.has(part.token)) {
            const auto known = known_length(part, values, text, false);
            if (!known) return false;
            length = *known;
        } else if (first + 1 < last && ends_before(part, segment[first + 1])) {
            while (length < text.size() && is_of(part, text[length])) ++length;
        } else {
            break;
        }
        if (!take(part, text.substr(0, length), values)) return false;
        text.remove_prefix(length);
        ++first;
    }
    while (first + 1 < last) {
        const Part& part = segment[last - 1];
        std::size_t length = 0;
        if (!is_token(part)) {
            if (!text.ends_with(part.literal)) return false;
            text.remove_suffix(part.literal.size());
            --last;
            continue;
        }
        if (values.has(part.token)) {
            const auto known = known_length(part, values, text, true);
            if (!known) return false;
            length = *known;
        } else if (begins_behind(part, segment[last - 2])) {
            while (length < text.size() && is_of(part, text[text.size() - 1 - length])) ++length;
        } else {
            return false;
        }
        if (!take(part, text.substr(text.size() - length), values)) return false;
        text.remove_suffix(length);
        --last;
    }
    if (first == last) return text.empty();
    return take(segment[first], text, values);
}

std::string_view literal_front(const Segment& segment) {
    return is_token(segment.front()) ? std::string_view{} : std::string_view(segment.front().literal);
}
std::string_view literal_back(const Segment& segment) {
    return is_token(segment.back()) ? std::string_view{} : std::string_view(segment.back().literal);
}

bool is_literal(const Segment& segment) { return segment.size() == 1 && !is_token(segment.front()); }

/// Whether a fixed name could be written by the segment, on a disk that doesn't tell cases apart.
bool could_be(const Segment& segment, std::string_view name) {
    Segment folded = segment;
    for (auto& part : folded) part.literal = fold_case(part.literal);
    Values values;
    return match_segment(folded, fold_case(name), values);
}

} // namespace

std::vector<std::string_view> split_path(std::string_view path) {
    std::vector<std::string_view> segments;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        segments.push_back(path.substr(at, slash - at));
        at = slash + 1;
    }
    return segments;
}

std::optional<Values> match(const Variant& variant, const std::vector<std::string_view>& segments) {
    if (segments.size() < variant.segments.size()) return std::nullopt;
    // Most patterns fail at a literal: look at those before anything is copied.
    for (std::size_t i = 0; i < variant.segments.size(); ++i)
        if (is_literal(variant.segments[i]) && variant.segments[i].front().literal != segments[i])
            return std::nullopt;
    Values values;
    for (std::size_t i = 0; i < variant.segments.size(); ++i)
        if (!match_segment(variant.segments[i], segments[i], values)) return std::nullopt;
    return values;
}

bool is_readable(const Segment& segment, const Tokens& known_before) {
    Tokens known = known_before;
    const auto is_known = [&](const Part& part) { return known.test(static_cast<std::size_t>(part.token)); };
    const auto learn = [&](const Part& part) { known.set(static_cast<std::size_t>(part.token)); };
    std::size_t first = 0;
    std::size_t last = segment.size();
    for (; first < last; ++first) {
        const Part& part = segment[first];
        if (!is_token(part) || is_known(part)) continue;
        if (first + 1 >= last || !ends_before(part, segment[first + 1])) break;
        learn(part);
    }
    for (; first + 1 < last; --last) {
        const Part& part = segment[last - 1];
        if (!is_token(part) || is_known(part)) continue;
        if (!begins_behind(part, segment[last - 2])) return false;
        learn(part);
    }
    return true;
}

bool may_overlap(const Segment& a, const Segment& b) {
    if (a.empty() || b.empty()) return a.empty() && b.empty();
    if (is_literal(a) && is_literal(b)) return fold_case(a.front().literal) == fold_case(b.front().literal);
    if (is_literal(a)) return could_be(b, a.front().literal);
    if (is_literal(b)) return could_be(a, b.front().literal);
    const std::string front_a = fold_case(literal_front(a));
    const std::string front_b = fold_case(literal_front(b));
    const std::string back_a = fold_case(literal_back(a));
    const std::string back_b = fold_case(literal_back(b));
    const bool fronts = front_a.starts_with(front_b) || front_b.starts_with(front_a);
    const bool backs = back_a.ends_with(back_b) || back_b.ends_with(back_a);
    return fronts && backs;
}

} // namespace bifrost::folder
