#include "client/transport/curl_exchange.hpp"

#include <cerrno>
#include <cstdio>
#include <mutex>

#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include "client/transport/interruption.hpp"
#include "core/text.hpp"

namespace bifrost::client {
namespace {

// A connection that moves less than this for that long is dead.
constexpr long kStallBytesPerSecond = 1;
constexpr long kStallSeconds = 60;
constexpr long kConnectMilliseconds = 10'000;
constexpr std::size_t kMostCollected = 256UL * 1024 * 1024;

void start_curl_once() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

} // namespace

CurlExchange::CurlExchange() {
    start_curl_once();
    easy_ = curl_easy_init();
}

CurlExchange::~CurlExchange() {
    close_file();
    curl_slist_free_all(static_cast<curl_slist*>(header_list_));
    curl_easy_cleanup(easy_);
}

void CurlExchange::prepare(const HttpRequest& request) {
    request_ = &request;
    response_ = {};
    failure_.reset();
    sent_ = 0;
    close_file();
    lost_ = false;
    message_[0] = '\0';
    curl_easy_reset(easy_); // keeps the connections

    curl_easy_setopt(easy_, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy_, CURLOPT_USERAGENT, "bifrost");
    curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, message_);
    curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, 512L * 1024);
    curl_easy_setopt(easy_, CURLOPT_UPLOAD_BUFFERSIZE, 512L * 1024);
    curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, kConnectMilliseconds);
    if (request.deadline.count() > 0)
        curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(request.deadline.count() * 1000));
    curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
    curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME, kStallSeconds);
    curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy_, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy_, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy_, CURLOPT_XFERINFODATA, this);
    curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
    set_method_and_body();
    set_headers();
}

void CurlExchange::set_method_and_body() {
    const auto& request = *request_;
    if (request.file) {
        curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.file->length));
        curl_easy_setopt(easy_, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(easy_, CURLOPT_READDATA, this);
        curl_easy_setopt(easy_, CURLOPT_SEEKFUNCTION, on_seek);
        curl_easy_setopt(easy_, CURLOPT_SEEKDATA, this);
        curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    } else if (request.method == "GET") {
        curl_easy_setopt(easy_, CURLOPT_HTTPGET, 1L);
        // Downloads lead to the store by a redirect; curl keeps Authorization to the first host.
        curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 1L);
        curl_easy_setopt(easy_, CURLOPT_MAXREDIRS, 5L);
    } else {
        curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.data());
        curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
}

void CurlExchange::set_headers() {
    curl_slist_free_all(static_cast<curl_slist*>(header_list_));
    curl_slist* list = nullptr;
    // Waiting for "100 Continue" would cost a round trip a file; a refusal is noticed all the same.
    list = curl_slist_append(list, "Expect:");
    for (const auto& [name, value] : request_->headers)
        list = curl_slist_append(list, (name + ": " + value).c_str());
    if (!request_->content_type.empty()) {
        list = curl_slist_append(list, ("Content-Type: " + request_->content_type).c_str());
    } else if (request_->method != "GET") {
        list = curl_slist_append(list, "Content-Type:"); // otherwise curl claims a form
    }
    header_list_ = list;
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, list);
}

void CurlExchange::close_file() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
}

int CurlExchange::perform() { return static_cast<int>(curl_easy_perform(easy_)); }

Result<HttpResponse> CurlExchange::take_result(int code) {
    close_file();
    if (failure_) return std::move(*failure_);
    // The server may answer before it took the whole body (413, 403) and close; that answer counts.
    if (code == CURLE_OK || (code == CURLE_SEND_ERROR && response_.status >= 400))
        return std::move(response_);
    if (code == CURLE_ABORTED_BY_CALLBACK) return Error{Errc::unavailable, "Interrupted."};
    lost_ = code != CURLE_URL_MALFORMAT && code != CURLE_UNSUPPORTED_PROTOCOL &&
            code != CURLE_PEER_FAILED_VERIFICATION;
    const char* text = message_[0] != '\0' ? message_ : curl_easy_strerror(static_cast<CURLcode>(code));
    const auto end = request_->url.find('/', request_->url.find("://") + 3);
    return Error{Errc::unavailable, "No answer from " + request_->url.substr(0, end) + ": " + text +
                                        ". Check the address and that the server runs."};
}

std::size_t CurlExchange::on_header(char* data, std::size_t size, std::size_t count, void* self) {
    auto& exchange = *static_cast<CurlExchange*>(self);
    std::string_view line{data, size * count};
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    if (line.starts_with("HTTP/")) {
        // A new head (after 100 Continue) replaces the one before.
        long status = 0;
        curl_easy_getinfo(exchange.easy_, CURLINFO_RESPONSE_CODE, &status);
        exchange.response_ = {};
        exchange.response_.status = static_cast<int>(status);
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
        std::string_view value = line.substr(colon + 1);
        while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
        exchange.response_.headers.emplace_back(fold_case(line.substr(0, colon)), value);
    }
    return size * count;
}

std::size_t CurlExchange::on_body(char* data, std::size_t size, std::size_t count, void* self) {
    auto& exchange = *static_cast<CurlExchange*>(self);
    const std::string_view piece{data, size * count};
    if (exchange.request_->on_data && exchange.response_.ok()) {
        if (auto taken = exchange.request_->on_data(piece); !taken) {
            exchange.failure_ = std::move(taken).error();
            return 0;
        }
        return piece.size();
    }
    if (exchange.response_.body.size() + piece.size() > kMostCollected) {
        exchange.failure_ =
            Error{Errc::too_large, "The server's answer is larger than this program accepts."};
        return 0;
    }
    exchange.response_.body.append(piece);
    return piece.size();
}

std::size_t CurlExchange::on_read(char* data, std::size_t size, std::size_t count, void* self) {
    auto& exchange = *static_cast<CurlExchange*>(self);
    const FileSlice& slice = *exchange.request_->file;
    const auto left = static_cast<std::size_t>(slice.length - exchange.sent_);
    const std::size_t wanted = std::min(size * count, left);
    if (wanted == 0) return 0;
    if (exchange.descriptor_ < 0) exchange.descriptor_ = ::open(slice.path.c_str(), O_RDONLY | O_CLOEXEC);
    ssize_t got = 0;
    do got = ::pread(exchange.descriptor_, data, wanted, slice.offset + exchange.sent_);
    while (got < 0 && errno == EINTR);
    if (got <= 0) {
        const std::string why = got == 0 ? "it became shorter while it was being read" : std::strerror(errno);
        exchange.failure_ = Error{Errc::conflict, slice.path.string() + " can't be read: " + why + "."};
        return CURL_READFUNC_ABORT;
    }
    exchange.sent_ += got;
    return static_cast<std::size_t>(got);
}

static_assert(std::is_same_v<curl_off_t, std::int64_t>, "the callbacks below state curl_off_t as int64");

int CurlExchange::on_seek(void* self, std::int64_t offset, int origin) {
    if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    static_cast<CurlExchange*>(self)->sent_ = offset;
    return CURL_SEEKFUNC_OK;
}

int CurlExchange::on_progress(void*, std::int64_t, std::int64_t, std::int64_t, std::int64_t) {
    return interrupted() ? 1 : 0;
}

} // namespace bifrost::client
