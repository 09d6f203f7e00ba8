#include "worker/jobs/checksum.hpp"

#include "core/json_reader.hpp"
#include "services/publish/publish_version.hpp"
#include "services/publish/upload.hpp"

namespace bifrost::worker {
namespace {

/// How long to wait before looking again whether another job has read its upload.
constexpr std::chrono::milliseconds kLookAgain{200};

Error stopped_error() { return {Errc::unavailable, "The job was asked to stop."}; }

Result<json::Raw> run_checksum(JobContext& context, storage::ObjectStore& store) {
    BIFROST_ASSIGN(const auto payload, json::parse(context.job().payload.text));
    json::Reader reader(payload);
    const Id upload_id = reader.id("upload_id");
    const auto size = reader.integer("size", 0, INT64_MAX);
    BIFROST_CHECK(reader.finish());
    const publish::UploadRoom room{context.database(), store, {}};
    const auto progress = [&](std::int64_t done) -> Result<> {
        if (context.stopped()) return stopped_error();
        if (size > 0) context.progress(static_cast<double>(done) / static_cast<double>(size));
        return {};
    };
    BIFROST_CHECK(publish::verify_upload(
        room, upload_id, progress, [&](database::Tx& tx) { return context.finish_in(tx, json::Raw{}); }));
    return json::Raw{};
}

/// Waits until every upload of the version is verified, reading itself what nobody else reads.
Result<> wait_for_uploads(JobContext& context, const publish::UploadRoom& room, const Id& version_id) {
    const auto progress = [&](std::int64_t) -> Result<> {
        if (context.stopped()) return stopped_error();
        return {};
    };
    while (true) {
        if (context.stopped()) return stopped_error();
        const auto seen = queue::notifications();
        BIFROST_ASSIGN(const auto pending, context.database().read([&](database::Tx& tx) {
            return publish::list_pending_uploads(tx, version_id);
        }));
        if (pending.empty()) return {};
        const publish::PendingUpload* free = nullptr;
        for (const auto& upload : pending)
            if (!upload.is_read_elsewhere) free = &upload;
        if (free != nullptr)
            BIFROST_CHECK(publish::verify_upload(room, free->id, progress, {}));
        else
            queue::wait_for_jobs(seen, kLookAgain);
    }
}

struct Outcome {
    Id version_id;
    std::string state;
    std::optional<std::int64_t> number;
};
BOOST_DESCRIBE_STRUCT(Outcome, (), (version_id, state, number))

/// The end of the job that is no publishing: the version is gone, or can't be published.
Result<json::Raw> end_without(JobContext& context, const access::Actor& actor, const Id& version_id,
                              const Error& error) {
    const json::Raw result{json::to_json(Outcome{version_id, "failed", std::nullopt})};
    BIFROST_CHECK(access::write(context.database(), actor, [&](access::Call& call) -> Result<bool> {
        if (error.code != Errc::not_found)
            BIFROST_CHECK(publish::fail_version(call, version_id, error.detail));
        BIFROST_CHECK(context.finish_in(call.tx, result));
        return true;
    }));
    return result;
}

Result<json::Raw> run_publish(JobContext& context, storage::ObjectStore& store) {
    BIFROST_ASSIGN(const auto payload, json::parse(context.job().payload.text));
    json::Reader reader(payload);
    const Id version_id = reader.id("version_id");
    // What was allowed when publishing was asked for is carried out in the name of who asked.
    access::Actor actor = access::Actor::system();
    actor.user_id = reader.id("actor_id");
    BIFROST_CHECK(reader.finish());
    const publish::UploadRoom room{context.database(), store, {}};
    while (true) {
        BIFROST_CHECK(wait_for_uploads(context, room, version_id));
        json::Raw result;
        const auto written =
            access::write(context.database(), actor, [&](access::Call& call) -> Result<std::string> {
                BIFROST_ASSIGN(const auto version, publish::publish_version(call, version_id, std::nullopt));
                if (version.state == "verifying") return version.state;
                result.text = json::to_json(Outcome{version_id, version.state, version.number});
                BIFROST_CHECK(context.finish_in(call.tx, result));
                return version.state;
            });
        if (written && written->value == "verifying") continue;
        if (written) return result;
        if (written.error().code == Errc::conflict || written.error().code == Errc::not_found)
            return end_without(context, actor, version_id, written.error());
        return written.error();
    }
}

} // namespace

JobKind checksum_job(storage::ObjectStore& store) {
    JobKind kind;
    kind.name = "checksum";
    kind.run = [&store](JobContext& context) { return run_checksum(context, store); };
    return kind;
}

JobKind publish_job(storage::ObjectStore& store) {
    JobKind kind;
    kind.name = "publish";
    kind.run = [&store](JobContext& context) { return run_publish(context, store); };
    return kind;
}

} // namespace bifrost::worker
