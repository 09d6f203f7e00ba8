#include "outbound/outside.hpp"

#include <algorithm>
#include <memory>

#include <curl/curl.h>
#include <netdb.h>
#include <sys/socket.h>

#include "core/text.hpp"

namespace bifrost::outbound {
namespace {

constexpr long kConnectMilliseconds = 5'000;
constexpr std::size_t kMostKept = 2'048;
/// More of an answer isn't read: its status has been said by then.
constexpr std::size_t kMostRead = 64 * 1024;
constexpr std::size_t kMostHead = 64 * 1024;
constexpr std::size_t kMostUrl = 2'000;

void start_curl() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    static_cast<void>(started);
}

using Url = std::unique_ptr<CURLU, void (*)(CURLU*)>;

std::string part_of(const Url& url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK || text == nullptr) return {};
    std::string out(text);
    curl_free(text);
    return out;
}

/// A URL that has been read, in the words of the library that calls it: nothing is read twice.
struct Target {
    std::string url;
    std::string host; ///< without brackets
    std::string port;
    std::optional<Address> number; ///< when the host is one
};

Result<Target> parse_target(const std::string& text, bool allow_http) {
    start_curl();
    if (text.size() > kMostUrl) return Error{Errc::invalid, "It is longer than 2,000 bytes."};
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F)
            return Error{Errc::invalid, "It has a space or another character that a URL must encode; write "
                                        "the host's name in its ASCII form."};
    const Url url(curl_url(), curl_url_cleanup);
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
        return Error{Errc::invalid, "It is no URL such as https://hooks.example.com/bifrost."};
    const std::string scheme = part_of(url, CURLUPART_SCHEME);
    if (scheme != "https" && !(allow_http && scheme == "http"))
        return Error{Errc::invalid,
                     allow_http ? "It must begin with https:// or http://." : "It must begin with https://."};
    if (!part_of(url, CURLUPART_USER).empty() || !part_of(url, CURLUPART_PASSWORD).empty())
        return Error{Errc::invalid, "It must not carry a name or a password; calls are signed."};
    if (!part_of(url, CURLUPART_ZONEID).empty())
        return Error{Errc::invalid, "Its address is one of this machine's links."};
    curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
    Target target;
    target.host = part_of(url, CURLUPART_HOST);
    if (target.host.size() > 2 && target.host.front() == '[')
        target.host = target.host.substr(1, target.host.size() - 2);
    target.port = part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    target.url = part_of(url, CURLUPART_URL);
    if (target.host.empty() || target.port == "0" || target.url.empty())
        return Error{Errc::invalid, "It names no host."};
    target.number = parse_address(target.host);
    return target;
}

std::vector<Address> ask_system(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    std::vector<Address> addresses;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return addresses;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next)
        if (const auto address = address_of(*one->ai_addr)) addresses.push_back(*address);
    freeaddrinfo(found);
    return addresses;
}

/// "localhost", "x.localhost" (RFC 6761), with or without the last dot.
bool is_own_name(std::string_view host) {
    std::string name = fold_case(host);
    while (name.ends_with('.')) name.pop_back();
    return name == "localhost" || name.ends_with(".localhost") || name == "localhost.localdomain";
}

Error not_outside(const std::string& host) {
    return Error{Errc::invalid, "'" + host +
                                    "' is not in the open internet. An operator can allow networks inside "
                                    "with WEBHOOK_NETWORKS."};
}

std::string printable(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }
    // Cut within a character, or no text at all.
    for (int cut = 0; cut < 4 && !is_utf8(out) && !out.empty(); ++cut) out.pop_back();
    return is_utf8(out) && !has_control_characters(out) ? out : std::string("(no text)");
}

/// One call on its way.
struct Exchange {
    Answer answer;
    std::vector<Address> allowed;
    const Call* call = nullptr;
    std::size_t head = 0;
    std::size_t read = 0;
    bool is_cut = false;
    bool is_refused = false;

    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) {
        auto& exchange = *static_cast<Exchange*>(self);
        std::string_view line{data, size * count};
        exchange.head += line.size();
        if (exchange.head > kMostHead) return 0;
        while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && fold_case(line.substr(0, colon)) == "retry-after") {
            line.remove_prefix(colon + 1);
            while (line.starts_with(' ')) line.remove_prefix(1);
            exchange.answer.retry_after = line.substr(0, 100);
        }
        return size * count;
    }
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) {
        auto& exchange = *static_cast<Exchange*>(self);
        const std::size_t bytes = size * count;
        const std::size_t room = kMostKept - std::min(kMostKept, exchange.answer.body.size());
        exchange.answer.body.append(data, std::min(room, bytes));
        exchange.read += bytes;
        exchange.is_cut = exchange.read > kMostRead;
        return exchange.is_cut ? 0 : bytes;
    }
    /// The last word on where it goes: the address that is connected to, after whatever led there.
    static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address) {
        auto& exchange = *static_cast<Exchange*>(self);
        const auto wanted = address_of(address->addr);
        if (!wanted || std::ranges::find(exchange.allowed, *wanted) == exchange.allowed.end()) {
            exchange.is_refused = true;
            return CURL_SOCKET_BAD;
        }
        return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    }
    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        const auto& exchange = *static_cast<Exchange*>(self);
        return exchange.call->stopped && exchange.call->stopped() ? 1 : 0;
    }
};

