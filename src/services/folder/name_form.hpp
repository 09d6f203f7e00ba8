#pragma once
// Names that people take for one and disks don't: other cases, and accents in one character or two.

#include <string>
#include <string_view>

namespace bifrost::folder {

/// Why a file that has the right bytes lies under `name` and not under `wanted`, both paths, as a sentence.
std::string difference(std::string_view name, std::string_view wanted);

} // namespace bifrost::folder
