#include "services/publish/version.hpp"

#include <unordered_map>

#include "core/json_reader.hpp"
#include "queue/queue.hpp"
#include "services/project/project.hpp"
#include "services/publish/product.hpp"
#include "services/publish/product.sql.hpp"
#include "services/publish/publish_version.hpp"
#include "services/publish/version.sql.hpp"
#include "services/publish/version_row.hpp"

namespace bifrost::publish {
namespace {

using access::Actor;
using access::Call;
using access::Permission;

constexpr std::string_view kColumns =
    "select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, "
    "e.archived_at, v.product_id, v.project_id, v.number, v.state, v.status, v.comment, v.author_id, "
    "v.frame_first, v.frame_last, v.frame_step, v.source, v.published_at, v.error, v.file_count, "
    "v.total_size, '/api/v1/media/' || v.picture || '/thumbnail', v.preview_state, v.preview_error";
constexpr std::size_t kColumnCount = 26;
constexpr std::string_view kFrom = "from version v join entity e on e.id = v.id";

Error no_such_version() { return {Errc::not_found, "There is no such version."}; }

/// "v.state in (?, ?)"
void where_any(query::ListQuery& list, std::string_view column, const std::vector<std::string>& values) {
    if (values.empty()) return;
    std::string condition = std::string(column) + " in (";
    database::Params params;
    for (const auto& value : values) {
        condition += params.empty() ? "?" : ", ?";
        params.push_back(database::to_value(value));
    }
    list.where(condition + ")", params);
}

Result<query::Page<Version>> list_where(database::Tx& tx, const Actor& actor, query::ListQuery& list,
                                        const query::ListRequest& request, const VersionFilter& filter) {
    where_any(list, "v.state", filter.states);
    where_any(list, "v.status", filter.statuses);
    if (filter.product_id) list.where("v.product_id = ?", database::make_params(*filter.product_id));
    if (filter.author_id) list.where("v.author_id = ?", database::make_params(*filter.author_id));
    if (!actor.is_administrator())
        list.where("v.state = 'published' or v.author_id = ?", database::make_params(actor.user_id));
    if (request.archived == query::Archived::exclude) list.where("e.archived_at is null");
    if (request.archived == query::Archived::only) list.where("e.archived_at is not null");
    BIFROST_ASSIGN(const auto outcome, list.run(tx, request, kColumnCount));
    query::Page<Version> page;
    for (std::size_t i = 0; i < outcome.count; ++i) page.data.push_back(read_version(outcome.rows[i]));
    page.next_cursor = outcome.next_cursor;
    page.total = outcome.total;
    return page;
}

query::ListQuery version_list() {
    // Drafts, which have no number, come after every number.
    return {kColumns,
            kFrom,
            "v.id",
            {{"number", "coalesce(v.number, 2000000000)", true},
             {"created_at", "e.created_at", true},
             {"updated_at", "e.updated_at", true}},
            "-created_at"};
}

/// Archives, restores and purges go by the permission, but their own draft anyone may put aside.
Result<Version> get_version_for(Call& call, const Id& id, Permission permission) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_version, id));
    if (rows.empty()) return no_such_version();
    Version version = read_version(rows[0]);
    if (!sees_version(call.actor, version)) return no_such_version();
    const bool own_draft = version.state != "published" && version.author_id == call.actor.user_id;
    BIFROST_CHECK(call.actor.require(own_draft ? Permission::version_create : permission, version.project_id,
                                     "version"));
    return version;
}

Result<VersionDetail> describe_again(Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_version, id));
    if (rows.empty()) return no_such_version();
    return describe_version(call.tx, read_version(rows[0]));
}

