#include "services/folder/create.hpp"

#include "core/json_reader.hpp"
#include "services/project/project.hpp"

namespace bifrost::folder {
namespace {

using access::Permission;

Result<int> make_with_children(const Disk& disk, const ResolvedPath& wanted) {
    BIFROST_ASSIGN(int made, disk.make_folders(wanted.below));
    for (const auto& child : wanted.children) {
        BIFROST_ASSIGN(const int more, disk.make_folders(wanted.below + "/" + child));
        made += more;
    }
    return made;
}

} // namespace

Result<CreateRequest> read_create_request(const boost::json::value& body) {
    json::Reader reader(body);
    CreateRequest request;
    request.dry_run = reader.optional_boolean("dry_run").value_or(false);
    if (const auto* items = reader.array("items", kMostItems, true)) {
        for (std::size_t i = 0; i < items->size(); ++i) {
            json::Reader nested((*items)[i], "/items/" + std::to_string(i));
            const std::string id = nested.text("entity_id", {1, 100});
            auto types = nested.optional_texts("data_types", data_types().size(), {1, 20});
            for (std::size_t t = 0; types && t < types->size(); ++t)
                if (std::find(data_types().begin(), data_types().end(), (*types)[t]) == data_types().end())
                    nested.add_item_error("data_types", t, "is no data type");
            if (!types) types.emplace(data_types().begin(), data_types().end());
            for (auto& type : *types) {
                ResolveItem item;
                item.entity_id = id;
                item.data_type = std::move(type);
                request.wanted.items.push_back(std::move(item));
            }
            reader.merge(nested);
        }
        if (request.wanted.items.size() > kMostItems)
            reader.add_error("items", "ask for more than 10,000 folders; make them in several requests");
    }
    BIFROST_CHECK(reader.finish());
    return request;
}

Result<std::vector<MadeFolder>> create_folders(database::Database& database, const access::Actor& actor,
                                               std::string_view project, const CreateRequest& request,
                                               const std::string& projects_root) {
    Id project_id;
    BIFROST_ASSIGN(const auto wanted,
                   database.snapshot([&](database::Tx& tx) -> Result<std::vector<ResolvedPath>> {
                       BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
                       BIFROST_CHECK(actor.require(Permission::version_create, found.id, "project"));
                       project_id = found.id;
                       return resolve_paths(tx, actor, project, request.wanted, projects_root);
                   }));
    BIFROST_ASSIGN(const Disk disk, Disk::open(projects_root));
    std::vector<MadeFolder> out;
    int total = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        MadeFolder made{wanted[i].entity_id, request.wanted.items[i].data_type, wanted[i].path, 0,
                        wanted[i].error};
        if (made.error.empty() && wanted[i].root != "main")
            made.error = "This server has no folder for the root '" + wanted[i].root + "'.";
        if (made.error.empty() && !request.dry_run) {
            const auto count = make_with_children(disk, wanted[i]);
            if (count)
                made.made = *count;
            else if (count.error().code == Errc::out_of_space)
                return count.error();
            else
                made.error = count.error().detail;
        }
        total += made.made;
        out.push_back(std::move(made));
    }
    if (total == 0) return out;
    std::string after;
    json::ObjectWriter(after).member("folders", total);
    BIFROST_CHECK(access::write(database, actor, [&](access::Call& call) -> Result<int> {
        call.changes.add(
            {"folder.created", project_id, "project", project_id, events::make_patch("", after)});
        return 0;
    }));
    return out;
}

} // namespace bifrost::folder
