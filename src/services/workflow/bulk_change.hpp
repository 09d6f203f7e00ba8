#pragma once
// What the parts of a bulk share: the request, and what has been found out about each entity.

#include <map>
#include <set>

#include "services/workflow/bulk.hpp"
#include "services/workflow/move.hpp"

namespace bifrost::workflow {

struct BulkRequest {
    std::string kind;
    std::vector<Id> ids;
    const boost::json::value* set = nullptr;
    std::optional<MoveRequest> move;
    std::map<Id, std::int64_t> if_revisions;
    bool dry_run = false;
};

struct BulkConflict {
    Id id;
    std::string detail;
    std::optional<std::int64_t> revision{};
    std::optional<std::vector<std::string>> open{};
};

/// A bulk on its way.
struct BulkWork {
    access::Call& call;
    Id project_id;
    const BulkRequest& request;
    std::map<Id, BulkRow> rows; ///< by id, of those that are there
    std::vector<BulkConflict> conflicts;

    /// Notes a row; false (and a conflict) when it is archived or at another revision than the request says.
    bool admit(const Id& id, std::int64_t revision, bool archived);
    /// Marks a row as one that changes, and adds its event.
    void change(const Id& id, std::string action, std::string patch);
    /// Nothing was written so far, and now it may be.
    [[nodiscard]] bool shall_write() const { return conflicts.empty() && !request.dry_run; }
    /// [id, now, actor]: the parameters that every change of an entity begins with.
    [[nodiscard]] database::Params change_params(const Id& id) const;
    /// Runs a statement for many rows, none included.
    Result<> run(const database::Query& query, const std::vector<database::Params>& rows);

    Timestamp now = Timestamp::now();
};

/// Each notes rows and conflicts, and writes when there is no conflict. invalid below "/set" or
/// "/transition".
Result<> bulk_set_assets(BulkWork& work);
Result<> bulk_set_tasks(BulkWork& work);
Result<> bulk_set_versions(BulkWork& work);
Result<> bulk_move(BulkWork& work);

} // namespace bifrost::workflow
