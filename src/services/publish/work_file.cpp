#include "services/publish/work_file.hpp"

#include <algorithm>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/folder/place.hpp"
#include "services/project/entity.hpp"
#include "services/publish/work_file.sql.hpp"

namespace bifrost::publish {

using access::Permission;

namespace {
bool is_of_extension(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
} // namespace

Result<std::vector<WorkFile>> list_work_files(database::Tx& tx, const access::Actor& actor,
                                              std::string_view kind, const Id& owner_id,
                                              std::string_view series) {
    BIFROST_CHECK(project::get_visible_entity(tx, actor, owner_id, kind));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_work_files, owner_id, fold_case(series)));
    std::vector<WorkFile> files;
    for (const auto row : rows) files.push_back(row.as<WorkFile>());
    return files;
}

Result<WorkFile> reserve_work_file(access::Call& call, std::string_view kind, const Id& owner_id,
                                   const boost::json::value& body) {
    BIFROST_ASSIGN(const auto owner, project::get_visible_entity(call.tx, call.actor, owner_id, kind));
    BIFROST_CHECK(call.actor.require(Permission::version_create, owner.project_id, kind));
    json::Reader reader(body);
    WorkFile file;
    const std::string series = reader.code("series");
    file.application = reader.optional_text("application", {0, 200}).value_or("");
    file.comment = reader.optional_text("comment", {0, 20'000, true}).value_or("");
    file.path = reader.optional_text("path", {1, 4'000});
    const auto extension = reader.optional_text("extension", {1, 16});
    if (extension && file.path) reader.add_error("extension", "goes without a path: it makes one");
    if (extension && !std::all_of(extension->begin(), extension->end(), is_of_extension))
        reader.add_error("extension", "must be of lower-case letters and digits");
    file.size = reader.optional_integer("size", 0, 9'007'199'254'740'991);
    file.modified_at = reader.optional_timestamp("modified_at");
    BIFROST_CHECK(reader.finish());
    if (owner.archived_at)
        return Error{Errc::conflict, "The " + owner.kind + " is archived; restore it to work on it."};
    file.id = Id::make();
    file.owner_id = owner_id;
    file.series = *fold_code(series);
    file.author_id = call.actor.user_id;
    file.created_at = Timestamp::now();
    BIFROST_CHECK(call.tx.execute(sql::make_series, Id::make(), owner_id, file.series));
    BIFROST_ASSIGN(const auto taken, call.tx.query(sql::take_number, owner_id, file.series));
    file.number = taken[0].integer(1);
    if (extension) {
        BIFROST_ASSIGN(file.path,
                       folder::work_file_path(call.tx, owner_id, file.series, file.number, *extension));
    }
    BIFROST_CHECK(call.tx.execute(sql::insert_work_file, file.id, taken[0].id(0), owner.project_id,
                                  file.number, file.path, file.application, file.author_id, file.comment,
                                  file.size, file.modified_at, file.created_at));
    call.changes.add({"work_file.reserved", owner.project_id, "work_file", file.id,
                      events::make_patch("", json::to_json(file))});
    return file;
}

} // namespace bifrost::publish
