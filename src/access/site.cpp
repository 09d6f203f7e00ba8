#include "access/site.hpp"

#include "access/call.hpp"
#include "access/site.sql.hpp"
#include "access/user.sql.hpp"
#include "core/hash.hpp"
#include "core/random.hpp"

namespace bifrost::access {

Result<std::optional<Site>> find_site(database::Tx& tx) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_site));
    if (rows.empty()) return std::optional<Site>{};
    Site site;
    site.name = rows[0].text(0);
    site.epoch = rows[0].integer(1);
    site.signing_key = rows[0].text(2);
    return std::optional<Site>{std::move(site)};
}

Result<Timestamp> database_clock(database::Tx& tx) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::database_clock));
    if (rows.empty()) return Error{Errc::internal, "The database doesn't tell the time."};
    return rows[0].timestamp(0);
}

Result<Site> open_site(database::Database& database) {
    BIFROST_ASSIGN(auto existing, database.read([](database::Tx& tx) -> Result<std::optional<Site>> {
        BIFROST_ASSIGN(const auto copy, tx.query(sql::find_unfinished_copy));
        if (copy.empty()) return find_site(tx);
        return Error{Errc::conflict,
                     "A restore or transfer into this site was broken off. Run the same command "
                     "again to finish it, or begin anew in an empty place."};
    }));
    if (existing) return std::move(*existing);
    BIFROST_ASSIGN(auto made, write(database, Actor::system(), [](Call& call) -> Result<Site> {
                       const Timestamp now = Timestamp::now();
                       BIFROST_ASSIGN(const auto inserted,
                                      call.tx.execute(sql::insert_site, 1, random_token(48), now));
                       BIFROST_ASSIGN(auto site, find_site(call.tx));
                       if (!site) return Error{Errc::internal, "The site row can't be read back."};
                       if (inserted == 0) return std::move(*site);
                       const Id owner = Id::make();
                       BIFROST_CHECK(call.tx.execute(sql::insert_owner, owner, true, now));
                       call.changes.add({"user.created", std::nullopt, "user", owner,
                                         R"({"after":{"code":"owner","site_role":"owner"},"before":{}})"});
                       return std::move(*site);
                   }));
    return std::move(made.value);
}

Result<std::optional<std::string>> owner_link_token(database::Database& database) {
    BIFROST_ASSIGN(
        auto made, write(database, Actor::system(), [](Call& call) -> Result<std::optional<std::string>> {
            BIFROST_ASSIGN(const auto owner, call.tx.query(sql::find_new_owner));
            if (owner.empty()) return std::optional<std::string>{};
            std::string token = random_token(32);
            BIFROST_CHECK(call.tx.execute(sql::insert_sign_in_link, sha256_hex(token), owner[0].id(0),
                                          Timestamp::now().plus_seconds(7 * 24 * 3600)));
            return std::optional<std::string>{std::move(token)};
        }));
    return std::move(made.value);
}

} // namespace bifrost::access
