#include "services/asset/asset.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/asset/asset.sql.hpp"
#include "services/asset/asset_type.hpp"
#include "services/project/field.hpp"
#include "services/project/project.hpp"
#include "services/project/workflow_lock.hpp"

namespace bifrost::asset {
namespace {

using access::Actor;
using access::Call;
using access::Permission;

constexpr std::string_view kStatusHint =
    "is never set directly: POST /api/v1/assets/{id}/transitions moves an asset along its workflow";

/// The tags as typed, without those that differ from an earlier one in case only.
std::optional<std::vector<std::string>> read_tags(json::Reader& reader) {
    auto typed = reader.optional_texts("tags", 100, {1, 64});
    if (!typed) return std::nullopt;
    std::vector<std::string> tags;
    std::vector<std::string> keys;
    for (auto& tag : *typed) {
        std::string key = fold_case(tag);
        if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
        keys.push_back(std::move(key));
        tags.push_back(std::move(tag));
    }
    return tags;
}

Result<> insert_tags(Call& call, const Id& id, const std::vector<std::string>& tags) {
    for (const auto& tag : tags) BIFROST_CHECK(call.tx.defer(sql::insert_tag, id, fold_case(tag)));
    return {};
}

/// What stays when a patch says null: nothing for what may be empty, an error for the rest.
void refuse_nulls(json::Reader& reader, std::initializer_list<std::string_view> keys) {
    for (const auto key : keys)
        if (reader.is_null(key)) reader.add_error(key, "can't be removed");
}

void refuse_status(json::Reader& reader) {
    if (!reader.has("status")) return;
    reader.member("status");
    reader.add_error("status", std::string(kStatusHint));
}

bool same_json(const json::Raw& a, const json::Raw& b) {
    return a == b || boost::json::parse(a.text) == boost::json::parse(b.text);
}

/// The patch read into `asset`; what else changes beside the asset's own columns.
struct Patched {
    project::EntityChange entity;
    std::optional<std::vector<std::string>> tags;
    std::optional<std::string> type;
};

Result<Patched> read_patch(const boost::json::value& patch, Asset& asset) {
    json::Reader reader(patch);
    Patched patched;
    refuse_nulls(reader, {"code", "name", "type", "is_assembly"});
    refuse_status(reader);
    patched.entity.typed_code = reader.optional_code("code");
    if (auto name = reader.optional_text("name", {1, 200})) asset.name = *name;
    patched.type = reader.optional_text("type", {1, 64});
    if (auto text = reader.optional_text("description", {0, 20'000, true})) asset.description = *text;
    if (reader.is_null("description")) asset.description.clear();
    patched.tags = read_tags(reader);
    if (reader.is_null("tags")) patched.tags = std::vector<std::string>{};
    if (patched.tags) asset.tags.text = json::to_json(*patched.tags);
    if (auto value = reader.optional_boolean("is_assembly")) asset.is_assembly = *value;
    if (reader.optional_object("metadata"))
        patched.entity.metadata = json::merge_patch(asset.metadata, *reader.member("metadata"));
    else if (reader.is_null("metadata"))
        patched.entity.metadata = json::Raw{};
    BIFROST_CHECK(reader.finish());
    if (patched.entity.metadata && patched.entity.metadata->text.size() > std::size_t{64} * 1024)
        return invalid_field("/metadata", "would become larger than 64 KiB");
    if (patched.entity.typed_code) {
        asset.label = *patched.entity.typed_code;
        asset.code = *fold_code(asset.label);
    }
    if (patched.entity.metadata) asset.metadata = *patched.entity.metadata;
    return patched;
}

bool differs(const Asset& a, const Asset& b) {
    return a.code != b.code || a.label != b.label || a.name != b.name || a.type != b.type ||
           a.description != b.description || a.is_assembly != b.is_assembly || !same_json(a.tags, b.tags) ||
           !same_json(a.metadata, b.metadata);
}

void take_common_fields(Asset& asset, const project::Entity& entity) {
    static_cast<project::EntityFields&>(asset) = entity;
}

void add_event(Call& call, std::string action, std::string_view before, const Asset& asset) {
    call.changes.add({std::move(action), asset.project_id, "asset", asset.id,
                      events::make_patch(before, json::to_json(asset), derived_fields())});
}

Result<> keep_assembly(Call& call, const Asset& asset) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::count_components, asset.id));
    if (rows[0].integer(0) == 0) return {};
    return Error{Errc::conflict, "The asset has " + std::to_string(rows[0].integer(0)) +
                                     " components: remove them before it stops being an assembly."};
}

/// The id behind an id or a code. Whether a project with that id is there shows when something is put into
/// it.
Result<Id> find_project_id(Call& call, std::string_view project) {
    if (const auto id = Id::parse(project)) return *id;
    BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, project));
    return found.id;
}

/// Everything of a new asset in one exchange with the database: its rows, and its first state as the answer.
Result<> insert_asset(Call& call, Asset& asset, const std::vector<std::string>& tags) {
    const Error no_project{Errc::not_found, "There is no such project."};
    const auto as_sentence = [&](Error error) {
        if (error.code == Errc::conflict && database::is_foreign_key(error)) return no_project;
        return project::code_conflict(std::move(error), asset.code);
    };
    auto fields = project::insert_entity(
        call, {Id::make(), "asset", asset.project_id, asset.project_id, asset.label, asset.metadata});
    if (!fields) return as_sentence(fields.error());
    static_cast<project::EntityFields&>(asset) = *fields;
    BIFROST_CHECK(insert_tags(call, asset.id, tags));
    BIFROST_CHECK(project::share_workflows(call.tx));
    const auto inserted =
        call.tx.query(sql::insert_asset, asset.id, asset.project_id, asset.name, fold_case(asset.name),
                      asset.type, asset.description, asset.tags, asset.is_assembly);
    if (!inserted) return as_sentence(inserted.error());
    if (inserted->empty()) {
        BIFROST_CHECK(project::get_project(call.tx, call.actor, asset.project_id.text()));
        return Error{Errc::conflict, "The project is archived: restore it before adding to it."};
    }
    asset.status = (*inserted)[0].text(0);
    return {};
}

} // namespace

