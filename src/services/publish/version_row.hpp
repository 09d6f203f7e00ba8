#pragma once
// How versions are read, and the checks that their writers share.

#include "access/call.hpp"
#include "core/json_reader.hpp"
#include "services/publish/version.hpp"

namespace bifrost::publish {

/// Reads the columns of find_version.
Version read_version(const database::Row& row);

struct LockedVersion {
    Version version;
    bool has_dependencies = false;
};
/// Locks it until the transaction ends. not_found when it isn't there or may not be seen.
Result<LockedVersion> lock_version(access::Call& call, const Id& id);
/// As lock_version, and conflict unless it is a draft that isn't archived. Needs version:create.
Result<Version> lock_draft(access::Call& call, const Id& id);

/// With its representations, and with the job that publishes it.
Result<VersionDetail> describe_version(database::Tx& tx, Version version);

/// Reads the member `frame_range` of a request.
std::optional<FrameRange> read_frame_range(json::Reader& reader);
/// A request can't set the status.
void refuse_status(json::Reader& reader);

/// Adds the event of a change of the version.
void add_version_event(access::Call& call, std::string action, std::string_view before,
                       const Version& version);

} // namespace bifrost::publish
