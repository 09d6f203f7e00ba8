// The list of a project's assets: one statement whatever is asked.

#include <set>

#include "core/text.hpp"
#include "query/full_text.hpp"
#include "services/asset/asset.hpp"
#include "services/project/project.hpp"

namespace bifrost::asset {
namespace {

constexpr std::string_view kColumns =
    "select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, "
    "e.archived_at, e.project_id, e.code, e.label, a.name, a.type, a.status, a.description, a.tags, "
    "coalesce('/api/v1/media/' || a.picture || '/thumbnail', "
    "'/api/v1/files/' || cast(a.thumbnail_file_id as text) || '/download'), a.is_assembly";
constexpr std::string_view kFrom = "from asset a join entity e on e.id = a.id";

bool is_asset_column(std::string_view field) {
    return field == "name" || field == "type" || field == "status";
}

/// The values folded, each once, and a mark for each.
query::TextMatch marks_of(const std::vector<std::string>& values) {
    std::set<std::string> folded;
    for (const auto& value : values) folded.insert(fold_case(value));
    query::TextMatch marks;
    for (const auto& value : folded) {
        marks.sql += marks.sql.empty() ? "?" : ", ?";
        marks.values.push_back(database::to_value(value));
    }
    return marks;
}

void any_of(query::ListQuery& list, const std::string& column, const std::vector<std::string>& values) {
    if (values.empty()) return;
    const auto marks = marks_of(values);
    list.where(column + " in (" + marks.sql + ")", marks.values);
}

/// Assets with all of the tags. The first is looked up by its index; the others are counted in one look at
/// what the first left: a join a tag would take the planner seconds when there are a hundred.
void has_tags(query::ListQuery& list, const std::vector<std::string>& tags) {
    if (tags.empty()) return;
    auto marks = marks_of(tags);
    list.where("exists (select 1 from entity_tag t where t.entity_id = a.id and t.tag = ?)",
               {marks.values.front()});
    if (marks.values.size() == 1) return;
    const auto wanted = static_cast<std::int64_t>(marks.values.size());
    marks.values.push_back(database::to_value(wanted));
    list.where("(select count(*) from entity_tag u where u.entity_id = a.id and u.tag in (" + marks.sql +
                   ")) = ?",
               marks.values);
}

/// " = …" for a column that holds a project's id, and its value.
query::TextMatch is_project(std::string_view project) {
    if (const auto id = Id::parse(project)) return {" = ?", database::make_params(*id)};
    return {" = (select id from entity where kind = 'project' and code = ?)",
            database::make_params(fold_case(project))};
}

/// Both tables carry the project, so that each sort finds an index that begins with it.
void in_project(query::ListQuery& list, std::string_view project) {
    const auto is = is_project(project);
    list.where("a.project_id" + is.sql, is.values);
    list.where("e.project_id" + is.sql + " and e.kind = 'asset'", is.values);
}

/// The search tables follow the event log at a distance. What changed since the index was last brought up to
/// date (a minute earlier, for transactions that were running then) is matched by name and code instead, so
/// that someone who has just made an asset finds it.
void matches_text(query::ListQuery& list, database::Dialect dialect, std::string_view text,
                  std::string_view project) {
    auto match = query::full_text_match(dialect, text);
    if (!match) {
        list.where("1 = 0");
        return;
    }
    const auto is = is_project(project);
    match->sql +=
        " union all select r.id from entity r join asset s on s.id = r.id where r.project_id" + is.sql +
        " and r.kind = 'asset' and r.updated_at > coalesce((select updated_at from event_cursor where "
        "consumer = ?), 0) - 60000000";
    match->values.insert(match->values.end(), is.values.begin(), is.values.end());
    match->values.push_back(database::to_value(query::kSearchConsumer));
    for (const auto& word : query::find_words(text)) {
        const std::string like = "%" + escape_like(word.folded) + "%";
        match->sql += " and (s.name_key like ? escape '\\' or r.code like ? escape '\\')";
        match->values.push_back(database::to_value(like));
        match->values.push_back(database::to_value(like));
    }
    list.where("a.id in (" + match->sql + ")", match->values);
}

} // namespace

Result<query::Page<Asset>> list_assets(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                       const query::ListRequest& request, const AssetFilter& filter) {
    // The index of the first sort key gives the ids in order too.
    const bool by_asset = !request.sort.empty() && is_asset_column(request.sort.front().field);
    query::ListQuery list(kColumns, kFrom, by_asset ? "a.id" : "e.id",
                          {{"code", "e.code"},
                           {"name", "a.name_key"},
                           {"type", "a.type"},
                           {"status", "a.status"},
                           {"created_at", "e.created_at", true},
                           {"updated_at", "e.updated_at", true}},
                          "code");
    in_project(list, project);
    list.where_numbered(access::visible_projects(actor, "a.project_id", list.params()));
    if (request.archived == query::Archived::exclude) list.where("e.archived_at is null");
    if (request.archived == query::Archived::only) list.where("e.archived_at is not null");
    any_of(list, "a.type", filter.types);
    any_of(list, "a.status", filter.statuses);
    has_tags(list, filter.tags);
    if (!request.q.empty()) matches_text(list, tx.dialect(), request.q, project);
    BIFROST_ASSIGN(auto page, list.page<Asset>(tx, request));
    // Nothing was found: is there such a project at all?
    if (page.data.empty()) BIFROST_CHECK(project::get_project(tx, actor, project));
    return page;
}

} // namespace bifrost::asset
