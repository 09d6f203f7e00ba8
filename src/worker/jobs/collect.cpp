#include "worker/jobs/collect.hpp"

namespace bifrost::worker {

JobKind collect_job(storage::ObjectStore& store, publish::CollectOptions options) {
    JobKind kind;
    kind.name = "collect";
    kind.run = [&store, options](JobContext& context) -> Result<json::Raw> {
        const publish::UploadRoom room{context.database(), store, {}};
        BIFROST_ASSIGN(const auto collected,
                       publish::collect(room, options, [&] { return context.stopped(); }));
        if (context.stopped()) return Error{Errc::unavailable, "The job was asked to stop."};
        return json::Raw{json::to_json(collected)};
    };
    kind.most_at_once = 1;
    kind.every = std::chrono::hours(1);
    return kind;
}

JobKind sweep_job(storage::ObjectStore& store, publish::CollectOptions options) {
    JobKind kind;
    kind.name = "sweep";
    kind.run = [&store, options](JobContext& context) -> Result<json::Raw> {
        const publish::UploadRoom room{context.database(), store, {}};
        BIFROST_ASSIGN(const auto removed, publish::sweep(room, options, [&] { return context.stopped(); }));
        json::Raw result{""};
        json::ObjectWriter(result.text).member("objects", removed);
        return result;
    };
    kind.most_at_once = 1;
    kind.every = std::chrono::hours(24);
    return kind;
}

} // namespace bifrost::worker
