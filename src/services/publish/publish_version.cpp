#include "services/publish/publish_version.hpp"

#include <map>

#include "queue/queue.hpp"
#include "services/publish/dependency.hpp"
#include "services/publish/frame_pattern.hpp"
#include "services/publish/preview_work.hpp"
#include "services/publish/publish_version.sql.hpp"
#include "services/publish/version.sql.hpp"
#include "services/publish/version_row.hpp"

namespace bifrost::publish {
namespace {

using access::Call;
using access::Permission;

constexpr std::int64_t kPublishPriority = 5; // behind the checksums that it waits for

std::string job_key(const Id& version_id) { return "publish:" + version_id.text(); }

/// Goes to another state with a revision and an event.
Result<> enter_state(Call& call, Version& version, std::string state, std::optional<std::string> error,
                     std::optional<std::int64_t> if_revision) {
    const std::string before = json::to_json(version);
    version.state = std::move(state);
    version.error = std::move(error);
    project::EntityChange change;
    change.if_revision = if_revision;
    BIFROST_ASSIGN(static_cast<project::EntityFields&>(version),
                   project::touch_entity(call, version.id, change));
    BIFROST_CHECK(call.tx.defer(sql::set_version_state, version.id, version.state, version.error));
    add_version_event(call, "version." + version.state, before, version);
    return {};
}

Result<VersionDetail> wait_for_uploads(Call& call, Version version, std::optional<std::int64_t> if_revision) {
    if (version.state != "verifying")
        BIFROST_CHECK(enter_state(call, version, "verifying", std::nullopt, if_revision));
    queue::JobSpec job;
    job.kind = "publish";
    job.payload.text = "{\"version_id\":\"" + version.id.text() + "\",\"actor_id\":\"" +
                       (call.actor.user_id.is_nil() ? version.author_id : call.actor.user_id).text() + "\"}";
    job.project_id = version.project_id;
    job.created_by = version.author_id;
    job.priority = kPublishPriority;
    job.unique_key = job_key(version.id);
    BIFROST_CHECK(queue::enqueue(call.tx, job));
    return describe_version(call.tx, std::move(version));
}

/// What the frames of the files say where nobody has said it: patterns, frames, the range of the version.
Result<> describe_frames(Call& call, Version& version) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::list_framed_files, version.id));
    std::map<Id, std::vector<FramedPath>> files;
    std::vector<std::int64_t> every_frame;
    for (const auto row : rows) {
        files[row.id(0)].push_back({std::string(row.text(1)), row.integer(2)});
        every_frame.push_back(row.integer(2));
    }
    for (const auto& [representation, paths] : files) {
        std::vector<std::int64_t> frames;
        for (const auto& one : paths)
            if (frames.empty() || frames.back() != one.frame) frames.push_back(one.frame);
        BIFROST_CHECK(
            call.tx.defer(sql::set_pattern, representation, find_pattern(paths), frames_text(frames)));
    }
    std::sort(every_frame.begin(), every_frame.end());
    every_frame.erase(std::unique(every_frame.begin(), every_frame.end()), every_frame.end());
    if (!version.frame_range) version.frame_range = frame_range_of(every_frame);
    return {};
}

/// The number, under the lock of the product; the asset's picture.
Result<> take_place(Call& call, Version& version) {
    BIFROST_ASSIGN(const auto product, call.tx.query(sql::lock_product, version.product_id));
    if (product.empty()) return Error{Errc::not_found, "There is no such product."};
    if (!version.number) version.number = product[0].integer(0) + 1;
    BIFROST_CHECK(call.tx.defer(sql::raise_last_number, version.product_id, *version.number));
    if (product[0].text(2) == "asset")
        BIFROST_CHECK(call.tx.defer(sql::set_thumbnail, product[0].id(1), version.id));
    if (product[0].text(2) == "shot")
        BIFROST_CHECK(call.tx.defer(sql::set_shot_thumbnail, product[0].id(1), version.id));
    return {};
}

