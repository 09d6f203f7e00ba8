#pragma once
// Pins: which version of which product a component or a casting means.

#include <string>
#include <vector>

#include "core/json_reader.hpp"
#include "database/database.hpp"

namespace bifrost::publish {

/// The member `pins`, {product code: version id | "latest" | "latest_approved"}, with folded codes, as
/// canonical text; "{}" when it isn't there. Bad ones are errors of the reader.
json::Raw read_pins(json::Reader& reader);

struct PinnedRow {
    Id asset_id;
    json::Raw pins;
    std::string pointer; ///< of the row in the request: "/data/3"
};

/// Adds an error for each pin of an exact version that is none of that product of that asset.
Result<> check_pins(database::Tx& tx, const std::vector<PinnedRow>& rows, std::vector<FieldError>& errors);

} // namespace bifrost::publish
