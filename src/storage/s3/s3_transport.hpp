#pragma once
// HTTP to the object store by libcurl: connections are kept and reused, every exchange has a deadline.

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "storage/s3/sigv4.hpp"

#include "core/result.hpp"

namespace bifrost::storage {

struct S3Exchange {
    std::string method;
    std::string url;
    S3Headers headers;     ///< by lower-case name
    std::string_view body; ///< sent with PUT and POST
    std::chrono::milliseconds deadline{30'000};
    std::size_t most_body = 16 << 20; ///< more of an answer is an error
};

struct S3Answer {
    int status = 0;
    S3Headers headers; ///< by lower-case name
    std::string body;

    [[nodiscard]] std::string header(const std::string& name) const;
};

class S3Transport {
  public:
    /// `ca_file` (PEM) replaces the system's certificates when it isn't empty.
    explicit S3Transport(std::string ca_file);
    S3Transport(const S3Transport&) = delete;
    S3Transport& operator=(const S3Transport&) = delete;
    ~S3Transport();

    /// Thread-safe; blocks. An answer of any status is no error; unavailable when there is none: refused, cut
    /// off, too slow, or not the certificate of that host.
    Result<S3Answer> send(const S3Exchange& exchange);

  private:
    class Connection;
    std::unique_ptr<Connection> take();
    void give_back(std::unique_ptr<Connection> connection);

    std::string ca_file_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_; ///< each keeps what it has open
};

} // namespace bifrost::storage
