// The list of a project's shots.

#include "services/project/project.hpp"
#include "services/shot/match.hpp"
#include "services/shot/shot.hpp"

namespace bifrost::shot {
namespace {

constexpr std::string_view kColumns =
    "select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, "
    "e.archived_at, e.project_id, s.sequence_id, q.episode_id, qe.code, ee.code, e.code, e.label, s.name, "
    "s.description, s.status, s.cut_in, s.cut_out, s.head_in, s.tail_out, s.handles, s.fps, s.retime, "
    "'/api/v1/files/' || cast(s.thumbnail_file_id as text) || '/download', s.sort_order";
constexpr std::string_view kFrom =
    "from shot s join entity e on e.id = s.id join sequence q on q.id = s.sequence_id "
    "join entity qe on qe.id = s.sequence_id left join entity ee on ee.id = q.episode_id";

} // namespace

Result<query::Page<Shot>> list_shots(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                     const query::ListRequest& request, const ShotFilter& filter) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    query::ListQuery list(kColumns, kFrom, "s.id",
                          {{"episode", "coalesce(ee.code, '')"},
                           {"sequence", "qe.code"},
                           {"order", "s.sort_order", true},
                           {"code", "e.code"},
                           {"name", "s.name_key"},
                           {"status", "s.status"},
                           {"cut_in", "coalesce(s.cut_in, 0)", true},
                           {"created_at", "e.created_at", true},
                           {"updated_at", "e.updated_at", true}},
                          "episode,sequence,order");
    list.where("s.project_id = ?", database::make_params(found.id));
    if (filter.sequence_id) list.where("s.sequence_id = ?", database::make_params(*filter.sequence_id));
    if (filter.episode_id) list.where("q.episode_id = ?", database::make_params(*filter.episode_id));
    match_archived(list, request);
    match_any(list, "s.status", filter.statuses);
    match_words(list, request.q, {"s.name_key", "e.code", "qe.code", "coalesce(ee.code, '')"});
    return list.page<Shot>(tx, request);
}

} // namespace bifrost::shot
