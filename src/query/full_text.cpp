#include "query/full_text.hpp"

#include <array>
#include <cstdint>

#include "core/text.hpp"

namespace bifrost::query {
namespace {

constexpr std::size_t kMostWordCharacters = 100;
constexpr std::size_t kMostTerms = 16;

/// Base letters of U+00C0–U+017F in order; "" keeps the letter.
constexpr std::array<std::string_view, 0x180 - 0xC0> kBases = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c",  "e",  "e", "e", "e", "i",  "i",  "i", "i", "d", "n",
    "o", "o", "o",  "o",  "o", "",  "o",  "u",  "u",  "u", "u", "y", "th", "ss", "a", "a", "a", "a",
    "a", "a", "ae", "c",  "e", "e", "e",  "e",  "i",  "i", "i", "i", "d",  "n",  "o", "o", "o", "o",
    "o", "",  "o",  "u",  "u", "u", "u",  "y",  "th", "y", "a", "a", "a",  "a",  "a", "a", "c", "c",
    "c", "c", "c",  "c",  "c", "c", "d",  "d",  "d",  "d", "e", "e", "e",  "e",  "e", "e", "e", "e",
    "e", "e", "g",  "g",  "g", "g", "g",  "g",  "g",  "g", "h", "h", "h",  "h",  "i", "i", "i", "i",
    "i", "i", "i",  "i",  "i", "i", "ij", "ij", "j",  "j", "k", "k", "k",  "l",  "l", "l", "l", "l",
    "l", "l", "l",  "l",  "l", "n", "n",  "n",  "n",  "n", "n", "n", "n",  "n",  "o", "o", "o", "o",
    "o", "o", "oe", "oe", "r", "r", "r",  "r",  "r",  "r", "s", "s", "s",  "s",  "s", "s", "s", "s",
    "t", "t", "t",  "t",  "t", "t", "u",  "u",  "u",  "u", "u", "u", "u",  "u",  "u", "u", "u", "u",
    "w", "w", "y",  "y",  "y", "z", "z",  "z",  "z",  "z", "z", "s"};

struct Character {
    std::uint32_t code = 0;
    std::size_t size = 1; ///< bytes; a byte that is not UTF-8 stands alone as code 0
};

Character character_at(std::string_view text, std::size_t at) {
    const auto first = static_cast<unsigned char>(text[at]);
    if (first < 0x80) return {first, 1};
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || !is_utf8(text.substr(at, size))) return {0, 1};
    std::uint32_t code = first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i)
        code = (code << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3F);
    return {code, size};
}

bool is_in(std::uint32_t code, std::uint32_t first, std::uint32_t last) {
    return code >= first && code <= last;
}

/// Marks that sit on the letter before them.
bool is_mark(std::uint32_t code) { return is_in(code, 0x300, 0x36F); }

bool is_letter(std::uint32_t code) {
    if (code < 0x80) return is_in(code, '0', '9') || is_in(code, 'a', 'z') || is_in(code, 'A', 'Z');
    if (code < 0xC0) return code == 0xAA || code == 0xB5 || code == 0xBA;
    if (code == 0xD7 || code == 0xF7) return false;
    // Punctuation, symbols, private use, variation selectors, pictographs.
    return !is_in(code, 0x2000, 0x2BFF) && !is_in(code, 0x2E00, 0x2E7F) && !is_in(code, 0x3000, 0x3004) &&
           !is_in(code, 0x3008, 0x3020) && !is_in(code, 0xE000, 0xF8FF) && !is_in(code, 0xFE00, 0xFE6F) &&
           !is_in(code, 0xFF00, 0xFF0F) && !is_in(code, 0xFF1A, 0xFF20) && !is_in(code, 0xFFF0, 0xFFFF) &&
           code < 0x1F000;
}

/// Written without spaces between words.
bool stands_alone(std::uint32_t code) {
    return is_in(code, 0x3040, 0x30FF) || is_in(code, 0x3400, 0x9FFF) || is_in(code, 0xF900, 0xFAFF);
}

