#include "services/shot/shot_write.hpp"

#include "core/text.hpp"
#include "services/project/workflow_lock.hpp"
#include "services/shot/common.hpp"
#include "services/shot/episode.sql.hpp"
#include "services/shot/shot.sql.hpp"

namespace bifrost::shot {

std::vector<FieldError> check_frames(const Shot& shot) {
    std::vector<FieldError> errors;
    if (shot.cut_in.has_value() != shot.cut_out.has_value())
        errors.push_back({shot.cut_in ? "/cut_out" : "/cut_in", "is required along with the other"});
    if (shot.cut_in && shot.cut_out && *shot.cut_out < *shot.cut_in)
        errors.push_back({"/cut_out", "must not be before cut_in; both are part of the cut"});
    if (shot.head_in && !shot.cut_in) errors.push_back({"/head_in", "needs a cut_in"});
    if (shot.head_in && shot.cut_in && *shot.head_in > *shot.cut_in)
        errors.push_back({"/head_in", "must not be behind cut_in"});
    if (shot.tail_out && !shot.cut_out) errors.push_back({"/tail_out", "needs a cut_out"});
    if (shot.tail_out && shot.cut_out && *shot.tail_out < *shot.cut_out)
        errors.push_back({"/tail_out", "must not be before cut_out"});
    return errors;
}

void fill_handles(Shot& shot) {
    if (shot.cut_in && !shot.head_in) shot.head_in = *shot.cut_in - shot.handles;
    if (shot.cut_out && !shot.tail_out) shot.tail_out = *shot.cut_out + shot.handles;
}

Result<Shot> lock_shot(access::Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::lock_shot, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such shot."};
    Shot shot = rows[0].as<Shot>();
    BIFROST_CHECK(call.actor.require(access::Permission::project_read, shot.project_id, "shot"));
    return shot;
}

Result<> insert_shots(access::Call& call, const Id& project_id, std::vector<Shot>& shots) {
    if (shots.empty()) return {};
    BIFROST_CHECK(project::share_workflows(call.tx));
    BIFROST_ASSIGN(const auto initial, call.tx.query(sql::find_initial_status, project_id));
    const std::string status = initial.empty() ? "waiting" : std::string(initial[0].text(0));
    const auto now = Timestamp::now();
    std::optional<Id> actor;
    if (!call.actor.user_id.is_nil()) actor = call.actor.user_id;
    std::vector<database::Params> entities;
    std::vector<database::Params> rows;
    std::vector<database::Params> lists;
    for (auto& shot : shots) {
        shot.id = Id::make();
        shot.project_id = project_id;
        shot.created_at = shot.updated_at = now;
        shot.created_by = shot.updated_by = actor;
        shot.revision = 1;
        shot.status = status;
        entities.push_back(database::make_params(shot.id, project_id, shot.sequence_id, shot.code, shot.label,
                                                 now, actor, shot.metadata));
        rows.push_back(database::make_params(shot.id, project_id, shot.sequence_id, shot.name,
                                             fold_case(shot.name), shot.description, status, shot.cut_in,
                                             shot.cut_out, shot.head_in, shot.tail_out, shot.handles,
                                             shot.fps, shot.retime, shot.order));
        lists.push_back(database::make_params(shot.id));
    }
    const std::string codes =
        shots.size() == 1 ? shots[0].code : shots.front().code + "' to '" + shots.back().code;
    if (auto inserted = call.tx.execute_many(sql::insert_entity, entities); !inserted)
        return project::code_conflict(inserted.error(), codes);
    BIFROST_CHECK(call.tx.execute_many(sql::insert_shot, rows));
    BIFROST_CHECK(call.tx.execute_many(sql::insert_casting_list, lists));
    for (const auto& shot : shots)
        add_event(call, "shot.created", "shot", project_id, shot.id, "{}", json::to_json(shot));
    return {};
}

Result<> store_shot(access::Call& call, const Shot& before, Shot& after,
                    std::optional<std::int64_t> if_revision) {
    project::EntityChange change;
    change.if_revision = if_revision;
    if (after.code != before.code || after.label != before.label) change.typed_code = after.label;
    if (after.metadata.text != before.metadata.text) change.metadata = after.metadata;
    BIFROST_ASSIGN(const auto touched, project::touch_entity(call, before.id, change));
    static_cast<project::EntityFields&>(after) = touched;
    if (after.sequence_id != before.sequence_id)
        BIFROST_CHECK(set_parent(call, before.id, after.sequence_id, after.code));
    const auto updated =
        call.tx.execute(sql::update_shot, before.id, after.sequence_id, after.name, fold_case(after.name),
                        after.description, after.cut_in, after.cut_out, after.head_in, after.tail_out,
                        after.handles, after.fps, after.retime, after.order);
    if (!updated) return project::code_conflict(updated.error(), after.code);
    add_event(call, "shot.updated", "shot", before.project_id, before.id, json::to_json(before),
              json::to_json(after));
    return {};
}

} // namespace bifrost::shot
