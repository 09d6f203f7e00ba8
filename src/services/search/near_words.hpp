#pragma once
// Words near one that was mistyped, out of those that the index has ever seen.

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "database/database.hpp"
#include "query/full_text.hpp"

namespace bifrost::search {

/// How many letters must be added, left out, replaced or swapped with a neighbour to make `word` of `other`
/// (restricted Damerau-Levenshtein distance, in code points); with `prefix`, of the beginning of `other` that
/// is nearest.
std::size_t edit_distance(std::string_view word, std::string_view other, bool prefix);

/// The terms with near words beside each: one edit away for words of 4 letters and more, two from 8 on; at
/// most five a term. Words that share a trigram or the first letter are looked at. Empty when there are none.
Result<std::vector<query::Term>> widen(database::Tx& tx, const std::vector<query::Term>& terms);

} // namespace bifrost::search
