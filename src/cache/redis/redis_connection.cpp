#include "cache/redis/redis_connection.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <hiredis/hiredis.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace bifrost::cache {
namespace {

using Clock = RedisConnection::Clock;

Error away(const std::string& what) { return {Errc::unavailable, "Redis does not answer: " + what + "."}; }

/// Waits until the socket is ready; false when the time is over.
bool wait_for(int descriptor, short events, Clock::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) return false;
        pollfd one{descriptor, events, 0};
        const int ready = ::poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const std::string digits(text.substr(i + 1, 2));
            char* end = nullptr;
            const auto value = std::strtol(digits.c_str(), &end, 16);
            if (*end == '\0') {
                out += static_cast<char>(value);
                i += 2;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

RedisReply copied(const redisReply& reply) {
    RedisReply out;
    switch (reply.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
        out.kind = RedisReply::Kind::text;
        out.text.assign(reply.str, static_cast<std::size_t>(reply.len));
        break;
    case REDIS_REPLY_INTEGER:
        out.kind = RedisReply::Kind::integer;
        out.integer = reply.integer;
        break;
    case REDIS_REPLY_ARRAY:
        out.kind = RedisReply::Kind::list;
        for (std::size_t i = 0; i < reply.elements; ++i) out.list.push_back(copied(*reply.element[i]));
        break;
    default:
        break;
    }
    return out;
}

struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

SSL_CTX* tls_context() {
    static const std::unique_ptr<SSL_CTX, FreeSsl> context = [] {
        std::unique_ptr<SSL_CTX, FreeSsl> made(SSL_CTX_new(TLS_client_method()));
        if (made) {
            SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION);
            SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER, nullptr);
            SSL_CTX_set_default_verify_paths(made.get());
        }
        return made;
    }();
    return context.get();
}

} // namespace

struct RedisConnection::Wire {
    int descriptor = -1;
    redisReader* reader = redisReaderCreate();
    std::unique_ptr<SSL, FreeSsl> ssl;

    Wire() = default;
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    ~Wire() {
        ssl.reset();
        if (descriptor >= 0) ::close(descriptor);
        if (reader != nullptr) redisReaderFree(reader);
    }

    Result<> connect(const RedisAddress& address, Clock::time_point deadline) {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        addrinfo* found = nullptr;
        if (const int failed = getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found);
            failed != 0)
            return away("its host '" + address.host + "' is not known");
        const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> hold(found, freeaddrinfo);
        for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
            descriptor = ::socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
            if (descriptor < 0) continue;
            const int on = 1;
            static_cast<void>(
                ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on)); // only slower
            int failed = ::connect(descriptor, one->ai_addr, one->ai_addrlen) == 0 ? 0 : errno;
            if (failed == EINPROGRESS) {
                socklen_t size = sizeof failed;
                if (!wait_for(descriptor, POLLOUT, deadline))
                    failed = ETIMEDOUT;
                else if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failed, &size) != 0)
                    failed = errno;
            }
            if (failed == 0) return address.tls ? shake_hands(address, deadline) : Result<>{};
            ::close(descriptor);
            descriptor = -1;
        }
        return away("nobody listens on " + address.host + ":" + address.port);
    }

    Result<> shake_hands(const RedisAddress& address, Clock::time_point deadline) {
        ssl.reset(SSL_new(tls_context()));
        if (!ssl || SSL_set_fd(ssl.get(), descriptor) != 1) return away("TLS can't be set up");
        SSL_set_tlsext_host_name(ssl.get(), address.host.c_str());
        SSL_set1_host(ssl.get(), address.host.c_str());
        for (;;) {
            const int done = SSL_connect(ssl.get());
            if (done == 1) return {};
            if (!wait_for_tls(done, deadline)) {
                ERR_clear_error();
                return away("TLS with " + address.host + " failed; check its certificate");
            }
        }
    }

    bool wait_for_tls(int outcome, Clock::time_point deadline) {
        switch (SSL_get_error(ssl.get(), outcome)) {
        case SSL_ERROR_WANT_READ:
            return wait_for(descriptor, POLLIN, deadline);
        case SSL_ERROR_WANT_WRITE:
            return wait_for(descriptor, POLLOUT, deadline);
        default:
            return false;
        }
    }

    /// Bytes sent or got; 0 when it must be waited for, -1 when the connection is over.
    ssize_t send_some(std::string_view bytes, Clock::time_point deadline) {
        if (!ssl) {
            const ssize_t sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent > 0) return sent;
            if (errno == EINTR) return 0;
            if (errno != EAGAIN && errno != EWOULDBLOCK) return -1;
            return wait_for(descriptor, POLLOUT, deadline) ? 0 : -1;
        }
        const int sent = SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
        if (sent > 0) return sent;
        return wait_for_tls(sent, deadline) ? 0 : -1;
    }

    /// The same for reading; `over` tells the end of time from the end of the connection.
    ssize_t receive_some(char* to, std::size_t size, Clock::time_point deadline, bool& over) {
        over = false;
        if (!ssl) {
            const ssize_t got = ::recv(descriptor, to, size, 0);
            if (got > 0) return got;
            if (got == 0) return -1;
            if (errno == EINTR) return 0;
            if (errno != EAGAIN && errno != EWOULDBLOCK) return -1;
        } else {
            const int got = SSL_read(ssl.get(), to, static_cast<int>(size));
            if (got > 0) return got;
            const int why = SSL_get_error(ssl.get(), got);
            if (why == SSL_ERROR_WANT_WRITE) return wait_for(descriptor, POLLOUT, deadline) ? 0 : -1;
            if (why != SSL_ERROR_WANT_READ) return -1;
        }
        if (wait_for(descriptor, POLLIN, deadline)) return 0;
        over = true;
        return -1;
    }
};

