#pragma once
// Tables out: what an import takes, as it is now.

#include <string>
#include <string_view>

#include "access/actor.hpp"
#include "database/database.hpp"
#include "services/csv/column.hpp"

namespace bifrost::csv {

struct ExportRequest {
    Kind kind = Kind::asset;
    char delimiter = ',';
    bool archived = false; ///< archived ones too
};

/// Every asset, shot or casting row of a project that the actor may see, with headings that an import reads;
/// keys of metadata are columns of their own ("meta.camera"). UTF-8 with CR LF. Cells that a spreadsheet
/// would run begin with '.
Result<std::string> export_csv(database::Tx& tx, const access::Actor& actor, std::string_view project,
                               const ExportRequest& request);

} // namespace bifrost::csv
