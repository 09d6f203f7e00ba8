#pragma once
// Casting: which assets play in a shot, a sequence or an episode, how often and in which versions.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "services/project/entity.hpp"

namespace bifrost::shot {

struct Role {
    Id id;
    Id asset_id;
    std::int64_t occurrences = 1;
    std::optional<std::string> label; ///< "hero", "in the mirror": the same asset may stand twice
    json::Raw overrides;
    json::Raw pins; ///< {product code: version id | "latest" | "latest_approved"}

    bool operator==(const Role&) const = default;
};
BOOST_DESCRIBE_STRUCT(Role, (), (id, asset_id, occurrences, label, overrides, pins))

struct Casting {
    std::vector<Role> data;    ///< in the order that was put
    std::int64_t revision = 1; ///< of the casting alone
};
BOOST_DESCRIBE_STRUCT(Casting, (), (data, revision))

/// `kind` is shot, sequence or episode. not_found when it isn't there or may not be seen.
Result<Casting> get_casting(database::Tx& tx, const access::Actor& actor, std::string_view kind,
                            const Id& owner_id);
/// Replaces the whole. `body`: {data: [{id?, asset_id, occurrences?, label?, pins?, overrides?}]}; rows with
/// an id that stands stay the same rows. Needs shot:update. stale_revision unless `if_revision` is the
/// casting's own. The same again changes nothing. Adds "<kind>.casting_changed".
Result<Casting> put_casting(access::Call& call, std::string_view kind, const Id& owner_id,
                            const boost::json::value& body, std::optional<std::int64_t> if_revision);
/// Changes single rows and leaves the others alone. `body`: {add: [row], change: [{id, …}], remove: [id]}.
Result<Casting> patch_casting(access::Call& call, std::string_view kind, const Id& owner_id,
                              const boost::json::value& body, std::optional<std::int64_t> if_revision);

} // namespace bifrost::shot
