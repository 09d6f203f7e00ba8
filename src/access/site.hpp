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
};

/// The site's row, when there is one.
Result<std::optional<Site>> find_site(database::Tx& tx);
/// What time it is for the database.
Result<Timestamp> database_clock(database::Tx& tx);
/// The site's row; makes it and the user `owner` when the database is empty. Two processes may call it at
/// once. conflict when a site is being copied into the database and that is not finished.
Result<Site> open_site(database::Database& database);
/// A new one-time sign-in token (see redeem_link) for the first owner as long as they have no password: shown
/// at each start until it was used, so that nobody is locked out by a closed terminal.
Result<std::optional<std::string>> owner_link_token(database::Database& database);

} // namespace bifrost::access
