#include "client/transport/http_client.hpp"

#include <charconv>
#include <thread>

#include "client/transport/curl_exchange.hpp"
#include "client/transport/interruption.hpp"
#include "core/random.hpp"

namespace bifrost::client {
namespace {

constexpr std::size_t kMostIdle = 8;
constexpr int kLongestRetryAfter = 30;

/// Sleeps in short steps, so that Ctrl-C is noticed; false when it was.
bool pause(std::chrono::milliseconds length) {
    const auto end = std::chrono::steady_clock::now() + length;
    while (std::chrono::steady_clock::now() < end) {
        if (interrupted()) return false;
        std::this_thread::sleep_for(std::min(length, std::chrono::milliseconds{50}));
    }
    return !interrupted();
}

} // namespace

std::string_view HttpResponse::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

std::chrono::milliseconds RetryPolicy::pause_before(int next, int retry_after_seconds) const {
    if (retry_after_seconds > 0)
        return std::chrono::seconds{std::min(retry_after_seconds, kLongestRetryAfter)};
    auto length = first_pause;
    for (int i = 2; i < next && length < longest_pause; ++i) length *= 2;
    length = std::min(length, longest_pause);
    // Between half and the whole of it, so that many clients don't come back at the same moment.
    std::uint16_t dice = 0;
    secure_random(&dice, sizeof dice);
    return length / 2 + length * dice / (2 * 65536);
}

bool asks_for_retry(const HttpResponse& response, int& retry_after_seconds) {
    retry_after_seconds = 0;
    const std::string_view text = response.header("retry-after");
    std::from_chars(text.data(), text.data() + text.size(), retry_after_seconds);
    if (response.status == 503 || response.status == 429) return true;
    return response.status == 409 && !text.empty();
}

HttpClient::HttpClient(RetryPolicy policy) : policy_(policy) {}
HttpClient::~HttpClient() = default;

std::unique_ptr<CurlExchange> HttpClient::take_exchange() {
    const std::scoped_lock lock{mutex_};
    if (idle_.empty()) return std::make_unique<CurlExchange>();
    auto exchange = std::move(idle_.back());
    idle_.pop_back();
    return exchange;
}

void HttpClient::give_back(std::unique_ptr<CurlExchange> exchange) {
    const std::scoped_lock lock{mutex_};
    if (idle_.size() < kMostIdle) idle_.push_back(std::move(exchange));
}

Result<HttpResponse> HttpClient::send(const HttpRequest& request) {
    if (interrupted()) return Error{Errc::unavailable, "Interrupted."};
    auto exchange = take_exchange();
    for (int attempt = 1;; ++attempt) {
        exchange->prepare(request);
        Result<HttpResponse> result = exchange->take_result(exchange->perform());
        int retry_after = 0;
        // 503 comes before anything was done (a full queue, a drain), so that even a request without a key
        // may go again.
        const bool again = result
                               ? asks_for_retry(*result, retry_after) ||
                                     (request.repeatable && (result->status == 502 || result->status == 504))
                               : exchange->lost() && request.repeatable;
        if (!again || attempt >= policy_.attempts || !pause(policy_.pause_before(attempt + 1, retry_after))) {
            give_back(std::move(exchange));
            return result;
        }
    }
}

std::string percent_encode(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '_' || c == '.' || c == '~';
        if (plain)
            out += c;
        else
            (out += '%') += {digits[byte >> 4], digits[byte & 15]};
    }
    return out;
}

} // namespace bifrost::client