std::string reason(CURLcode code, std::chrono::milliseconds deadline) {
    switch (code) {
    case CURLE_COULDNT_CONNECT:
        return "The connection was refused.";
    case CURLE_OPERATION_TIMEDOUT:
        return "There was no answer within " + std::to_string(deadline.count() / 1000) + " s.";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return "The certificate is not one of that host, or nobody known vouches for it.";
    case CURLE_SSL_CONNECT_ERROR:
        return "No secure connection could be made.";
    case CURLE_GOT_NOTHING:
        return "The connection was closed without an answer.";
    case CURLE_ABORTED_BY_CALLBACK:
        return "The call was broken off.";
    default:
        return "The connection broke off.";
    }
}

using Easy = std::unique_ptr<CURL, void (*)(CURL*)>;
using List = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

/// "host:port:address,address": what the name leads to, for this call.
std::string pinned(const Target& target, const std::vector<Address>& addresses) {
    std::string text = target.host + ":" + target.port + ":";
    for (std::size_t i = 0; i < addresses.size(); ++i)
        text += (i == 0 ? "" : ",") +
                (addresses[i].is_v4() ? addresses[i].text() : "[" + addresses[i].text() + "]");
    return text;
}

void prepare(CURL* easy, const Target& target, const Call& call, const std::string& ca_file,
             Exchange& exchange) {
    curl_easy_setopt(easy, CURLOPT_URL, target.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "Bifrost");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectMilliseconds);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(call.deadline.count()));
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, Exchange::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, Exchange::on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, Exchange::on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &exchange);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, Exchange::on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &exchange);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call.body.data());
    if (!ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.c_str());
}

} // namespace

Result<Outside> Outside::make(OutsideOptions options) {
    Outside outside;
    BIFROST_ASSIGN(outside.networks_, Networks::parse(options.networks));
    if (!options.resolve) options.resolve = ask_system;
    outside.options_ = std::move(options);
    return outside;
}

bool Outside::may_call(const Address& address) const {
    return is_global(address) || networks_.contain(address);
}

Result<> Outside::check(const std::string& url) const {
    BIFROST_ASSIGN(const Target target, parse_target(url, options_.allow_http));
    if (target.number && !may_call(*target.number)) return not_outside(target.host);
    if (is_own_name(target.host) && !may_call(*parse_address("127.0.0.1"))) return not_outside(target.host);
    return {};
}

Result<Answer> Outside::post(const Call& call) const {
    BIFROST_CHECK(check(call.url));
    BIFROST_ASSIGN(const Target target, parse_target(call.url, options_.allow_http));
    const auto found = target.number ? std::vector<Address>{*target.number} : options_.resolve(target.host);
    if (found.empty()) return Error{Errc::unavailable, "The host's name is not known."};
    Exchange exchange;
    exchange.call = &call;
    std::ranges::copy_if(found, std::back_inserter(exchange.allowed),
                         [&](const Address& address) { return may_call(address); });
    if (exchange.allowed.empty()) return not_outside(target.host);
    const Easy easy(curl_easy_init(), curl_easy_cleanup);
    if (!easy) return Error{Errc::unavailable, "The server lacks memory; it is tried again."};
    prepare(easy.get(), target, call, options_.ca_file, exchange);
    const List addresses(curl_slist_append(nullptr, pinned(target, exchange.allowed).c_str()),
                         curl_slist_free_all);
    curl_easy_setopt(easy.get(), CURLOPT_RESOLVE, addresses.get());
    curl_slist* list = curl_slist_append(nullptr, "Expect:");
    for (const auto& [name, value] : call.headers)
        list = curl_slist_append(list, (name + ": " + value).c_str());
    const List headers(list, curl_slist_free_all);
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    const auto begun = std::chrono::steady_clock::now();
    const CURLcode code = curl_easy_perform(easy.get());
    exchange.answer.took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    if (exchange.is_refused) return not_outside(target.host);
    if (code != CURLE_OK && !exchange.is_cut) return Error{Errc::unavailable, reason(code, call.deadline)};
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    exchange.answer.status = static_cast<int>(status);
    exchange.answer.body = printable(exchange.answer.body);
    return std::move(exchange.answer);
}

} // namespace bifrost::outbound