Result<VersionDetail> finish(Call& call, LockedVersion locked, std::optional<std::int64_t> if_revision) {
    Version& version = locked.version;
    if (version.file_count == 0 && !locked.has_dependencies)
        return Error{Errc::conflict, "The version has no files yet; add some, then publish it."};
    if (locked.has_dependencies) BIFROST_CHECK(settle_dependencies(call, version.id, version.product_id));
    BIFROST_CHECK(take_place(call, version));
    BIFROST_CHECK(call.tx.defer(sql::settle_files, version.id));
    BIFROST_CHECK(describe_frames(call, version));
    BIFROST_ASSIGN(const auto unsettled, call.tx.query(sql::count_unsettled_files, version.id));
    if (unsettled[0].integer(0) != 0)
        return Error{Errc::conflict, "The version has files without bytes; begin a new version."};
    project::EntityChange change;
    change.if_revision = if_revision;
    BIFROST_ASSIGN(static_cast<project::EntityFields&>(version),
                   project::touch_entity(call, version.id, change));
    version.state = "published";
    if (version.file_count > 0) version.preview_state = "pending";
    version.published_at = version.updated_at;
    const auto& range = version.frame_range;
    BIFROST_CHECK(call.tx.defer(sql::mark_published, version.id, *version.number, version.published_at,
                                range ? std::optional(range->first) : std::nullopt,
                                range ? std::optional(range->last) : std::nullopt,
                                range ? std::optional(range->step) : std::nullopt, version.preview_state));
    if (version.file_count > 0)
        BIFROST_CHECK(enqueue_previews(call.tx, version.id, version.project_id, false));
    // Readers that never saw the draft get the whole of it.
    add_version_event(call, "version.published", "", version);
    return describe_version(call.tx, std::move(version));
}

} // namespace

Result<VersionDetail> publish_version(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(LockedVersion locked, lock_version(call, id));
    Version& version = locked.version;
    BIFROST_CHECK(call.actor.require(Permission::version_create, version.project_id, "version"));
    if (version.state == "published") return describe_version(call.tx, std::move(version));
    BIFROST_CHECK(refuse_failed(version));
    if (version.archived_at) return Error{Errc::conflict, "The draft is archived; restore it to publish it."};
    BIFROST_ASSIGN(const auto incomplete, call.tx.query(sql::list_incomplete_files, id));
    if (incomplete.empty()) return finish(call, std::move(locked), if_revision);
    const std::string path(incomplete[0].text(1));
    if (incomplete[0].text(0) == "open")
        return Error{Errc::conflict,
                     "The file '" + path + "' is not uploaded yet; complete its upload first."};
    if (incomplete[0].text(0) == "verifying") return wait_for_uploads(call, std::move(version), if_revision);
    BIFROST_CHECK(enter_state(call, version, "failed",
                              "The upload of '" + path + "' failed: " +
                                  std::string(incomplete[0].is_null(2) ? "" : incomplete[0].text(2)),
                              if_revision));
    return describe_version(call.tx, std::move(version));
}

Result<> fail_version(Call& call, const Id& id, const std::string& why) {
    BIFROST_ASSIGN(LockedVersion locked, lock_version(call, id));
    if (locked.version.state != "verifying") return {};
    return enter_state(call, locked.version, "failed", why, std::nullopt);
}

Result<> refuse_failed(const Version& version) {
    if (version.state != "failed") return {};
    return Error{Errc::conflict,
                 "The version failed and can't be published; begin a new one. " + version.error.value_or("")};
}

Result<std::optional<Id>> find_publish_job(database::Tx& tx, const Id& version_id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_publish_job, job_key(version_id)));
    if (rows.empty()) return std::optional<Id>{};
    return std::optional(rows[0].id(0));
}

Result<std::vector<PendingUpload>> list_pending_uploads(database::Tx& tx, const Id& version_id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_pending_uploads, version_id, Timestamp::now()));
    std::vector<PendingUpload> pending;
    for (const auto row : rows) pending.push_back({row.id(0), row.boolean(1)});
    return pending;
}

} // namespace bifrost::publish