void append_folded(std::string& out, std::uint32_t code, std::string_view bytes) {
    if (is_in(code, 0xC0, 0x17F)) {
        const auto base = kBases[code - 0xC0];
        out += base.empty() ? bytes : base;
        return;
    }
    switch (code) {
    case 0x386:
    case 0x3AC:
        out += "α";
        return;
    case 0x388:
    case 0x3AD:
        out += "ε";
        return;
    case 0x389:
    case 0x3AE:
        out += "η";
        return;
    case 0x38A:
    case 0x3AF:
    case 0x3CA:
    case 0x390:
        out += "ι";
        return;
    case 0x38C:
    case 0x3CC:
        out += "ο";
        return;
    case 0x38E:
    case 0x3CD:
    case 0x3CB:
    case 0x3B0:
        out += "υ";
        return;
    case 0x38F:
    case 0x3CE:
        out += "ω";
        return;
    case 0x3C2:
        out += "σ";
        return;
    case 0x401:
    case 0x451:
        out += "е";
        return;
    default:
        out += fold_case(bytes);
    }
}

std::string quoted(database::Dialect dialect, const std::string& word, bool prefix) {
    if (dialect == database::Dialect::sqlite) return "\"" + word + "\"" + (prefix ? " *" : "");
    return "'" + word + "'" + (prefix ? ":*" : "");
}

} // namespace

std::vector<Word> find_words(std::string_view text) {
    std::vector<Word> words;
    Word word;
    std::size_t characters = 0;
    const auto end_word = [&](std::size_t end) {
        if (word.folded.empty()) return;
        word.end = end;
        words.push_back(std::move(word));
        word = {};
        characters = 0;
    };
    for (std::size_t at = 0; at < text.size();) {
        const auto [code, size] = character_at(text, at);
        const bool mark = is_mark(code);
        if (!mark && (!is_letter(code) || stands_alone(code))) end_word(at);
        if (!mark && is_letter(code)) {
            if (word.folded.empty()) word.begin = at;
            if (++characters <= kMostWordCharacters) append_folded(word.folded, code, text.substr(at, size));
            if (stands_alone(code)) end_word(at + size);
        }
        at += size;
    }
    end_word(text.size());
    return words;
}

std::string fold_words(std::string_view text) {
    std::string out;
    for (const auto& word : find_words(text)) {
        if (!out.empty()) out += ' ';
        out += word.folded;
    }
    return out;
}

std::vector<Term> query_terms(std::string_view text) {
    std::vector<Term> terms;
    const auto words = find_words(text);
    for (const auto& word : words) {
        if (terms.size() == kMostTerms) break;
        terms.push_back({{word.folded}, word.end == text.size()});
    }
    return terms;
}

std::string match_text(database::Dialect dialect, const std::vector<Term>& terms, bool title_only) {
    const bool sqlite = dialect == database::Dialect::sqlite;
    std::string out;
    for (const auto& term : terms) {
        if (!out.empty()) out += sqlite ? " AND " : " & ";
        out += '(';
        for (std::size_t i = 0; i < term.words.size(); ++i) {
            if (i != 0) out += sqlite ? " OR " : " | ";
            out += quoted(dialect, term.words[i], term.prefix);
            // The weights of codes and names.
            if (title_only && !sqlite) out += term.prefix ? "AB" : ":AB";
        }
        out += ')';
    }
    if (title_only && sqlite) return "{code_words name_words} : (" + out + ")";
    return out;
}

std::optional<TextMatch> full_text_match(database::Dialect dialect, std::string_view text) {
    const auto terms = query_terms(text);
    if (terms.empty()) return std::nullopt;
    const bool sqlite = dialect == database::Dialect::sqlite;
    return TextMatch{sqlite ? "select d.entity_id from search_words join search_document d on d.number = "
                              "search_words.rowid where search_words match ?"
                            : "select d.entity_id from search_document d where d.words @@ cast(? as tsquery)",
                     database::make_params(match_text(dialect, terms))};
}

} // namespace bifrost::query
