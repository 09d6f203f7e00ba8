#include "storage/s3/s3_transport.hpp"

#include <algorithm>

#include <curl/curl.h>

#include "core/log.hpp"
#include "core/text.hpp"

namespace bifrost::storage {
namespace {

constexpr std::size_t kMostIdle = 32;
constexpr long kConnectMilliseconds = 5'000;
// Slower than this for so long is dead, whatever the deadline of the whole.
constexpr long kStallBytesPerSecond = 1'024;
constexpr long kStallSeconds = 20;

void start_curl() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    static_cast<void>(started);
}

} // namespace

std::string S3Answer::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

class S3Transport::Connection {
  public:
    Connection() : easy_(curl_easy_init()) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { curl_easy_cleanup(easy_); }

    Result<S3Answer> send(const S3Exchange& exchange, const std::string& ca_file);

  private:
    void prepare(const S3Exchange& exchange, const std::string& ca_file);
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);

    CURL* easy_;
    S3Answer answer_;
    std::size_t most_body_ = 0;
    bool is_too_large_ = false;
    char message_[CURL_ERROR_SIZE] = "";
};

void S3Transport::Connection::prepare(const S3Exchange& exchange, const std::string& ca_file) {
    curl_easy_reset(easy_);
    answer_ = {};
    most_body_ = exchange.most_body;
    is_too_large_ = false;
    message_[0] = '\0';
    curl_easy_setopt(easy_, CURLOPT_URL, exchange.url.c_str());
    curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy_, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy_, CURLOPT_USERAGENT, "bifrost");
    curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, message_);
    curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, 256L * 1024);
    curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, kConnectMilliseconds);
    curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(exchange.deadline.count()));
    if (exchange.method == "GET") {
        curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
        curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME, kStallSeconds);
    }
    curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
    if (!ca_file.empty()) curl_easy_setopt(easy_, CURLOPT_CAINFO, ca_file.c_str());
    if (exchange.method == "HEAD") {
        curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    } else if (exchange.method == "GET") {
        curl_easy_setopt(easy_, CURLOPT_HTTPGET, 1L);
    } else {
        curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange.body.size()));
        curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, exchange.body.data());
        curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, exchange.method.c_str());
    }
}

Result<S3Answer> S3Transport::Connection::send(const S3Exchange& exchange, const std::string& ca_file) {
    if (easy_ == nullptr) return Error{Errc::unavailable, "The server lacks memory; try again in a moment."};
    prepare(exchange, ca_file);
    curl_slist* list = curl_slist_append(nullptr, "Expect:");
    if (!exchange.headers.contains("content-type")) list = curl_slist_append(list, "Content-Type:");
    for (const auto& [name, value] : exchange.headers)
        list = curl_slist_append(list, (name + ": " + value).c_str());
    const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(list, curl_slist_free_all);
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers.get());
    const CURLcode code = curl_easy_perform(easy_);
    if (code == CURLE_OK) return std::move(answer_);
    if (is_too_large_) return Error{Errc::internal, "The object store's answer is larger than expected."};
    log::warning("the object store gave no answer",
                 {{"method", exchange.method},
                  {"address", exchange.url.substr(0, exchange.url.find('?'))},
                  {"cause", message_[0] != '\0' ? message_ : curl_easy_strerror(code)}});
    Error error{Errc::unavailable, "The object store can't be reached at the moment; try again shortly."};
    error.retry_after_seconds = 2;
    return error;
}

std::size_t S3Transport::Connection::on_header(char* data, std::size_t size, std::size_t count, void* self) {
    auto& answer = static_cast<Connection*>(self)->answer_;
    std::string_view line{data, size * count};
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    if (line.starts_with("HTTP/")) {
        answer = {}; // a new head, after 100 Continue
        const auto space = line.find(' ');
        if (space != std::string_view::npos)
            for (const char c : line.substr(space + 1, 3))
                answer.status = answer.status * 10 + (c >= '0' && c <= '9' ? c - '0' : 0);
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
        std::string_view value = line.substr(colon + 1);
        while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
        answer.headers.insert_or_assign(fold_case(line.substr(0, colon)), std::string(value));
    }
    return size * count;
}

std::size_t S3Transport::Connection::on_body(char* data, std::size_t size, std::size_t count, void* self) {
    auto& connection = *static_cast<Connection*>(self);
    if (connection.answer_.body.size() + size * count > connection.most_body_) {
        connection.is_too_large_ = true;
        return 0;
    }
    connection.answer_.body.append(data, size * count);
    return size * count;
}

S3Transport::S3Transport(std::string ca_file) : ca_file_(std::move(ca_file)) { start_curl(); }
S3Transport::~S3Transport() = default;

std::unique_ptr<S3Transport::Connection> S3Transport::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
    }
    return std::make_unique<Connection>();
}

void S3Transport::give_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kMostIdle) idle_.push_back(std::move(connection));
}

Result<S3Answer> S3Transport::send(const S3Exchange& exchange) {
    auto connection = take();
    auto answer = connection->send(exchange, ca_file_);
    give_back(std::move(connection));
    return answer;
}

} // namespace bifrost::storage
