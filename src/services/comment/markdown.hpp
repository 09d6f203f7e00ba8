#pragma once
// Markdown to HTML that can't harm: every character of the source is escaped, and only the tags that this
// file writes come out. A small part of CommonMark: paragraphs, line breaks, headings, quotes, lists, check
// lists, code, strong, emphasis, deleted text and links to http, https and mailto.

#include <string>
#include <string_view>
#include <vector>

namespace bifrost::comment {

std::string render_markdown(std::string_view text);

/// The codes behind "@" where a word begins, folded, each once; none inside of code.
std::vector<std::string> find_mentions(std::string_view text);

/// The source with the n-th check box ("- [ ]") set or cleared; unchanged when there is no such one.
std::string set_check(std::string_view text, std::size_t index, bool checked);
std::size_t count_checks(std::string_view text);

} // namespace bifrost::comment
