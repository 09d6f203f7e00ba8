#include "services/folder/old_links.hpp"

#include "access/call.hpp"
#include "services/folder/reconcile.sql.hpp"

namespace bifrost::folder {
namespace {

struct OldLink {
    Id fix_id;
    Id project_id;
    std::string path;
    std::string to_path;
};
BOOST_DESCRIBE_STRUCT(OldLink, (), (fix_id, project_id, path, to_path))

/// Without its link, undoing the move doesn't look for one.
Result<> note_removed(database::Database& database, const OldLink& link) {
    std::string after;
    json::ObjectWriter(after).member("path", link.path).member("to_path", link.to_path);
    const auto written =
        access::write(database, access::Actor::system(), [&](access::Call& call) -> Result<int> {
            BIFROST_CHECK(call.tx.execute(sql::note_link_removed, link.fix_id));
            call.changes.add({"folder.link_removed", link.project_id, "folder_fix", link.fix_id,
                              events::make_patch(after, "")});
            return 0;
        });
    if (!written) return written.error();
    return {};
}

} // namespace

Result<std::int64_t> remove_old_links(database::Database& database, const Disk& disk, Timestamp before,
                                      const std::function<bool()>& stopped) {
    std::int64_t removed = 0;
    while (!stopped()) {
        BIFROST_ASSIGN(const auto links, database.read([&](database::Tx& tx) -> Result<std::vector<OldLink>> {
            BIFROST_ASSIGN(const auto rows, tx.query(sql::list_old_links, before));
            std::vector<OldLink> found;
            for (const auto row : rows) found.push_back(row.as<OldLink>());
            return found;
        }));
        if (links.empty()) break;
        for (const auto& link : links) {
            if (stopped()) break;
            BIFROST_ASSIGN(const bool is_gone, disk.remove_link(link.path, link.to_path));
            BIFROST_CHECK(note_removed(database, link));
            if (is_gone) ++removed;
        }
    }
    return removed;
}

} // namespace bifrost::folder
