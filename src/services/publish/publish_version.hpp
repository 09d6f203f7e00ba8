#pragma once
// Publishing: the step from a draft, which is its author's alone, to a version that everyone may rely on.

#include "access/call.hpp"
#include "services/publish/upload.hpp"
#include "services/publish/version.hpp"

namespace bifrost::publish {

/// In one transaction: the number, the hashes of the files, what floating dependencies mean. While uploads
/// are being verified the version becomes `verifying`, with a job (job_id) that publishes it; when one failed
/// it becomes `failed` with a sentence. Published or verifying already, it answers the same. conflict: failed
/// before, an upload isn't complete, there is nothing in it, a dependency closes a cycle or means nothing.
/// Adds "version.published" (".verifying", ".failed").
Result<VersionDetail> publish_version(access::Call& call, const Id& id,
                                      std::optional<std::int64_t> if_revision);

/// Makes a version that waits for its uploads failed, for a reason that came up while it waited. Without
/// effect on others. Adds "version.failed".
Result<> fail_version(access::Call& call, const Id& id, const std::string& why);

/// The conflict that a failed version is to a caller who wanted it published; nothing for the others.
Result<> refuse_failed(const Version& version);

/// The job that publishes a version, if it waits or runs.
Result<std::optional<Id>> find_publish_job(database::Tx& tx, const Id& version_id);

/// An upload that a version waits for.
struct PendingUpload {
    Id id;
    bool is_read_elsewhere = false; ///< another job reads its bytes right now
};
/// The uploads that a version in the state `verifying` still waits for; nothing when the version doesn't wait
/// any more.
Result<std::vector<PendingUpload>> list_pending_uploads(database::Tx& tx, const Id& version_id);

} // namespace bifrost::publish
