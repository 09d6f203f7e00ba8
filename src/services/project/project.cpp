#include "services/project/project.hpp"

#include "core/frame_range.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/project/field.hpp"
#include "services/project/project.sql.hpp"

namespace bifrost::project {
namespace {

using access::Actor;
using access::Call;
using access::Permission;

const std::vector<std::string_view> kKinds = {"feature", "series", "short", "commercial", "game", "library"};
const std::vector<std::string_view> kStatuses = {"active", "on_hold", "finished"};
const std::vector<std::string_view> kDerived = {"revision", "updated_at", "updated_by"};

constexpr std::string_view kColumns =
    "select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, "
    "e.archived_at, e.code, e.label, "
    "p.name, p.kind, p.status, p.fps, p.resolution_width, p.resolution_height, p.colour_space, p.start_date, "
    "p.end_date, p.settings";
constexpr std::string_view kFrom = "from project p join entity e on e.id = p.id";

bool is_date(const std::string& text) {
    return text.size() == 10 && Timestamp::parse(text + "T00:00:00Z").has_value();
}

std::optional<std::string> read_date(json::Reader& reader, std::string_view key) {
    auto date = reader.optional_text(key, {10, 10});
    if (date && !is_date(*date)) {
        reader.add_error(key, "must be a date like 2026-01-31");
        return std::nullopt;
    }
    return date;
}

/// Reads the members that creation and change have in common into `project`; a null removes what may be
/// absent.
void read_fields(json::Reader& reader, Project& project) {
    if (auto value = reader.optional_choice("kind", kKinds)) project.kind = *value;
    if (auto value = reader.optional_choice("status", kStatuses)) project.status = *value;
    if (auto value = reader.optional_text("fps", {1, 40})) {
        if (const auto rate = FrameRate::parse(*value))
            project.fps = rate->text();
        else
            reader.add_error("fps", "must be a rate as a fraction, such as 24 or 24000/1001");
    }
    const auto width = reader.optional_integer("resolution_width", 1, 1'000'000);
    if (width || reader.is_null("resolution_width")) project.resolution_width = width;
    const auto height = reader.optional_integer("resolution_height", 1, 1'000'000);
    if (height || reader.is_null("resolution_height")) project.resolution_height = height;
    auto space = reader.optional_text("colour_space", {1, 200});
    if (space || reader.is_null("colour_space")) project.colour_space = std::move(space);
    auto start = read_date(reader, "start_date");
    if (start || reader.is_null("start_date")) project.start_date = std::move(start);
    auto end = read_date(reader, "end_date");
    if (end || reader.is_null("end_date")) project.end_date = std::move(end);
    if (project.start_date && project.end_date && *project.end_date < *project.start_date)
        reader.add_error("end_date", "must not be before start_date");
}

Result<Project> add_event_and_return(Call& call, std::string action, std::string_view before,
                                     Project project) {
    call.changes.add({std::move(action), project.id, "project", project.id,
                      events::make_patch(before, json::to_json(project), kDerived)});
    return project;
}

Result<Project> find_again(Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_project, id));
    return rows[0].as<Project>();
}

struct UserRow {
    Id id;
    std::string code;
    std::string name;
};

Result<UserRow> get_user(Call& call, std::string_view id_or_code) {
    const auto id = Id::parse(id_or_code);
    BIFROST_ASSIGN(const auto rows,
                   id ? call.tx.query(sql::find_user_by_id, *id) : call.tx.query(sql::find_user, id_or_code));
    if (rows.empty()) return Error{Errc::not_found, "There is no such user."};
    return UserRow{rows[0].id(0), std::string(rows[0].text(1)), std::string(rows[0].text(2))};
}

} // namespace

Result<Project> get_project(database::Tx& tx, const Actor& actor, std::string_view id_or_code) {
    const auto id = Id::parse(id_or_code);
    BIFROST_ASSIGN(const auto rows, id ? tx.query(sql::find_project, *id)
                                       : tx.query(sql::find_project_by_code, fold_case(id_or_code)));
    if (rows.empty()) return Error{Errc::not_found, "There is no such project."};
    Project project = rows[0].as<Project>();
    BIFROST_CHECK(actor.require(Permission::project_read, project.id, "project"));
    return project;
}

