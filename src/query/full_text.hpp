#pragma once
// Full text the same on both databases: words are found and folded here, so that neither tokenizer decides
// what matches. The index holds folded words, and a query is made of quoted words only, so that text from a
// user never becomes query syntax.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database/query.hpp"

namespace bifrost::query {

/// The consumer of the event log that keeps the search tables; its cursor tells how fresh they are.
inline constexpr std::string_view kSearchConsumer = "search";

/// A word of a text: lower case, without accents, at most 100 characters, and where it stands (bytes).
struct Word {
    std::string folded;
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Letters and digits make words; everything else parts them, so "wooden_robot" is two. Each ideograph and
/// kana is a word of its own. Bytes that are not UTF-8 part words.
std::vector<Word> find_words(std::string_view text);
/// The folded words with one space between them.
std::string fold_words(std::string_view text);

/// Alternatives of one word of a query; any of them will do.
struct Term {
    std::vector<std::string> words;
    bool prefix = false; ///< anything that begins so
};

/// What was asked: every word, the last as a prefix unless a separator follows it. At most 16 words.
std::vector<Term> query_terms(std::string_view text);

/// The terms as FTS5's MATCH or PostgreSQL's tsquery takes them. `title_only` leaves the columns of codes and
/// names.
std::string match_text(database::Dialect dialect, const std::vector<Term>& terms, bool title_only = false);

/// A subquery with `?` for its values.
struct TextMatch {
    std::string sql;
    database::Params values;
};
/// "select entity_id …" of the documents that match; nothing when the text has no word in it.
std::optional<TextMatch> full_text_match(database::Dialect dialect, std::string_view text);

} // namespace bifrost::query