Result<RedisAddress> RedisAddress::parse(std::string_view url) {
    RedisAddress address;
    const Error wrong{Errc::invalid, "REDIS_URL must look like redis://[user:password@]host:6379/0."};
    if (url.starts_with("rediss://"))
        address.tls = true;
    else if (!url.starts_with("redis://"))
        return wrong;
    url.remove_prefix(url.find("://") + 3);
    if (const auto slash = url.find('/'); slash != std::string_view::npos) {
        const auto database = url.substr(slash + 1);
        if (database.find_first_not_of("0123456789") != std::string_view::npos) return wrong;
        if (!database.empty()) address.database = database;
        url = url.substr(0, slash);
    }
    if (const auto at = url.rfind('@'); at != std::string_view::npos) {
        const auto who = url.substr(0, at);
        const auto colon = who.find(':');
        if (colon == std::string_view::npos) return wrong;
        address.user = unescaped(who.substr(0, colon));
        address.password = unescaped(who.substr(colon + 1));
        url.remove_prefix(at + 1);
    }
    const auto colon = url.rfind(':');
    const bool is_v6 = url.ends_with(']');
    if (colon != std::string_view::npos && !is_v6) {
        address.port = url.substr(colon + 1);
        url = url.substr(0, colon);
    }
    if (url.starts_with('[') && url.ends_with(']')) url = url.substr(1, url.size() - 2);
    if (url.empty() || address.port.empty() ||
        address.port.find_first_not_of("0123456789") != std::string::npos)
        return wrong;
    address.host = url;
    return address;
}

RedisConnection::RedisConnection(std::unique_ptr<Wire> wire) : wire_(std::move(wire)) {}

RedisConnection::~RedisConnection() = default;

Result<std::unique_ptr<RedisConnection>> RedisConnection::open(const RedisAddress& address,
                                                               Clock::time_point deadline) {
    auto wire = std::make_unique<Wire>();
    if (wire->reader == nullptr) return away("there is no memory for it");
    BIFROST_CHECK(wire->connect(address, deadline));
    std::unique_ptr<RedisConnection> made(new RedisConnection(std::move(wire)));
    BIFROST_CHECK(made->sign_in(address, deadline));
    return made;
}

Result<> RedisConnection::sign_in(const RedisAddress& address, Clock::time_point deadline) {
    const auto settled = [&](const Result<RedisReply>& reply) -> Result<> {
        if (reply) return {};
        if (reply.error().code == Errc::conflict)
            return away("it refused the user, the password or the database of REDIS_URL");
        return reply.error();
    };
    if (!address.password.empty()) {
        if (address.user.empty())
            BIFROST_CHECK(settled(ask({"AUTH", address.password}, deadline)));
        else
            BIFROST_CHECK(settled(ask({"AUTH", address.user, address.password}, deadline)));
    }
    if (address.database != "0") BIFROST_CHECK(settled(ask({"SELECT", address.database}, deadline)));
    return {};
}

Result<RedisReply> RedisConnection::ask(const std::vector<std::string_view>& words,
                                        Clock::time_point deadline) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const auto word : words) {
        texts.push_back(word.data());
        sizes.push_back(word.size());
    }
    char* command = nullptr;
    const int size =
        redisFormatCommandArgv(&command, static_cast<int>(words.size()), texts.data(), sizes.data());
    if (size < 0) return away("there is no memory for a command");
    const std::unique_ptr<char, decltype(&redisFreeCommand)> hold(command, redisFreeCommand);
    for (std::string_view left(command, static_cast<std::size_t>(size)); !left.empty();) {
        const ssize_t sent = wire_->send_some(left, deadline);
        if (sent < 0) return away("it takes nothing");
        left.remove_prefix(static_cast<std::size_t>(sent));
    }
    BIFROST_ASSIGN(auto reply, next(deadline));
    if (!reply) return away("it is too slow");
    return std::move(*reply);
}

Result<std::optional<RedisReply>> RedisConnection::next(Clock::time_point deadline) {
    std::array<char, 16 * 1024> bytes{};
    for (;;) {
        void* found = nullptr;
        if (redisReaderGetReply(wire_->reader, &found) != REDIS_OK) return away("it talks nonsense");
        if (found != nullptr) {
            const std::unique_ptr<void, decltype(&freeReplyObject)> hold(found, freeReplyObject);
            const auto& reply = *static_cast<redisReply*>(found);
            if (reply.type == REDIS_REPLY_ERROR)
                return Error{Errc::conflict,
                             "Redis refused: " + std::string(reply.str, static_cast<std::size_t>(reply.len))};
            return std::optional(copied(reply));
        }
        bool over = false;
        const ssize_t got = wire_->receive_some(bytes.data(), bytes.size(), deadline, over);
        if (got < 0 && over) return std::optional<RedisReply>{};
        if (got < 0) return away("the connection is gone");
        if (got > 0 &&
            redisReaderFeed(wire_->reader, bytes.data(), static_cast<std::size_t>(got)) != REDIS_OK)
            return away("it talks nonsense");
    }
}

} // namespace bifrost::cache
