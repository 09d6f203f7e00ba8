#pragma once
// Reading what people write. Private to the room.

#include "core/json_reader.hpp"
#include "services/comment/comment.hpp"

namespace bifrost::comment {

/// text (and its html), frame, drawing. `is_new`: the text is required.
void read_written(json::Reader& reader, Comment& comment, bool is_new);
/// Who is mentioned in the text: ids of users. Codes that nobody has are text; somebody who can't see the
/// project is a bad field ("/text").
Result<> read_mentions(database::Tx& tx, json::Reader& reader, Comment& comment);

} // namespace bifrost::comment