Result<query::Page<Project>> list_projects(database::Tx& tx, const Actor& actor,
                                           const query::ListRequest& request) {
    query::ListQuery list(kColumns, kFrom, "p.id",
                          {{"code", "e.code"},
                           {"name", "p.name_key"},
                           {"created_at", "e.created_at", true},
                           {"updated_at", "e.updated_at", true},
                           {"status", "p.status"}},
                          "code");
    list.where_numbered(access::visible_projects(actor, "p.id", list.params()));
    if (request.archived == query::Archived::exclude) list.where("e.archived_at is null");
    if (request.archived == query::Archived::only) list.where("e.archived_at is not null");
    if (!request.q.empty()) {
        const std::string like = "%" + escape_like(fold_case(request.q)) + "%";
        list.where("p.name_key like ? escape '\\' or e.code like ? escape '\\'",
                   database::make_params(like, like));
    }
    return list.page<Project>(tx, request);
}

Result<Stats> project_stats(database::Tx& tx, const Actor& actor, std::string_view id_or_code) {
    BIFROST_ASSIGN(const auto project, get_project(tx, actor, id_or_code));
    Stats stats;
    BIFROST_ASSIGN(const auto kinds, tx.query(sql::count_entities, project.id));
    for (const auto row : kinds) stats.entities[std::string(row.text(0))] = row.integer(1);
    stats.entities.erase("project");
    BIFROST_ASSIGN(const auto assets, tx.query(sql::count_assets, project.id));
    for (const auto row : assets) {
        stats.assets_by_status[std::string(row.text(0))] += row.integer(2);
        stats.assets_by_type[std::string(row.text(1))] += row.integer(2);
    }
    BIFROST_ASSIGN(const auto sums, tx.query(sql::sum_versions, project.id));
    stats.files = sums[0].integer(0);
    stats.total_size = sums[0].integer(1);
    return stats;
}

Result<Project> create_project(Call& call, const boost::json::value& body) {
    BIFROST_CHECK(call.actor.require_site(Permission::project_create));
    json::Reader reader(body);
    Project project;
    project.kind = "feature";
    project.status = "active";
    project.fps = "24";
    project.label = reader.code("code");
    project.name = reader.text("name", {1, 200});
    read_fields(reader, project);
    if (auto settings = reader.optional_object("settings")) project.settings = *settings;
    const auto metadata = reader.optional_object("metadata");
    BIFROST_CHECK(reader.finish());
    project.code = *fold_code(project.label);
    BIFROST_ASSIGN(const auto fields, insert_entity(call, {Id::make(), "project", std::nullopt, std::nullopt,
                                                           project.label, metadata.value_or(json::Raw{})}));
    static_cast<EntityFields&>(project) = fields;
    auto inserted =
        call.tx.execute(sql::insert_project, project.id, project.name, fold_case(project.name), project.kind,
                        project.status, project.fps, project.resolution_width, project.resolution_height,
                        project.colour_space, project.start_date, project.end_date, project.settings);
    if (!inserted) return code_conflict(inserted.error(), project.code);
    if (!call.actor.user_id.is_nil())
        BIFROST_CHECK(call.tx.defer(sql::put_member, project.id, call.actor.user_id, "supervisor",
                                    project.created_at, project.created_by));
    return add_event_and_return(call, "project.created", "", std::move(project));
}

Result<Project> update_project(Call& call, std::string_view id_or_code, const boost::json::value& patch,
                               std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(Project project, get_project(call.tx, call.actor, id_or_code));
    BIFROST_CHECK(call.actor.require(Permission::project_update, project.id, "project"));
    const std::string before = json::to_json(project);
    json::Reader reader(patch);
    EntityChange change;
    change.if_revision = if_revision;
    reader.refuse_null({"code", "name", "kind", "status", "fps"});
    change.typed_code = reader.optional_code("code");
    if (auto name = reader.optional_text("name", {1, 200})) project.name = *name;
    read_fields(reader, project);
    if (reader.optional_object("settings"))
        project.settings = json::merge_patch(project.settings, *reader.member("settings"));
    if (reader.optional_object("metadata"))
        change.metadata = json::merge_patch(project.metadata, *reader.member("metadata"));
    BIFROST_CHECK(reader.finish());
    if (change.metadata) {
        BIFROST_ASSIGN(
            change.metadata,
            check_metadata(call, {"project", project.id, {}, project.metadata, false, metadata_in(patch)},
                           *change.metadata));
    }
    BIFROST_ASSIGN(const auto touched, touch_entity(call, project.id, change));
    auto updated =
        call.tx.execute(sql::update_project, project.id, project.name, fold_case(project.name), project.kind,
                        project.status, project.fps, project.resolution_width, project.resolution_height,
                        project.colour_space, project.start_date, project.end_date, project.settings);
    if (!updated) return code_conflict(updated.error(), touched.code.value_or(""));
    BIFROST_ASSIGN(Project now, find_again(call, project.id));
    return add_event_and_return(call, "project.updated", before, std::move(now));
}

