#include "api/rate_limit.hpp"

#include "core/hash.hpp"
#include "core/text.hpp"
#include "core/timestamp.hpp"

namespace bifrost::api {
namespace {

/// Many people may share one address; an account is one person's.
constexpr std::int64_t kPeopleOfOneAddress = 10;

} // namespace

RateLimit::RateLimit(std::shared_ptr<cache::Cache> shared, std::int64_t sign_ins_per_minute,
                     std::int64_t requests_per_minute)
    : shared_(std::move(shared)), own_(cache::make_memory_cache(1024)), sign_ins_(sign_ins_per_minute),
      requests_(requests_per_minute) {}

Result<> RateLimit::count(const std::string& what, std::int64_t most, const std::string& sentence) {
    if (most == 0) return {};
    const std::int64_t second = Timestamp::now().micros / 1'000'000;
    const std::string key = "rate:" + what + ":" + std::to_string(second / 60);
    constexpr std::chrono::seconds kLife{90}; // longer than the minute, so that it never ends in its middle
    std::optional<std::int64_t> number;
    if (shared_) number = shared_->count(key, kLife);
    if (!number) number = own_->count(key, kLife);
    if (number.value_or(0) <= most) return {};
    Error error{Errc::too_many_requests, sentence};
    error.retry_after_seconds = static_cast<int>(60 - second % 60);
    return error;
}

Result<> RateLimit::sign_in(const std::string& address, const std::string& login) {
    const std::string sentence = "There were too many attempts to sign in; try again in a minute.";
    BIFROST_CHECK(count("sign_in:from:" + address, sign_ins_ * kPeopleOfOneAddress, sentence));
    // Whatever was typed, of any length; nobody reads it in a cache.
    return count("sign_in:as:" + sha256_hex(fold_case(login)).substr(0, 32), sign_ins_, sentence);
}

Result<> RateLimit::request(const std::string& who) {
    return count("request:" + who, requests_,
                 "These are more requests in a minute than one session or token may make.");
}

} // namespace bifrost::api
