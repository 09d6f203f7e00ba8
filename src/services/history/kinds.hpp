#pragma once
// What undoing needs to know of each kind of entity. Private to the room.

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "access/call.hpp"

namespace bifrost::history {

struct Kind {
    std::string_view name;
    Result<std::string> (*read)(database::Tx&, const access::Actor&, const Id&);
    Result<> (*update)(access::Call&, const Id&, const boost::json::value& patch);
    Result<> (*archive)(access::Call&, const Id&);
    Result<> (*restore)(access::Call&, const Id&);
};
/// nullptr for a kind whose changes can't be undone.
const Kind* find_kind(std::string_view name);

/// Gives an entity the state that it had, whatever its workflow says: takes <kind>:review. `fields` holds
/// status and, of tasks, retakes and closed_at. conflict when the workflow has no such state any more.
Result<> put_back_status(access::Call& call, std::string_view kind, const Id& id,
                         const boost::json::object& fields, const boost::json::object& current);

} // namespace bifrost::history
