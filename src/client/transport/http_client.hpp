#pragma once
// HTTP/1.1 over libcurl: connections are kept and used again, every request has a deadline, and what may be
// repeated is repeated with a growing pause. libcurl's own header is included in this folder's sources only.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace bifrost::client {

/// A stretch of a file that is sent as a body. It is opened when its turn comes, so that thousands may wait.
struct FileSlice {
    std::filesystem::path path;
    std::int64_t offset = 0;
    std::int64_t length = 0;
};

struct HttpRequest {
    std::string method = "GET";
    std::string url; ///< absolute
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
    std::string content_type{};
    std::optional<FileSlice> file{};
    /// Takes the body of a 2xx answer piece by piece; without it the body is collected. An error ends the
    /// request.
    std::function<Result<>(std::string_view)> on_data{};
    /// For the whole request; 0 means that only a stall of 60 s ends it (transfers of files).
    std::chrono::seconds deadline{60};
    /// Sending it twice does no harm (GET, PUT, a POST with an idempotency key): it may be repeated after a
    /// failure.
    bool repeatable = true;
};

struct HttpResponse {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers{}; ///< names in lower case
    std::string body{};

    /// The first header of that (lower-case) name, or an empty text.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

/// One request's curl handle and buffers; see curl_exchange.hpp.
class CurlExchange;

/// How often and after what pause something is sent again.
struct RetryPolicy {
    int attempts = 5;
    std::chrono::milliseconds first_pause{200};
    std::chrono::milliseconds longest_pause{5000};

    /// The pause before attempt `next` (2, 3, …), doubled each time and jittered; a Retry-After (seconds)
    /// wins, up to 30 s.
    [[nodiscard]] std::chrono::milliseconds pause_before(int next, int retry_after_seconds) const;
};

/// Thread-safe; calls block the calling thread only.
class HttpClient {
  public:
    explicit HttpClient(RetryPolicy policy = {});
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    /// Sends and waits. Any answer of the server is a value, whatever its status; an error means that none
    /// came: unavailable (no connection, a stall, the deadline, an interruption) or what `on_data` returned.
    /// 429, 503 and a 409 with Retry-After are repeated here, and so is a lost connection when the request is
    /// repeatable.
    Result<HttpResponse> send(const HttpRequest& request);

  private:
    std::unique_ptr<CurlExchange> take_exchange();
    void give_back(std::unique_ptr<CurlExchange> exchange);

    RetryPolicy policy_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<CurlExchange>> idle_;
};

/// True when the answer says "not now" and may be asked again; `retry_after_seconds` receives its Retry-After
/// or 0.
bool asks_for_retry(const HttpResponse& response, int& retry_after_seconds);

std::string percent_encode(std::string_view text);

} // namespace bifrost::client