Result<Project> archive_project(Call& call, std::string_view id_or_code,
                                std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Project project, get_project(call.tx, call.actor, id_or_code));
    BIFROST_CHECK(call.actor.require(Permission::project_archive, project.id, "project"));
    BIFROST_ASSIGN(const auto entity, get_visible_entity(call.tx, call.actor, project.id, "project"));
    BIFROST_CHECK(archive_entity(call, entity, if_revision));
    return find_again(call, project.id);
}

Result<Project> restore_project(Call& call, std::string_view id_or_code,
                                std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Project project, get_project(call.tx, call.actor, id_or_code));
    BIFROST_CHECK(call.actor.require(Permission::project_archive, project.id, "project"));
    BIFROST_ASSIGN(const auto entity, get_visible_entity(call.tx, call.actor, project.id, "project"));
    BIFROST_CHECK(restore_entity(call, entity, if_revision));
    return find_again(call, project.id);
}

Result<> purge_project(Call& call, std::string_view id_or_code) {
    BIFROST_ASSIGN(const Project project, get_project(call.tx, call.actor, id_or_code));
    BIFROST_CHECK(call.actor.require_site(Permission::purge));
    BIFROST_ASSIGN(const auto entity, get_visible_entity(call.tx, call.actor, project.id, "project"));
    return purge_entity(call, entity);
}

Result<std::vector<Member>> list_members(database::Tx& tx, const Actor& actor, std::string_view id_or_code) {
    BIFROST_ASSIGN(const Project project, get_project(tx, actor, id_or_code));
    BIFROST_CHECK(actor.require(Permission::member_read, project.id, "project"));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_members, project.id));
    std::vector<Member> members;
    for (const auto row : rows) members.push_back(row.as<Member>());
    return members;
}

Result<Member> put_member(Call& call, std::string_view id_or_code, std::string_view user,
                          const boost::json::value& body) {
    BIFROST_ASSIGN(const Project project, get_project(call.tx, call.actor, id_or_code));
    BIFROST_CHECK(call.actor.require(Permission::member_manage, project.id, "project"));
    json::Reader reader(body);
    std::vector<std::string_view> roles;
    for (const auto& role : access::project_roles()) roles.push_back(role.code);
    const auto role = reader.optional_choice("role", roles);
    if (!role && !reader.failed()) reader.add_error("role", "is required");
    BIFROST_CHECK(reader.finish());
    BIFROST_ASSIGN(const auto found, get_user(call, user));
    BIFROST_CHECK(
        call.tx.execute(sql::put_member, project.id, found.id, *role, Timestamp::now(), call.actor.user_id));
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_member, project.id, found.id));
    const Member member = rows[0].as<Member>();
    call.changes.add(
        {"member.changed", project.id, "member", found.id, events::make_patch("", json::to_json(member))});
    return member;
}

Result<> remove_member(Call& call, std::string_view id_or_code, std::string_view user) {
    BIFROST_ASSIGN(const Project project, get_project(call.tx, call.actor, id_or_code));
    BIFROST_CHECK(call.actor.require(Permission::member_manage, project.id, "project"));
    BIFROST_ASSIGN(const auto found, get_user(call, user));
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_member, project.id, found.id));
    if (rows.empty()) return Error{Errc::not_found, "This user is not a member of the project."};
    BIFROST_CHECK(call.tx.execute(sql::delete_member, project.id, found.id));
    call.changes.add({"member.removed", project.id, "member", found.id,
                      events::make_patch(json::to_json(rows[0].as<Member>()), "{}")});
    return {};
}

} // namespace bifrost::project
