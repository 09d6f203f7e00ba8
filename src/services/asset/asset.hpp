#pragma once
// Assets: what a production builds and finds again, with their types.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "query/list.hpp"
#include "services/project/entity.hpp"

namespace bifrost::asset {

struct Asset : project::EntityFields {
    Id project_id;
    std::string code;
    std::string label;
    std::string name;
    std::string type;
    std::string status; ///< a state of its workflow; changes along transitions only
    std::string description;
    json::Raw tags{"[]"}; ///< a list of texts
    std::optional<std::string> thumbnail_url;
    bool is_assembly = false;
};
BOOST_DESCRIBE_STRUCT(Asset, (project::EntityFields),
                      (project_id, code, label, name, type, status, description, tags, thumbnail_url,
                       is_assembly))

/// Any of `types`, any of `statuses`, all of `tags`; an empty list asks nothing.
struct AssetFilter {
    std::vector<std::string> types;
    std::vector<std::string> statuses;
    std::vector<std::string> tags;
};

/// A type that ships or one of the project's own.
struct AssetType {
    std::string code;
    std::string name;
    bool is_assembly = false;
    bool is_own = false; ///< the project's own
};
BOOST_DESCRIBE_STRUCT(AssetType, (), (code, name, is_assembly, is_own))

/// What is derived and stays out of events.
const std::vector<std::string_view>& derived_fields();

/// not_found when it isn't there or in a project that the actor may not see.
Result<Asset> get_asset(database::Tx& tx, const access::Actor& actor, const Id& id);
/// Sorted by code, name, type, status, created_at or updated_at; `q` is full text, prefix on the last word.
Result<query::Page<Asset>> list_assets(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                       const query::ListRequest& request, const AssetFilter& filter);

/// `body`: {code, name, type, description?, tags?, is_assembly?, metadata?}. conflict when the code is taken
/// in the project or the project is archived. Adds "asset.created".
Result<Asset> create_asset(access::Call& call, std::string_view project, const boost::json::value& body);
/// JSON Merge Patch of code, name, type, description, tags, is_assembly, metadata; a patch that changes
/// nothing leaves the revision alone. Adds "asset.updated".
Result<Asset> update_asset(access::Call& call, const Id& id, const boost::json::value& patch,
                           std::optional<std::int64_t> if_revision);
Result<Asset> archive_asset(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
Result<Asset> restore_asset(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
/// Removes an archived asset with its products and versions. Needs site:purge.
Result<> purge_asset(access::Call& call, const Id& id);

/// Reads the asset with its row locked until the transaction ends: for changes that build on what it is.
/// not_found as get_asset.
Result<Asset> lock_asset(access::Call& call, const Id& id);

Result<std::vector<AssetType>> list_asset_types(database::Tx& tx, const access::Actor& actor,
                                                std::string_view project);
/// `body`: {code, name, is_assembly?}. Needs project:update. Adds "asset_type.created".
Result<AssetType> create_asset_type(access::Call& call, std::string_view project,
                                    const boost::json::value& body);

} // namespace bifrost::asset
