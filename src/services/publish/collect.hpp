#pragma once
// The collector: removes what nobody came back for, and objects that nothing refers to. Repeatable at any
// point: a row stays until the bytes that it guards are gone.

#include <functional>

#include "services/publish/upload.hpp"

namespace bifrost::publish {

struct CollectOptions {
    std::int64_t draft_seconds = 30 * 86'400;      ///< a draft that nobody touched for so long is abandoned
    std::int64_t grace_seconds = 7 * 86'400;       ///< an object without references lives on for so long
    std::int64_t store_upload_seconds = 86'400;    ///< an upload of the store that no row knows
    std::int64_t completed_upload_seconds = 3'600; ///< what the store remembers of a completed upload
};

/// How many went.
struct Collected {
    std::int64_t drafts = 0;
    std::int64_t uploads = 0;
    std::int64_t store_uploads = 0;
    std::int64_t objects = 0;
    std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(Collected, (), (drafts, uploads, store_uploads, objects, bytes))

/// Runs once through everything; ends early, without an error, when `stopped` says so.
Result<Collected> collect(const UploadRoom& room, const CollectOptions& options,
                          const std::function<bool()>& stopped);

/// Walks the whole store and removes bytes that neither an object nor an upload knows, such as those whose
/// uploads went with their project; how many. To be run once a day.
Result<std::int64_t> sweep(const UploadRoom& room, const CollectOptions& options,
                           const std::function<bool()>& stopped);

} // namespace bifrost::publish
