#pragma once
// One connection to Redis (RESP2): commands out and replies in by hiredis' formatter and reader, the socket
// and its deadlines our own.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace bifrost::cache {

struct RedisAddress {
    std::string host = "127.0.0.1";
    std::string port = "6379";
    std::string user;
    std::string password;
    std::string database = "0";
    bool tls = false;

    /// invalid with a sentence.
    static Result<RedisAddress> parse(std::string_view url);
};

struct RedisReply {
    enum class Kind { nothing, text, integer, list };
    Kind kind = Kind::nothing;
    std::string text;
    std::int64_t integer = 0;
    std::vector<RedisReply> list{};
};

class RedisConnection {
  public:
    using Clock = std::chrono::steady_clock;

    /// Connects, by TLS where the address says so, signs in and chooses the database. unavailable with a
    /// sentence.
    static Result<std::unique_ptr<RedisConnection>> open(const RedisAddress& address,
                                                         Clock::time_point deadline);
    RedisConnection(const RedisConnection&) = delete;
    RedisConnection& operator=(const RedisConnection&) = delete;
    ~RedisConnection();

    /// One command and its reply. unavailable: the connection is of no use any more (gone, too slow, or
    /// talking nonsense). conflict: Redis refused, with its reason; the connection stands.
    Result<RedisReply> ask(const std::vector<std::string_view>& words, Clock::time_point deadline);
    /// The next thing that Redis says by itself; nothing when the time is over first.
    Result<std::optional<RedisReply>> next(Clock::time_point deadline);

  private:
    struct Wire;
    explicit RedisConnection(std::unique_ptr<Wire> wire);
    Result<> sign_in(const RedisAddress& address, Clock::time_point deadline);

    std::unique_ptr<Wire> wire_;
};

} // namespace bifrost::cache
