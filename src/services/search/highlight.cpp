#include "services/search/highlight.hpp"

#include "core/text.hpp"

namespace bifrost::search {
namespace {

constexpr std::size_t kMostBytes = 400; // shorter texts are shown whole
constexpr std::size_t kBefore = 60;
constexpr std::size_t kAfter = 140;

bool finds(const std::vector<query::Term>& terms, const std::string& word) {
    for (const auto& term : terms)
        for (const auto& wanted : term.words)
            if (word == wanted || (term.prefix && word.starts_with(wanted))) return true;
    return false;
}

/// Moves a place in a text to the beginning of its code point.
std::size_t to_boundary(std::string_view text, std::size_t at) {
    while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
    return at;
}

} // namespace

std::optional<Highlight> highlight(std::string_view field, std::string_view text,
                                   const std::vector<query::Term>& terms) {
    std::vector<query::Word> found;
    for (auto& word : query::find_words(text))
        if (finds(terms, word.folded)) found.push_back(std::move(word));
    if (found.empty()) return std::nullopt;
    std::size_t begin = 0;
    std::size_t end = text.size();
    if (text.size() > kMostBytes) {
        const std::size_t first = found.front().begin;
        begin = to_boundary(text, first > kBefore ? first - kBefore : 0);
        end = to_boundary(text, std::min(text.size(), std::max(found.front().end, first + kAfter)));
    }
    Highlight out{std::string(field), std::string(text.substr(begin, end - begin)), {}};
    for (const auto& word : found) {
        if (word.begin < begin || word.end > end) continue;
        const auto first = utf8_length(text.substr(begin, word.begin - begin));
        const auto length = utf8_length(text.substr(word.begin, word.end - word.begin));
        out.ranges.push_back({static_cast<std::int64_t>(first), static_cast<std::int64_t>(first + length)});
    }
    return out;
}

} // namespace bifrost::search
