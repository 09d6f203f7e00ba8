#pragma once
// Many codes in few words: "sh0010-0100 by 10".

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace bifrost::shot {

struct CodeRange {
    std::string sequence; ///< what stands before the last '_' or '/' of the prefix; may be empty
    std::vector<std::string> codes;
};

/// "sh0010…0100 by 10", "sh0010..sh0100 by 10", "sh0010-0100x10", "sq010_sh0010…0100 by 10" (the shots of the
/// sequence sq010), a single code, or several of these with commas. Numbers keep their width. invalid
/// ("/codes") for anything else, ranges that run backwards, and more than 10,000 codes.
Result<CodeRange> parse_codes(std::string_view text);

/// `{prefix}{number}` with at least `width` digits.
std::string numbered_code(std::string_view prefix, std::int64_t number, std::size_t width);

} // namespace bifrost::shot
