#pragma once
// Conditions that the lists of this room share.

#include <string_view>
#include <vector>

#include "query/list.hpp"

namespace bifrost::shot {

void match_archived(query::ListQuery& list, const query::ListRequest& request);
/// Every word of `text` has to stand in one of these folded columns.
void match_words(query::ListQuery& list, std::string_view text, const std::vector<std::string_view>& columns);
/// `column` is one of `values`, folded; no values ask nothing.
void match_any(query::ListQuery& list, std::string_view column, const std::vector<std::string>& values);

} // namespace bifrost::shot
