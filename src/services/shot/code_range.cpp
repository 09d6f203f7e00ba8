#include "services/shot/code_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/text.hpp"

namespace bifrost::shot {
namespace {

constexpr std::size_t kMostCodes = 10'000;

std::string_view trimmed(std::string_view text) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

Error bad(std::string_view part, std::string detail) {
    return invalid_field("/codes", "'" + std::string(part.substr(0, 100)) + "' " + std::move(detail));
}

/// A code parted at its last run of digits.
struct Numbered {
    std::string_view prefix;
    std::int64_t number = 0;
    std::size_t width = 0;
};

std::optional<Numbered> part(std::string_view text) {
    std::size_t digits = 0;
    while (digits < text.size() && text[text.size() - 1 - digits] >= '0' &&
           text[text.size() - 1 - digits] <= '9')
        ++digits;
    if (digits == 0 || digits > 15) return std::nullopt;
    Numbered numbered;
    numbered.prefix = text.substr(0, text.size() - digits);
    numbered.width = digits;
    const auto number = text.substr(text.size() - digits);
    std::from_chars(number.data(), number.data() + number.size(), numbered.number);
    return numbered;
}

/// Where "…", "..", "..." or "-" parts a range: its place and length. A '-' counts only behind a digit.
std::pair<std::size_t, std::size_t> find_dots(std::string_view text) {
    for (const std::string_view dots : {"…", "...", ".."})
        if (const auto at = text.find(dots); at != std::string_view::npos) return {at, dots.size()};
    for (std::size_t at = 1; at < text.size(); ++at)
        if (text[at] == '-' && text[at - 1] >= '0' && text[at - 1] <= '9') return {at, 1};
    return {std::string_view::npos, 0};
}

Result<std::int64_t> parse_step(std::string_view text, std::string_view whole) {
    text = trimmed(text);
    std::int64_t step = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), step);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size() || step < 1)
        return bad(whole, "has no step behind 'by': write a number from 1 on");
    return step;
}

/// What stands behind " by " or "x" is the step; it is cut off.
Result<std::int64_t> take_step(std::string_view& text, std::string_view whole) {
    if (const auto by = text.rfind(" by "); by != std::string_view::npos) {
        const auto behind = text.substr(by + 4);
        text = trimmed(text.substr(0, by));
        return parse_step(behind, whole);
    }
    const auto x = text.rfind('x');
    if (x != std::string_view::npos && x > 0 && text[x - 1] >= '0' && text[x - 1] <= '9') {
        const auto behind = text.substr(x + 1);
        text = text.substr(0, x);
        return parse_step(behind, whole);
    }
    return std::int64_t{1};
}

/// Takes the sequence off the prefix; all parts must mean the same one.
Result<std::string_view> take_sequence(std::string_view code, CodeRange& range, bool first) {
    const auto cut = code.find_last_of("_/");
    const auto sequence = cut == std::string_view::npos ? std::string_view{} : code.substr(0, cut);
    if (first)
        range.sequence = sequence;
    else if (range.sequence != sequence)
        return bad(code, "is of another sequence than the codes before it");
    return cut == std::string_view::npos ? code : code.substr(cut + 1);
}

Result<> add_part(std::string_view whole, CodeRange& range) {
    const bool first = range.codes.empty();
    std::string_view text = whole;
    const auto [at, length] = find_dots(text);
    if (at == std::string_view::npos) {
        BIFROST_ASSIGN(const auto code, take_sequence(text, range, first));
        if (!fold_code(code)) return bad(whole, "is no code");
        range.codes.emplace_back(code);
        return {};
    }
    std::string_view behind = trimmed(text.substr(at + length));
    BIFROST_ASSIGN(const auto step, take_step(behind, whole));
    BIFROST_ASSIGN(const auto begin, take_sequence(trimmed(text.substr(0, at)), range, first));
    const auto from = part(begin);
    const auto cut = behind.find_last_of("_/");
    const auto to = part(cut == std::string_view::npos ? behind : behind.substr(cut + 1));
    if (!from || !to) return bad(whole, "is no range: both of its ends have to end in a number");
    if (!to->prefix.empty() && to->prefix != from->prefix)
        return bad(whole, "begins and ends with different words");
    if (to->number < from->number) return bad(whole, "runs backwards");
    if ((to->number - from->number) / step >= static_cast<std::int64_t>(kMostCodes))
        return bad(whole, "has more than 10,000 codes");
    for (std::int64_t number = from->number; number <= to->number; number += step)
        range.codes.push_back(numbered_code(from->prefix, number, from->width));
    if (!fold_code(range.codes.back())) return bad(whole, "holds no codes");
    return {};
}

} // namespace

std::string numbered_code(std::string_view prefix, std::int64_t number, std::size_t width) {
    std::string digits = std::to_string(number);
    if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
    return std::string(prefix) + digits;
}

Result<CodeRange> parse_codes(std::string_view text) {
    CodeRange range;
    while (true) {
        const auto comma = text.find(',');
        const auto part = trimmed(text.substr(0, comma));
        if (part.empty()) return invalid_field("/codes", "must name codes, such as sh0010-0100 by 10");
        BIFROST_CHECK(add_part(part, range));
        if (range.codes.size() > kMostCodes) return invalid_field("/codes", "has more than 10,000 codes");
        if (comma == std::string_view::npos) break;
        text = text.substr(comma + 1);
    }
    std::vector<std::string> folded;
    for (const auto& code : range.codes) folded.push_back(*fold_code(code));
    std::sort(folded.begin(), folded.end());
    const auto twice = std::adjacent_find(folded.begin(), folded.end());
    if (twice != folded.end()) return invalid_field("/codes", "names '" + *twice + "' twice");
    return range;
}

} // namespace bifrost::shot
