#pragma once
// Hashing on the server: uploads whose hash the store doesn't know, and the versions that wait for them.

#include "storage/object_store.hpp"
#include "worker/worker.hpp"

namespace bifrost::worker {

/// "checksum": reads the bytes of one upload and makes it complete or failed.
JobKind checksum_job(storage::ObjectStore& store);

/// "publish": publishes a version once its uploads are verified. What no other job reads yet it reads itself,
/// so that it never waits for a job that waits for its thread.
JobKind publish_job(storage::ObjectStore& store);

} // namespace bifrost::worker