const std::vector<std::string_view>& derived_fields() {
    static const std::vector<std::string_view> fields = {"revision", "updated_at", "updated_by",
                                                         "thumbnail_url"};
    return fields;
}

Result<Asset> get_asset(database::Tx& tx, const Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_asset, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such asset."};
    Asset asset = rows[0].as<Asset>();
    BIFROST_CHECK(actor.require(Permission::project_read, asset.project_id, "asset"));
    return asset;
}

Result<Asset> lock_asset(Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::lock_asset, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such asset."};
    Asset asset = rows[0].as<Asset>();
    BIFROST_CHECK(call.actor.require(Permission::project_read, asset.project_id, "asset"));
    return asset;
}

Result<Asset> create_asset(Call& call, std::string_view project, const boost::json::value& body) {
    BIFROST_ASSIGN(const Id project_id, find_project_id(call, project));
    BIFROST_CHECK(call.actor.require(Permission::asset_create, project_id, "project"));
    json::Reader reader(body);
    Asset asset;
    asset.project_id = project_id;
    asset.label = reader.code("code");
    asset.name = reader.text("name", {1, 200});
    const std::string type = reader.text("type", {1, 64});
    asset.description = reader.optional_text("description", {0, 20'000, true}).value_or("");
    const auto tags = read_tags(reader).value_or(std::vector<std::string>{});
    const auto is_assembly = reader.optional_boolean("is_assembly");
    const auto metadata = reader.optional_object("metadata");
    refuse_status(reader);
    BIFROST_CHECK(reader.finish());
    BIFROST_ASSIGN(const auto known, get_asset_type(call.tx, project_id, type));
    asset.code = *fold_code(asset.label);
    asset.type = known.code;
    asset.is_assembly = is_assembly.value_or(known.is_assembly);
    asset.tags.text = json::to_json(tags);
    BIFROST_ASSIGN(
        asset.metadata,
        project::check_metadata(call, {"asset", project_id, project_id, {}, true, project::metadata_in(body)},
                                metadata.value_or(json::Raw{})));
    BIFROST_CHECK(insert_asset(call, asset, tags));
    add_event(call, "asset.created", "", asset);
    return asset;
}

Result<Asset> update_asset(Call& call, const Id& id, const boost::json::value& patch,
                           std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Asset before, lock_asset(call, id));
    BIFROST_CHECK(call.actor.require(Permission::asset_update, before.project_id, "asset"));
    Asset asset = before;
    BIFROST_ASSIGN(Patched patched, read_patch(patch, asset));
    if (patched.entity.metadata) {
        BIFROST_ASSIGN(
            asset.metadata,
            project::check_metadata(
                call, {"asset", before.project_id, {}, before.metadata, false, project::metadata_in(patch)},
                *patched.entity.metadata));
        patched.entity.metadata = asset.metadata;
    }
    if (patched.type) {
        BIFROST_ASSIGN(const auto known, get_asset_type(call.tx, asset.project_id, *patched.type));
        asset.type = known.code;
    }
    if (!differs(before, asset) && if_revision.value_or(before.revision) == before.revision) return before;
    if (before.is_assembly && !asset.is_assembly) BIFROST_CHECK(keep_assembly(call, asset));
    patched.entity.if_revision = if_revision;
    BIFROST_ASSIGN(const auto touched, project::touch_entity(call, id, patched.entity));
    take_common_fields(asset, touched);
    if (patched.tags) {
        BIFROST_CHECK(call.tx.defer(sql::delete_tags, id));
        BIFROST_CHECK(insert_tags(call, id, *patched.tags));
    }
    const auto updated = call.tx.execute(sql::update_asset, id, asset.name, fold_case(asset.name), asset.type,
                                         asset.description, asset.tags, asset.is_assembly);
    if (!updated) return project::code_conflict(updated.error(), asset.code);
    add_event(call, "asset.updated", json::to_json(before), asset);
    return asset;
}

Result<Asset> archive_asset(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(Asset asset, get_asset(call.tx, call.actor, id));
    BIFROST_CHECK(call.actor.require(Permission::asset_archive, asset.project_id, "asset"));
    BIFROST_ASSIGN(const auto seen, project::get_visible_entity(call.tx, call.actor, id, "asset"));
    BIFROST_CHECK(project::archive_entity(call, seen, if_revision));
    return get_asset(call.tx, call.actor, id);
}

Result<Asset> restore_asset(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(Asset asset, get_asset(call.tx, call.actor, id));
    BIFROST_CHECK(call.actor.require(Permission::asset_archive, asset.project_id, "asset"));
    BIFROST_ASSIGN(const auto seen, project::get_visible_entity(call.tx, call.actor, id, "asset"));
    BIFROST_CHECK(project::restore_entity(call, seen, if_revision));
    return get_asset(call.tx, call.actor, id);
}

Result<> purge_asset(Call& call, const Id& id) {
    BIFROST_CHECK(get_asset(call.tx, call.actor, id));
    BIFROST_CHECK(call.actor.require_site(Permission::purge));
    BIFROST_ASSIGN(const auto seen, project::get_visible_entity(call.tx, call.actor, id, "asset"));
    return project::purge_entity(call, seen);
}

} // namespace bifrost::asset