/// Reads what a change of a version may hold; `draft`: all of it.
Result<> read_change(const boost::json::value& patch, Version& version, project::EntityChange& change) {
    json::Reader reader(patch);
    const bool draft = version.state == "draft";
    if (auto comment = reader.optional_text("comment", {0, 10'000, true}))
        version.comment = *comment;
    else if (reader.is_null("comment"))
        version.comment.clear();
    const bool touches_content = reader.has("frame_range") || reader.has("source");
    if (reader.has("frame_range")) version.frame_range = read_frame_range(reader);
    if (reader.has("source")) version.source = reader.optional_object("source");
    if (reader.optional_object("metadata"))
        change.metadata = json::merge_patch(version.metadata, *reader.member("metadata"));
    else if (reader.is_null("metadata"))
        change.metadata = json::Raw{};
    refuse_status(reader);
    BIFROST_CHECK(reader.finish());
    if (touches_content && !draft)
        return Error{Errc::conflict,
                     "The version is " + version.state +
                         ": only its comment and metadata can be changed. Publish a new version."};
    return {};
}

} // namespace

const std::vector<std::string_view>& derived_version_fields() {
    static const std::vector<std::string_view> fields = {"revision",      "updated_at",    "updated_by",
                                                         "thumbnail_url", "preview_state", "preview_error"};
    return fields;
}

bool sees_version(const Actor& actor, const Version& version) {
    if (!actor.may_see(version.project_id)) return false;
    if (version.state == "published" || actor.is_administrator()) return true;
    return version.author_id == actor.user_id || actor.may(Permission::purge);
}

void refuse_status(json::Reader& reader) {
    if (!reader.has("status")) return;
    (void)reader.member("status");
    reader.add_error("status", "changes along transitions only: POST /versions/{id}/transitions");
}

std::optional<FrameRange> read_frame_range(json::Reader& reader) {
    constexpr std::int64_t kMostFrame = 1'000'000'000;
    const auto* value = reader.member("frame_range");
    if (value == nullptr) return std::nullopt;
    json::Reader nested(*value, reader.pointer("frame_range"));
    FrameRange range;
    range.first = nested.integer("first", -kMostFrame, kMostFrame);
    range.last = nested.integer("last", -kMostFrame, kMostFrame);
    range.step = nested.optional_integer("step", 1, kMostFrame).value_or(1);
    if (!nested.failed() && range.last < range.first) nested.add_error("last", "must not be below first");
    reader.merge(nested);
    return range;
}

Version read_version(const database::Row& row) {
    Version version;
    static_cast<project::EntityFields&>(version) = row.as<project::EntityFields>();
    std::size_t at = 8;
    version.product_id = row.id(at++);
    version.project_id = row.id(at++);
    version.number = row.get<std::optional<std::int64_t>>(at++);
    version.state = row.text(at++);
    version.status = row.text(at++);
    version.comment = row.text(at++);
    version.author_id = row.id(at++);
    if (!row.is_null(at))
        version.frame_range = FrameRange{row.integer(at), row.integer(at + 1), row.integer(at + 2)};
    at += 3;
    version.source = row.get<std::optional<json::Raw>>(at++);
    version.published_at = row.get<std::optional<Timestamp>>(at++);
    version.error = row.get<std::optional<std::string>>(at++);
    version.file_count = row.integer(at++);
    version.total_size = row.integer(at++);
    version.thumbnail_url = row.get<std::optional<std::string>>(at++);
    version.preview_state = row.text(at++);
    version.preview_error = row.get<std::optional<std::string>>(at);
    return version;
}

Result<LockedVersion> lock_version(Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::lock_version, id));
    if (rows.empty()) return no_such_version();
    LockedVersion locked{read_version(rows[0]), rows[0].boolean(kColumnCount)};
    if (!sees_version(call.actor, locked.version)) return no_such_version();
    return locked;
}

Result<Version> lock_draft(Call& call, const Id& id) {
    BIFROST_ASSIGN(auto locked, lock_version(call, id));
    BIFROST_CHECK(call.actor.require(Permission::version_create, locked.version.project_id, "version"));
    if (locked.version.state != "draft")
        return Error{Errc::conflict, "The version is " + locked.version.state +
                                         ": its files can't be changed any more. Begin a new version."};
    if (locked.version.archived_at)
        return Error{Errc::conflict, "The draft is archived; restore it to go on with it."};
    return std::move(locked.version);
}

Result<VersionDetail> describe_version(database::Tx& tx, Version version) {
    VersionDetail detail;
    static_cast<Version&>(detail) = std::move(version);
    BIFROST_ASSIGN(auto representations, list_representations(tx, {detail.id}));
    detail.representations = std::move(representations.front());
    if (detail.state == "verifying") {
        BIFROST_ASSIGN(detail.job_id, find_publish_job(tx, detail.id));
    }
    return detail;
}

void add_version_event(Call& call, std::string action, std::string_view before, const Version& version) {
    call.changes.add({std::move(action), version.project_id, "version", version.id,
                      events::make_patch(before, json::to_json(version), derived_version_fields())});
}

Result<VersionDetail> get_version(database::Tx& tx, const Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_version, id));
    if (rows.empty()) return no_such_version();
    Version version = read_version(rows[0]);
    if (!sees_version(actor, version)) return no_such_version();
    return describe_version(tx, std::move(version));
}

