#include "access/audit.hpp"

#include "access/audit.sql.hpp"

namespace bifrost::access {
namespace {

constexpr std::int64_t kDayMicros = 86'400'000'000;
/// More people than that can hardly all need every right.
constexpr std::size_t kMostAdministrators = 5;
constexpr std::size_t kMostNamed = 20;

/// "ann (owner), bob (admin)", the first of many.
std::string named(const database::Rows& rows) {
    std::string text;
    std::size_t count = 0;
    for (const auto row : rows) {
        if (count == kMostNamed) {
            text += " and " + std::to_string(rows.size() - count) + " more";
            break;
        }
        if (count++ > 0) text += ", ";
        text.append(row.text(0)).append(" (").append(row.text(1)).append(")");
    }
    return text;
}

/// None is fine, any is not.
AuditFinding none_of(std::string check, const database::Rows& rows, const std::string& fine,
                     const std::string& advice) {
    if (rows.empty()) return {std::move(check), true, fine};
    return {std::move(check), false, named(rows) + ": " + advice};
}

Result<AuditFinding> administrators(database::Tx& tx) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::audit_administrators));
    if (rows.size() <= kMostAdministrators)
        return AuditFinding{"administrators", true, named(rows) + "; see that each still should be one."};
    return AuditFinding{"administrators", false,
                        std::to_string(rows.size()) + " people may do everything: " + named(rows) +
                            "; make members of those who don't need it."};
}

} // namespace

Result<std::vector<AuditFinding>> audit_access(database::Tx& tx, Timestamp now, std::int64_t idle_days) {
    const std::int64_t since = now.micros - idle_days * kDayMicros;
    const std::string days = std::to_string(idle_days) + " days";
    std::vector<AuditFinding> found;
    BIFROST_ASSIGN(AuditFinding first, administrators(tx));
    found.push_back(std::move(first));
    BIFROST_ASSIGN(const auto idle, tx.query(sql::audit_idle_users, since));
    found.push_back(none_of("idle_users", idle, "Everybody has called within " + days + ".",
                            "not seen for " + days + "; deactivate who has left."));
    BIFROST_ASSIGN(const auto left, tx.query(sql::audit_members_that_left));
    found.push_back(none_of("former_members", left, "No project has members who were deactivated.",
                            "deactivated, but still members; remove them, or they are in again with the "
                            "account."));
    BIFROST_ASSIGN(const auto orphaned, tx.query(sql::audit_tokens_of_those_that_left));
    found.push_back(none_of("former_tokens", orphaned, "No token is of somebody who was deactivated.",
                            "tokens of people who were deactivated; they open nothing now, revoke them "
                            "before the account comes back."));
    BIFROST_ASSIGN(const auto lasting, tx.query(sql::audit_lasting_tokens));
    found.push_back(none_of("lasting_tokens", lasting, "Every token ends some day.",
                            "these tokens never end; make new ones that do."));
    BIFROST_ASSIGN(const auto unused, tx.query(sql::audit_unused_tokens, since, now));
    found.push_back(none_of("unused_tokens", unused, "Every token was used within " + days + ".",
                            "not used for " + days + "; revoke them."));
    BIFROST_ASSIGN(const auto whole, tx.query(sql::audit_whole_tokens, now));
    found.push_back(none_of("whole_tokens", whole, "No token has all rights of an administrator.",
                            "these tokens may do all that an administrator may; give scripts an account "
                            "and scopes of their own."));
    BIFROST_ASSIGN(const auto links, tx.query(sql::audit_open_links, now));
    found.push_back(none_of("open_links", links, "No sign-in link waits to be used.",
                            "sign-in links that nobody has used yet; whoever has one is that person."));
    BIFROST_ASSIGN(const auto unled, tx.query(sql::audit_unled_projects));
    found.push_back(none_of("unled_projects", unled, "Every project has a supervisor or producer.",
                            "nobody of the project may manage its members; name a supervisor or "
                            "producer."));
    return found;
}

} // namespace bifrost::access
