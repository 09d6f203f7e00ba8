#pragma once
// What the sources of this room need to know of types.

#include "services/asset/asset.hpp"

namespace bifrost::asset {

/// The type behind what was typed; invalid ("/type") when neither shipped nor the project's own has that
/// code. Asks the database only for a type that doesn't ship.
Result<AssetType> get_asset_type(database::Tx& tx, const Id& project_id, std::string_view typed);

} // namespace bifrost::asset
