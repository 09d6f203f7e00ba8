#pragma once
// The shared file system under the names that this room uses.

#include "storage/shared_files/disk.hpp"

namespace bifrost::folder {

using storage::Descriptor;
using storage::Disk;
using storage::FileState;

} // namespace bifrost::folder
