#include "api/hidden_fields.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "services/project/hidden.hpp"

namespace bifrost::api {
namespace {

using boost::json::value;

constexpr std::chrono::milliseconds kFresh{500};

} // namespace

Result<project::HiddenKeys> HiddenFields::of(database::Database& database, const access::Actor& actor) {
    // Who sees everything needs no look.
    if (actor.is_administrator() || actor.is_system() || !actor.memberships) return project::HiddenKeys{};
    {
        const std::lock_guard lock(mutex_);
        if (Clock::now() - read_at_ < kFresh) return project::hidden_keys(actor, restricted_);
    }
    const auto asked_at = Clock::now();
    BIFROST_ASSIGN(auto restricted,
                   database.read([](database::Tx& tx) { return project::list_restricted_fields(tx); }));
    const std::lock_guard lock(mutex_);
    restricted_ = std::move(restricted);
    read_at_ = asked_at;
    return project::hidden_keys(actor, restricted_);
}

void HiddenFields::changed() {
    const std::lock_guard lock(mutex_);
    read_at_ = {};
}

void strip(value& one, const project::HiddenKeys& hidden) { project::remove_hidden(one, hidden); }

void strip(http::Response& response, const project::HiddenKeys& hidden) {
    if (hidden.empty() || response.file || response.body.find("metadata") == std::string::npos) return;
    if (!response.content_type.starts_with("application/json") &&
        !response.content_type.starts_with("application/problem+json"))
        return;
    boost::json::error_code failed;
    auto body = boost::json::parse(response.body, failed);
    if (failed) return;
    strip(body, hidden);
    response.body = boost::json::serialize(body);
}

} // namespace bifrost::api
