#pragma once

#include <string>
#include <string_view>

namespace bifrost::media {

/// What a program said was wrong, for people: its last line that tells something, without paths (which are
/// the site's own business) and without characters that a terminal would obey. "it can't be read" when it
/// said nothing.
std::string program_words(std::string_view errors);

} // namespace bifrost::media