Result<query::Page<Version>> list_versions(database::Tx& tx, const Actor& actor, const Id& product_id,
                                           const query::ListRequest& request, const VersionFilter& filter) {
    BIFROST_CHECK(project::get_visible_entity(tx, actor, product_id, "product"));
    auto list = version_list();
    list.where("v.product_id = ?", database::make_params(product_id));
    return list_where(tx, actor, list, request, filter);
}

Result<query::Page<Version>> list_project_versions(database::Tx& tx, const Actor& actor,
                                                   std::string_view project,
                                                   const query::ListRequest& request,
                                                   const VersionFilter& filter) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    auto list = version_list();
    list.where("e.project_id = ? and e.kind = 'version'", database::make_params(found.id));
    return list_where(tx, actor, list, request, filter);
}

Result<std::vector<Version>> list_versions_by_id(database::Tx& tx, const Actor& actor,
                                                 const std::unordered_set<Id>& ids) {
    std::vector<Version> versions;
    if (ids.empty()) return versions;
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_versions_by_id,
                                             json::to_json(std::vector<Id>(ids.begin(), ids.end()))));
    for (const auto row : rows) {
        Version version = read_version(row);
        if (sees_version(actor, version)) versions.push_back(std::move(version));
    }
    return versions;
}

Result<std::vector<std::vector<Representation>>> list_representations(database::Tx& tx,
                                                                      const std::vector<Id>& version_ids) {
    std::vector<std::vector<Representation>> lists(version_ids.size());
    if (version_ids.empty()) return lists;
    std::unordered_map<Id, std::size_t> places;
    for (std::size_t i = 0; i < version_ids.size(); ++i) places.emplace(version_ids[i], i);
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_representations, json::to_json(version_ids)));
    for (const auto row : rows) lists[places.at(row.id(7))].push_back(row.as<Representation>());
    return lists;
}

Result<VersionDetail> update_version(Call& call, const Id& id, const boost::json::value& patch,
                                     std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(auto locked, lock_version(call, id));
    Version& version = locked.version;
    const bool own_draft = version.state != "published" && version.author_id == call.actor.user_id;
    BIFROST_CHECK(call.actor.require(own_draft ? Permission::version_create : Permission::version_update,
                                     version.project_id, "version"));
    const std::string before = json::to_json(version);
    project::EntityChange change;
    change.if_revision = if_revision;
    BIFROST_CHECK(read_change(patch, version, change));
    BIFROST_CHECK(project::touch_entity(call, id, change));
    const auto& range = version.frame_range;
    BIFROST_CHECK(call.tx.defer(sql::update_version, id, version.comment,
                                range ? std::optional(range->first) : std::nullopt,
                                range ? std::optional(range->last) : std::nullopt,
                                range ? std::optional(range->step) : std::nullopt, version.source));
    BIFROST_ASSIGN(auto detail, describe_again(call, id));
    add_version_event(call, "version.updated", before, detail);
    return detail;
}

Result<VersionDetail> archive_version(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_CHECK(get_version_for(call, id, Permission::version_archive));
    BIFROST_ASSIGN(const auto entity, project::get_visible_entity(call.tx, call.actor, id, "version"));
    BIFROST_CHECK(project::archive_entity(call, entity, if_revision));
    return describe_again(call, id);
}

Result<VersionDetail> restore_version(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_CHECK(get_version_for(call, id, Permission::version_archive));
    BIFROST_ASSIGN(const auto entity, project::get_visible_entity(call.tx, call.actor, id, "version"));
    BIFROST_CHECK(project::restore_entity(call, entity, if_revision));
    return describe_again(call, id);
}

Result<> purge_version(Call& call, const Id& id) {
    BIFROST_ASSIGN(const Version version, get_version_for(call, id, Permission::project_read));
    BIFROST_CHECK(call.actor.require_site(Permission::purge));
    BIFROST_ASSIGN(const auto entity, project::get_visible_entity(call.tx, call.actor, id, "version"));
    BIFROST_ASSIGN(const auto product, get_product(call.tx, call.actor, version.product_id));
    BIFROST_CHECK(call.tx.defer(sql::forget_thumbnail, product.owner_id, id));
    BIFROST_CHECK(call.tx.defer(sql::forget_shot_thumbnail, product.owner_id, id));
    return project::purge_entity(call, entity);
}

} // namespace bifrost::publish
