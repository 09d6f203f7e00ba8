#pragma once
// The site itself: made on the first start, with its owner.

#include <optional>
#include <string>

#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::access {

struct Site {
    std::string name;
    std::int64_t epoch = 1;
    std::string signing_key; ///< secret: signs the URLs of stored bytes
    /// On the first start only: signs the owner in once (see redeem_link).
    std::optional<std::string> owner_link_token;
};

/// The site's row; makes it and the user `owner` when the database is empty. Two processes may call it at
/// once.
Result<Site> open_site(database::Database& database);

} // namespace bifrost::access
