#pragma once
// The links that moves leave at old places are kept for a while, then taken away.

#include "services/folder/disk.hpp"
#include "services/folder/scan.hpp"

namespace bifrost::folder {

constexpr std::int64_t kLinkSeconds = 30 * 86'400;

/// Removes the links of moves from before that time; how many. What stands there by now and is not the link
/// is left alone. Each is an event, "folder.link_removed".
Result<std::int64_t> remove_old_links(database::Database& database, const Disk& disk, Timestamp before,
                                      const std::function<bool()>& stopped);

} // namespace bifrost::folder
