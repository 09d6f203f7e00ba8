#pragma once
// A real Redis server of a test's own, on a free port, which can be killed, stopped and started again.

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace bifrost::tests {

class RedisServer {
  public:
    /// Starts it and waits until it answers; throws std::runtime_error when it doesn't.
    RedisServer();
    /// With settings for TLS, beside the plain port.
    explicit RedisServer(std::vector<std::string> tls);
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;
    ~RedisServer();

    [[nodiscard]] std::string url() const;
    [[nodiscard]] std::string tls_url() const;
    /// kill -9: everything that it held is gone.
    void kill();
    /// On the same port again.
    void start();
    /// SIGSTOP: the port takes connections and nothing answers.
    void freeze();
    void thaw();
    /// Sends one inline command, such as "FLUSHALL", and returns the first line of the reply.
    std::string command(const std::string& line) const;

  private:
    std::uint16_t port_ = 0;
    std::uint16_t tls_port_ = 0; ///< 0: none
    std::vector<std::string> tls_;
    pid_t server_ = 0;
};

} // namespace bifrost::tests
