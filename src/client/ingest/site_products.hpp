#pragma once
// What the site has already: assets, products and the newest version of each.

#include <string>
#include <unordered_map>

#include "client/ingest/ingest_cache.hpp"
#include "client/transport/api.hpp"

namespace bifrost::client {

struct SiteProduct {
    std::string id;
    std::string latest_version_id; ///< empty: nothing was published yet
};

struct SiteProducts {
    std::unordered_map<std::string, std::string> assets;   ///< id by code
    std::unordered_map<std::string, SiteProduct> products; ///< by "asset/product"
};

/// Lists the project's assets with their products, a thousand a call.
Result<SiteProducts> list_site_products(Api& api, const std::string& project);

/// Learns the manifests of the newest versions that `cache` doesn't know yet, from what ingest left in their
/// `source`: one by one when they are few, else by reading the project's list of versions.
Result<> learn_manifests(Api& api, const std::string& project, const std::vector<std::string>& version_ids,
                         IngestCache& cache);

} // namespace bifrost::client
