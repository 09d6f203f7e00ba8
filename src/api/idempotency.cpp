#include "api/idempotency.hpp"

#include <mutex>
#include <unordered_set>

#include "api/idempotency.sql.hpp"
#include "core/hash.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace bifrost::api {
namespace {

constexpr std::int64_t kKeepMicros = 24LL * 3600 * 1'000'000;

struct Running {
    std::mutex mutex;
    std::unordered_set<std::string> names;
};

Running& running() {
    static Running instance;
    return instance;
}

Timestamp oldest_kept() { return {Timestamp::now().micros - kKeepMicros}; }

} // namespace

Result<> check_idempotency_key(const http::Request& request) {
    const auto header = request.header("idempotency-key");
    if (header &&
        (header->empty() || header->size() > 200 || !is_utf8(*header) || has_control_characters(*header)))
        return Error{Errc::malformed, "Idempotency-Key must have 1 to 200 characters."};
    return {};
}

Result<std::optional<IdempotencyKey>> read_idempotency_key(const http::Request& request, const Id& actor_id) {
    BIFROST_CHECK(check_idempotency_key(request));
    const auto header = request.header("idempotency-key");
    if (!header) return std::optional<IdempotencyKey>{};
    IdempotencyKey key;
    key.actor_id = actor_id;
    key.route = std::string(http::method_name(request.method)) + " " + request.path;
    key.key = *header;
    key.request_hash = sha256_hex(request.query + "\n" + request.body);
    return std::optional<IdempotencyKey>{std::move(key)};
}

Result<std::optional<http::Response>> find_answer(database::Tx& tx, const IdempotencyKey& key) {
    BIFROST_ASSIGN(const auto rows,
                   tx.query(sql::find_answer, key.actor_id, key.route, key.key, oldest_kept()));
    if (rows.empty()) return std::optional<http::Response>{};
    if (rows[0].text(0) != key.request_hash)
        return Error{Errc::invalid,
                     "This Idempotency-Key was used with another body. Use a new key for a new request."};
    http::Response response;
    response.status = static_cast<int>(rows[0].integer(1));
    response.body = rows[0].text(3);
    const auto headers = json::parse(rows[0].text(2));
    if (!headers || !headers->is_object()) return Error{Errc::internal, "A stored answer can't be read."};
    for (const auto& member : headers->get_object())
        response.header(member.key(), std::string(member.value().as_string()));
    return std::optional<http::Response>{std::move(response)};
}

Result<> store_answer(database::Tx& tx, const IdempotencyKey& key, const http::Response& response) {
    std::map<std::string, std::string> headers(response.headers.begin(), response.headers.end());
    BIFROST_CHECK(tx.defer(sql::delete_expired_answer, key.actor_id, key.route, key.key, oldest_kept()));
    return tx.defer(sql::insert_answer, key.actor_id, key.route, key.key, key.request_hash, response.status,
                    json::to_json(headers), response.body, Timestamp::now());
}

Result<RunningKey> RunningKey::claim(const IdempotencyKey& key) {
    std::string name = key.actor_id.text() + "\n" + key.route + "\n" + key.key;
    const std::lock_guard lock(running().mutex);
    if (!running().names.insert(name).second) {
        Error error{Errc::conflict,
                    "The first request with this Idempotency-Key is still running. Repeat it in a second."};
        error.retry_after_seconds = 1;
        return error;
    }
    return RunningKey(std::move(name));
}

RunningKey::~RunningKey() {
    if (name_.empty()) return;
    const std::lock_guard lock(running().mutex);
    running().names.erase(name_);
}

} // namespace bifrost::api
