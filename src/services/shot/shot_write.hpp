#pragma once
// Storing shots: what single changes, bulk changes and imports of edits share.

#include <vector>

#include "services/shot/shot.hpp"

namespace bifrost::shot {

/// Frames that contradict each other, as bad fields of a request: cut_in without cut_out, cut_out before
/// cut_in, head behind cut_in, tail before cut_out.
std::vector<FieldError> check_frames(const Shot& shot);
/// head_in and tail_out out of the cut and the handles, where they are missing.
void fill_handles(Shot& shot);

/// Reads the shot with its row locked. not_found as get_shot.
Result<Shot> lock_shot(access::Call& call, const Id& id);
/// Inserts shots with their first state; ids, dates and status are filled in. All are of one project, their
/// parents are checked, their frames too. Adds "shot.created" for each.
Result<> insert_shots(access::Call& call, const Id& project_id, std::vector<Shot>& shots);
/// Writes what differs of a locked shot, raises its revision, adds "shot.updated". `after` is as it is then.
Result<> store_shot(access::Call& call, const Shot& before, Shot& after,
                    std::optional<std::int64_t> if_revision);

} // namespace bifrost::shot
