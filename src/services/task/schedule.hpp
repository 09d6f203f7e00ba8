#pragma once
// Dates that follow from dependencies.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"

namespace bifrost::task {

struct Shift {
    Id id;
    std::string name;
    std::string entity; ///< the code of what it is done on
    std::optional<std::string> start_date;
    std::optional<std::string> due_date;
    std::int64_t days = 0; ///< by how many it moves, later
};
BOOST_DESCRIBE_STRUCT(Shift, (), (id, name, entity, start_date, due_date, days))

struct Reschedule {
    std::vector<Shift> data;
    bool dry_run = false;
};
BOOST_DESCRIBE_STRUCT(Reschedule, (), (data, dry_run))

/// Moves the project's open tasks later, as little as is needed, until every dependency holds: with a lag of
/// L days, finish_start begins L days behind the day after the other's due date; start_start begins,
/// finish_finish is due, L days behind the other's start or due date; start_finish is due L days behind the
/// other's start. A task keeps its length; what has no date asks for none; nothing moves earlier. `body`:
/// {dry_run?}. Needs task:update. Adds "task.updated" for each that moves.
Result<Reschedule> reschedule(access::Call& call, std::string_view project, const boost::json::value& body);

/// The least number of days by which a task has to move so that one dependency holds; 0 when it does. Days as
/// numbers since 1970-01-01; nothing where there is no date.
std::int64_t days_to_move(std::string_view kind, std::int64_t lag_days,
                          std::optional<std::int64_t> other_start, std::optional<std::int64_t> other_due,
                          std::optional<std::int64_t> start, std::optional<std::int64_t> due);

} // namespace bifrost::task
