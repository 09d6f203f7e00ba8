#pragma once
// Where what was searched stands in a text.

#include <optional>
#include <string_view>
#include <vector>

#include "query/full_text.hpp"
#include "services/search/search.hpp"

namespace bifrost::search {

/// The text with the places of every word that one of the terms finds; a long text is cut to about 200
/// characters around the first place. Nothing when none is found.
std::optional<Highlight> highlight(std::string_view field, std::string_view text,
                                   const std::vector<query::Term>& terms);

} // namespace bifrost::search
