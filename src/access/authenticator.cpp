#include "access/authenticator.hpp"

#include <chrono>

#include "access/api_token.hpp"
#include "access/authenticator.sql.hpp"
#include "core/hash.hpp"
#include "core/log.hpp"

namespace bifrost::access {
namespace {

constexpr std::int64_t kFreshMicros = 1'000'000;
constexpr std::size_t kMostKnown = 20'000;
constexpr std::int64_t kNoteUseSeconds = 300;

std::int64_t steady_micros() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

} // namespace

Result<Actor> Authenticator::authenticate(std::string_view secret, bool fresh) {
    const std::int64_t now = steady_micros();
    std::uint64_t generation = 0;
    {
        const std::lock_guard lock(mutex_);
        generation = generation_;
        const auto found = known_.find(secret);
        if (!fresh && found != known_.end() && now - found->second.checked_at < kFreshMicros)
            return found->second.actor;
    }
    auto actor = look_up(secret, sha256_hex(secret));
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(secret);
    if (!actor) {
        if (found != known_.end()) known_.erase(found);
        return actor;
    }
    if (generation != generation_) return actor;
    if (found != known_.end()) {
        found->second = {*actor, now};
        return actor;
    }
    if (known_.size() >= kMostKnown) known_.clear();
    known_.emplace(std::string(secret), Known{*actor, now});
    return actor;
}

void Authenticator::forget() {
    const std::lock_guard lock(mutex_);
    ++generation_;
    known_.clear();
}

Result<Actor> Authenticator::look_up(std::string_view secret, const std::string& hash) {
    const bool is_token = secret.starts_with("bft_");
    const Error unknown{
        Errc::unauthenticated,
        "The token is unknown, was revoked or has expired. Sign in again or use another token."};
    if (!is_token && !secret.starts_with("bfs_")) return unknown;
    BIFROST_ASSIGN(const auto rows, database_.read([&](database::Tx& tx) {
        return tx.query(is_token ? sql::find_token_actor : sql::find_session_actor, hash);
    }));
    if (rows.empty()) return unknown;
    const auto first = rows[0];
    if (first.timestamp(4) <= Timestamp::now()) return unknown;
    Actor actor;
    if (first.integer(4) != INT64_MAX) actor.expires_at = first.timestamp(4);
    actor.user_id = first.id(1);
    actor.code = first.text(2);
    actor.site_role = parse_site_role(first.text(3)).value_or(SiteRole::guest);
    if (is_token) {
        actor.token_id = first.id(0);
        // A scope that this release doesn't know gives nothing rather than everything.
        actor.scope = parse_scopes(first.text(8)).value_or(Permissions{});
    } else {
        actor.session_id = first.id(0);
    }
    auto memberships = std::make_shared<std::unordered_map<Id, std::string>>();
    for (const auto row : rows)
        if (!row.is_null(6)) memberships->emplace(row.id(6), row.text(7));
    actor.memberships = std::move(memberships);
    note_use(actor, first.integer(5));
    return actor;
}

void Authenticator::note_use(const Actor& actor, std::int64_t last_used_at) {
    const Timestamp now = Timestamp::now();
    if (now.micros - last_used_at < kNoteUseSeconds * 1'000'000) return;
    const auto noted = database_.write([&](database::Tx& tx) {
        return actor.token_id ? tx.execute(sql::note_token_use, *actor.token_id, now)
                              : tx.execute(sql::note_session_use, *actor.session_id, now);
    });
    // The request goes on without it: when a token was last used is information, not a decision.
    if (!noted)
        log::warning("the last use of a token could not be stored", {{"detail", noted.error().detail}});
}

Result<bool> Authenticator::check_csrf(std::string_view secret, std::string_view csrf_token) {
    const std::string hash = sha256_hex(secret);
    BIFROST_ASSIGN(const auto rows,
                   database_.read([&](database::Tx& tx) { return tx.query(sql::find_csrf_hash, hash); }));
    return !rows.empty() && equal_constant_time(rows[0].text(0), sha256_hex(csrf_token));
}

} // namespace bifrost::access
