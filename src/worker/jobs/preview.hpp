#pragma once

#include <filesystem>

#include "media/preview_maker.hpp"
#include "storage/object_store.hpp"
#include "worker/worker.hpp"

namespace bifrost::worker {

struct PreviewOptions {
    std::filesystem::path temporary; ///< where folders for the work are made; empty: the system's
    media::PreviewLimits limits{};
    std::size_t most_at_once = 2;
};

/// "preview": looks at the files of a published version and makes what can be made of each: once for equal
/// bytes, again when the recipe has changed.
JobKind preview_job(storage::ObjectStore& store, const PreviewOptions& options = {});

/// "preview_collect": every hour removes previews of bytes that nothing refers to any more.
JobKind preview_collect_job(storage::ObjectStore& store);

} // namespace bifrost::worker
