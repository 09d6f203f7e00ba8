#pragma once
// The allow-list of system calls of the sandbox, as a BPF program that is made once.

#include <vector>

#include <linux/filter.h>

#include "core/result.hpp"

namespace bifrost::media {

/// The program is started by its descriptor, which has this number, lies above the limit of descriptors and
/// closes itself: no descriptor can have it afterwards, and so no second program be started.
constexpr int kProgramDescriptor = 400;
constexpr int kMostDescriptors = 256;

/// Everything that isn't on the list fails with EPERM. Made at the first call.
const Result<std::vector<sock_filter>>& system_call_filter();

} // namespace bifrost::media
