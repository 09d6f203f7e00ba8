#pragma once
// Publishes planned versions: assets, products and versions of many in one transaction each time.

#include <functional>
#include <string>
#include <vector>

#include "client/ingest/ingest_plan.hpp"
#include "client/ingest/site_products.hpp"
#include "client/transport/api.hpp"

namespace bifrost::client {

/// What is written besides the plan.
struct VersionContent {
    std::string manifest;
    std::vector<std::string> upload_ids; ///< of PlannedVersion::files, in order
};

class VersionWriter {
  public:
    /// `site` says what exists and learns what is made.
    VersionWriter(Api& api, std::string project, const Plan& plan, SiteProducts& site, std::string comment);

    /// Adds a version whose needs have been added before or exist on the site; writes when a batch is full.
    Result<> add(std::size_t version, VersionContent content);
    /// Writes what is left.
    Result<> flush();

    [[nodiscard]] std::int64_t assets_made() const { return assets_made_; }
    [[nodiscard]] std::int64_t versions_made() const { return versions_made_; }
    [[nodiscard]] std::int64_t dependencies_made() const { return dependencies_made_; }

    /// Hears of every version that stands: its number in the plan and its id.
    std::function<void(std::size_t, const std::string&)> on_published;

  private:
    struct Pending {
        std::size_t version;
        VersionContent content;
    };

    boost::json::object version_body(const Pending& pending, std::size_t first_file, std::size_t file_count);
    void add_owner_operations(const PlannedVersion& version, boost::json::array& operations,
                              std::vector<std::string>& made);
    [[nodiscard]] boost::json::array file_list(const Pending& pending, std::size_t first,
                                               std::size_t count) const;
    Result<> write_small();
    Result<> write_large(const Pending& pending);
    void note_made(const boost::json::value& answer, const std::vector<std::string>& made);

    Api& api_;
    std::string project_;
    const Plan& plan_;
    SiteProducts& site_;
    std::string comment_;
    std::vector<Pending> pending_;
    std::size_t pending_files_ = 0;
    std::unordered_map<std::size_t, std::size_t> place_; ///< of a pending version in pending_
    std::int64_t assets_made_ = 0;
    std::int64_t versions_made_ = 0;
    std::int64_t dependencies_made_ = 0;
};

} // namespace bifrost::client
