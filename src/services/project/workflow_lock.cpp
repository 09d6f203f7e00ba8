#include "services/project/workflow_lock.hpp"

#include "services/project/workflow_lock.sql.hpp"

namespace bifrost::project {

Result<> share_workflows(database::Tx& tx) {
    return tx.query_ahead(sql::share_workflows, [](const database::Rows&) {});
}

Result<> hold_workflows(database::Tx& tx) {
    BIFROST_CHECK(tx.query(sql::hold_workflows));
    return {};
}

} // namespace bifrost::project
