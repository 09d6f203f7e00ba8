#include "services/history/trash.hpp"

#include "core/text.hpp"
#include "services/project/project.hpp"

namespace bifrost::history {

Result<query::Page<Discarded>> list_trash(database::Tx& tx, const access::Actor& actor,
                                          std::string_view project, const query::ListRequest& request) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    query::ListQuery list(
        "select e.id, e.kind, e.code, coalesce(a.name, s.name, q.name, p.name, t.name, e.label, 'v' || "
        "cast(v.number "
        "as text), ''), e.archived_at, e.updated_by, e.revision",
        "from entity e left join asset a on a.id = e.id left join shot s on s.id = e.id left join sequence q "
        "on q.id "
        "= e.id left join episode p on p.id = e.id left join task t on t.id = e.id left join version v on "
        "v.id = e.id",
        "e.id",
        {{"archived_at", "e.archived_at", true},
         {"kind", "e.kind"},
         {"name", "coalesce(a.name_key, s.name_key, q.name_key, p.name_key, t.name_key, e.code, '')"}},
        "-archived_at");
    list.where("e.project_id = ? and e.archived_at is not null", database::make_params(found.id));
    if (!actor.is_administrator())
        list.where("v.id is null or v.state = 'published' or v.author_id = ?",
                   database::make_params(actor.user_id));
    if (!request.q.empty())
        list.where(
            "coalesce(a.name_key, s.name_key, q.name_key, p.name_key, t.name_key, e.code, '') like ? escape "
            "'\\'",
            database::make_params("%" + escape_like(fold_case(request.q)) + "%"));
    return list.page<Discarded>(tx, request);
}

} // namespace bifrost::history
