#pragma once
// Many shots at once: made in a row, or numbered anew.

#include <vector>

#include "services/shot/shot.hpp"

namespace bifrost::shot {

/// `body`: {codes: "sq010_sh0010…0100 by 10", sequence_id?, handles?, cut_in?, cut_out?, fps?}. Without a
/// sequence_id the codes name the sequence under the project, which is made when it isn't there. All or
/// nothing. Adds "shot.created" for each.
Result<std::vector<Shot>> create_shots(access::Call& call, std::string_view project,
                                       const boost::json::value& body);

struct Renumbered {
    Id id;
    std::string from;
    std::string to;
};
BOOST_DESCRIBE_STRUCT(Renumbered, (), (id, from, to))

struct Renumbering {
    std::vector<Renumbered> data; ///< the shots whose codes change, as they stand in the film
    std::int64_t unchanged = 0;
    bool applied = false;
};
BOOST_DESCRIBE_STRUCT(Renumbering, (), (data, unchanged, applied))

/// Gives the shots of a sequence new codes in their order. `body`: {prefix?: "sh", first?: 10, step?: 10,
/// width?: 4, dry_run?}. Archived shots keep theirs: conflict when one of them has a code that is wanted.
/// Adds "shot.updated" for each.
Result<Renumbering> renumber_shots(access::Call& call, const Id& sequence_id, const boost::json::value& body);

} // namespace bifrost::shot
