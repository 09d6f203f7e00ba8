#pragma once
// Brings files of the site here: out of the local cache, else over a few connections at once in ranges; every
// byte is checked by sha256 before a file gets its name.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/transfer/local_file.hpp"
#include "client/transfer/progress.hpp"
#include "client/transport/api.hpp"

namespace bifrost::client {

struct DownloadItem {
    std::string sha256;
    std::int64_t size = 0;
    std::string url; ///< as in the answer; relative ones are the site's
    std::filesystem::path target;
};

struct DownloadOptions {
    std::filesystem::path cache = cache_folder();
    CopyWay way = CopyWay::copy;
    std::size_t parallel = 6;
    Progress* progress = nullptr;
};

struct DownloadCounts {
    std::int64_t downloaded = 0; ///< distinct contents that came over the network
    std::int64_t from_cache = 0; ///< distinct contents that were in the cache
    std::int64_t kept = 0;       ///< files whose target had the right bytes already
};

/// Fetches all of them, or leaves every target that is not done as it was and returns the first error. An
/// interrupted download is removed; one that was killed goes on from its last finished range the next time.
Result<DownloadCounts> download(Api& api, const std::vector<DownloadItem>& items,
                                const DownloadOptions& options);

} // namespace bifrost::client
