#include "services/shot/common.hpp"

#include "services/project/project.hpp"
#include "services/shot/common.sql.hpp"

namespace bifrost::shot {

const std::vector<std::string_view>& derived_fields() {
    static const std::vector<std::string_view> fields = {"revision",      "updated_at",   "updated_by",
                                                         "thumbnail_url", "episode_code", "sequence_code"};
    return fields;
}

Result<Id> open_project(access::Call& call, std::string_view project) {
    BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, project));
    BIFROST_CHECK(call.actor.require(access::Permission::shot_create, found.id, "project"));
    if (found.archived_at)
        return Error{Errc::conflict, "The project is archived: restore it before adding to it."};
    return found.id;
}

Result<project::Entity> get_parent(access::Call& call, const Id& id, const Id& project_id,
                                   std::string_view kind, std::string_view key) {
    BIFROST_ASSIGN(auto parent, project::find_entity(call.tx, id));
    const std::string pointer = "/" + std::string(key);
    if (!parent || parent->kind != kind || parent->project_id != project_id)
        return invalid_field(pointer, "is no " + std::string(kind) + " of this project");
    if (parent->archived_at)
        return invalid_field(pointer, "is archived; restore the " + std::string(kind) + " first");
    return std::move(*parent);
}

Result<json::Raw> check_fields_of(access::Call& call, const project::MetadataChange& change,
                                  const json::Raw& after) {
    if (!change.is_new && change.patch == nullptr) return after;
    return project::check_metadata(call, change, after);
}

bool texts_differ(std::string_view before, std::string_view after) {
    return before != after && events::make_patch(before, after, derived_fields()) !=
                                  events::make_patch(before, before, derived_fields());
}

bool add_event(access::Call& call, std::string action, std::string_view kind, const Id& project_id,
               const Id& id, std::string_view before, std::string_view after) {
    if (!texts_differ(before, after)) return false;
    call.changes.add({std::move(action), project_id, std::string(kind), id,
                      events::make_patch(before, after, derived_fields())});
    return true;
}

Result<> set_parent(access::Call& call, const Id& id, const Id& parent_id, std::string_view code) {
    auto moved = call.tx.execute(sql::set_parent, id, parent_id);
    if (!moved) return project::code_conflict(moved.error(), code);
    return {};
}

} // namespace bifrost::shot
