#pragma once
// The same change to many entities at once: one transaction, one change set, all or nothing.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"

namespace bifrost::workflow {

struct BulkRow {
    Id id;
    std::int64_t revision = 1; ///< after the change; of a dry run as it stands
    bool changed = false;
};
BOOST_DESCRIBE_STRUCT(BulkRow, (), (id, revision, changed))

struct BulkOutcome {
    std::vector<BulkRow> data; ///< in the order of the request
    std::int64_t changed = 0;
    bool dry_run = false;
};

/// `body`: {kind: asset | shot | task | version, ids, set or transition, if_revisions?, dry_run?}, up to
/// 10,000 ids. `set` of assets: name, type, description, is_assembly, tags {set, remove, add}, metadata
/// (merged); of tasks: description, priority, start_date, due_date, shift_days, bid_minutes, assignees {set,
/// remove, add}, metadata; of versions: comment, metadata; shots are moved only. `transition`: {to,
/// comment?}. invalid for ids that are not there or may not be seen; conflict, with the member `conflicts`
/// [{id, detail, revision?, open?}], when one of them can't be changed. Adds "<kind>.updated" or
/// ".transitioned" for each that changes.
Result<BulkOutcome> bulk(access::Call& call, std::string_view project, const boost::json::value& body);

} // namespace bifrost::workflow
