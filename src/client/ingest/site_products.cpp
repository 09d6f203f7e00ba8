#include "client/ingest/site_products.hpp"

#include <unordered_set>

#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

constexpr std::size_t kFew = 20;

/// A version that no ingest made has no manifest: it differs from every folder.
void note(const boost::json::value& version, const std::string& id, IngestCache& cache) {
    const auto* source = find_member(version, "source");
    cache.set_manifest(id, source == nullptr ? "" : text_or(*source, "ingest", ""));
}

} // namespace

Result<SiteProducts> list_site_products(Api& api, const std::string& project) {
    SiteProducts site;
    const Query query{{"limit", "1000"}, {"include", "products"}};
    const auto take = [&](const boost::json::value& asset) {
        const std::string code = text_or(asset, "code", "");
        site.assets[code] = text_or(asset, "id", "");
        for (const auto& product : array_of(asset, "products"))
            site.products[code + "/" + text_or(product, "code", "")] = {
                text_or(product, "id", ""), text_or(product, "latest_version_id", "")};
        return true;
    };
    BIFROST_CHECK(api.list("/projects/" + percent_encode(project) + "/assets", query, take));
    return site;
}

Result<> learn_manifests(Api& api, const std::string& project, const std::vector<std::string>& version_ids,
                         IngestCache& cache) {
    std::unordered_set<std::string> unknown;
    for (const auto& id : version_ids)
        if (!cache.find_manifest(id)) unknown.insert(id);
    if (unknown.size() <= kFew) {
        for (const auto& id : unknown) {
            BIFROST_ASSIGN(const Answer answer, api.get("/versions/" + id));
            note(answer.body, id, cache);
        }
        return {};
    }
    const Query query{{"limit", "1000"}, {"state", "published"}, {"fields", "source"}};
    return api.list("/projects/" + percent_encode(project) + "/versions", query,
                    [&](const boost::json::value& version) {
                        const std::string id = text_or(version, "id", "");
                        if (unknown.erase(id) > 0) note(version, id, cache);
                        return !unknown.empty();
                    });
}

} // namespace bifrost::client
