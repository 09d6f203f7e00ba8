#pragma once
// Idempotency-Key: a repeated POST gets the first answer. The answer is stored in the transaction of the
// change itself.

#include <optional>
#include <string>

#include "access/call.hpp"
#include "http/message.hpp"

namespace bifrost::api {

/// What identifies a keyed request.
struct IdempotencyKey {
    Id actor_id;
    std::string route; ///< method and path
    std::string key;
    std::string request_hash;
};

/// Malformed when the request has a key that is unusable.
Result<> check_idempotency_key(const http::Request& request);
/// The key of the request; nothing without the header; invalid when the header's value is unusable.
Result<std::optional<IdempotencyKey>> read_idempotency_key(const http::Request& request, const Id& actor_id);
/// The stored first answer; invalid (422) when the key came with another body.
Result<std::optional<http::Response>> find_answer(database::Tx& tx, const IdempotencyKey& key);
/// Stores the answer; a conflict means that another request with the key was faster.
Result<> store_answer(database::Tx& tx, const IdempotencyKey& key, const http::Response& response);

/// Keys whose first request is running in this process: the second is told to wait (409).
class RunningKey {
  public:
    static Result<RunningKey> claim(const IdempotencyKey& key);
    RunningKey(RunningKey&& other) noexcept : name_(std::move(other.name_)) { other.name_.clear(); }
    RunningKey& operator=(RunningKey&&) = delete;
    ~RunningKey();

  private:
    explicit RunningKey(std::string name) : name_(std::move(name)) {}
    std::string name_;
};

} // namespace bifrost::api
