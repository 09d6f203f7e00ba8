#pragma once
// What is archived in a project, newest first; it comes back with POST /<kinds>/{id}/restore.

#include "query/list.hpp"
#include "services/history/revert.hpp"

namespace bifrost::history {

/// Sorted by archived_at, kind or name. `q`: words of the name. Drafts of others aren't there.
Result<query::Page<Discarded>> list_trash(database::Tx& tx, const access::Actor& actor,
                                          std::string_view project, const query::ListRequest& request);

} // namespace bifrost::history
