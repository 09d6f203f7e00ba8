#include "services/search/near_words.hpp"

#include <algorithm>

namespace bifrost::search {
namespace {

constexpr std::int64_t kMostCandidates = 2000;
constexpr std::size_t kMostNear = 5;

/// The code points of folded words, each as its own bytes.
std::vector<std::string_view> characters(std::string_view word) {
    std::vector<std::string_view> out;
    for (std::size_t at = 0; at < word.size();) {
        std::size_t end = at + 1;
        while (end < word.size() && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80) ++end;
        out.push_back(word.substr(at, end - at));
        at = end;
    }
    return out;
}

std::size_t allowed_edits(std::size_t length) {
    if (length < 4) return 0;
    return length < 8 ? 1 : 2;
}

std::vector<std::string> trigrams(const std::vector<std::string_view>& letters) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i + 2 < letters.size() && out.size() < 30; ++i) {
        std::string three(letters[i]);
        three += letters[i + 1];
        three += letters[i + 2];
        out.push_back(std::move(three));
    }
    return out;
}

Result<std::vector<std::string>> list_candidates(database::Tx& tx,
                                                 const std::vector<std::string_view>& letters) {
    const bool sqlite = tx.dialect() == database::Dialect::sqlite;
    const std::string first(letters.front());
    // Everything that begins with the letter: up to the letter followed by the highest code point.
    database::Params params =
        database::make_params(first, first + "\xF4\x8F\xBF\xBF", static_cast<std::int64_t>(letters.size()));
    std::string sql = "select term from (select term from search_term where term >= $1 and term < $2 "
                      "and length(term) >= $3 - 2 order by term limit " +
                      std::to_string(kMostCandidates) + ") a union select term from (";
    const auto threes = trigrams(letters);
    if (sqlite) {
        std::string match;
        for (const auto& three : threes) match += (match.empty() ? "\"" : " OR \"") + three + "\"";
        params.push_back(database::to_value(match));
        sql += "select term from search_trigrams where search_trigrams match $4";
    } else {
        sql += "select term from search_term where ";
        for (std::size_t i = 0; i < threes.size(); ++i) {
            // Folded words have no signs that LIKE knows.
            params.push_back(database::to_value("%" + threes[i] + "%"));
            sql += (i ? " or term like $" : "term like $") + std::to_string(params.size());
        }
    }
    sql += " limit " + std::to_string(kMostCandidates) + ") b";
    BIFROST_ASSIGN(const auto rows, tx.query_text(sql, params));
    std::vector<std::string> words;
    for (const auto row : rows) words.emplace_back(row.text(0));
    return words;
}

/// The words near one, nearest first.
Result<std::vector<std::string>> near_words(database::Tx& tx, const std::string& word, bool prefix) {
    const auto letters = characters(word);
    const std::size_t allowed = allowed_edits(letters.size());
    std::vector<std::string> near;
    if (allowed == 0) return near;
    BIFROST_ASSIGN(const auto candidates, list_candidates(tx, letters));
    std::vector<std::pair<std::size_t, std::string>> ranked;
    for (const auto& candidate : candidates) {
        if (candidate == word) continue;
        const std::size_t distance = edit_distance(word, candidate, prefix);
        if (distance <= allowed) ranked.emplace_back(distance, candidate);
    }
    std::sort(ranked.begin(), ranked.end());
    for (auto& [distance, candidate] : ranked) {
        if (near.size() == kMostNear) break;
        near.push_back(std::move(candidate));
    }
    return near;
}

} // namespace

std::size_t edit_distance(std::string_view word, std::string_view other, bool prefix) {
    const auto a = characters(word);
    const auto b = characters(other);
    std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) table[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) table[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
        }
    const auto& last = table[a.size()];
    return prefix ? *std::min_element(last.begin(), last.end()) : last.back();
}

Result<std::vector<query::Term>> widen(database::Tx& tx, const std::vector<query::Term>& terms) {
    std::vector<query::Term> wide = terms;
    bool anything = false;
    for (auto& term : wide) {
        BIFROST_ASSIGN(auto near, near_words(tx, term.words.front(), term.prefix));
        anything = anything || !near.empty();
        for (auto& word : near) term.words.push_back(std::move(word));
    }
    if (!anything) wide.clear();
    return wide;
}

} // namespace bifrost::search
