#pragma once
// From a path back to the values of a pattern, without guessing: a pattern whose segments could be read in
// two ways is never saved (see check.hpp).

#include <optional>
#include <string_view>
#include <vector>

#include "services/folder/pattern.hpp"

namespace bifrost::folder {

/// Path parts between slashes.
std::vector<std::string_view> split_path(std::string_view path);

/// Reads the first segments of a path as this variant. Nothing when it is none, or when a repeated token has
/// two values. Letters of literals count as written; the case of labels is kept.
std::optional<Values> match(const Variant& variant, const std::vector<std::string_view>& segments);

/// True when one segment can be read in one way only, given the tokens that earlier segments fixed.
bool is_readable(const Segment& segment, const Tokens& known);

/// False when no name can be written by both; true when one may.
bool may_overlap(const Segment& a, const Segment& b);

} // namespace bifrost::folder
