#pragma once

#include "services/publish/collect.hpp"
#include "worker/worker.hpp"

namespace bifrost::worker {

/// "collect": every hour removes abandoned drafts and uploads, and objects that nothing refers to any more.
JobKind collect_job(storage::ObjectStore& store, publish::CollectOptions options = {});

/// "sweep": every day removes bytes of the store that nothing knows.
JobKind sweep_job(storage::ObjectStore& store, publish::CollectOptions options = {});

} // namespace bifrost::worker
