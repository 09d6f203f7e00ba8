#include "support/raw_client.hpp"

#include <atomic>
#include <cctype>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace bifrost::test {
namespace {

std::atomic<int> next_receive_buffer{0};

bool begins_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

} // namespace

RawClient::RawClient(std::uint16_t port, std::string host, int timeout_seconds) {
    const bool v6 = host.find(':') != std::string::npos;
    descriptor_ = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (const int bytes = next_receive_buffer.exchange(0); bytes > 0)
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    timeval wait{};
    wait.tv_sec = timeout_seconds;
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    int failed = 0;
    if (v6) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(port);
        ::inet_pton(AF_INET6, host.c_str(), &address.sin6_addr);
        failed = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    } else {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
        failed = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    if (failed != 0) {
        ::close(descriptor_);
        throw std::runtime_error("nothing listens on " + host + ":" + std::to_string(port));
    }
}

RawClient::~RawClient() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void RawClient::receive_buffer_of_next(int bytes) { next_receive_buffer = bytes; }

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::size_t RawClient::send_some(std::string_view bytes) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

void RawClient::finish_sending() { ::shutdown(descriptor_, SHUT_WR); }

void RawClient::reset() {
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(descriptor_);
    descriptor_ = -1;
}

bool RawClient::fill() {
    char block[64 * 1024];
    const ssize_t size = ::recv(descriptor_, block, sizeof block, 0);
    if (size <= 0) return false;
    held_.append(block, static_cast<std::size_t>(size));
    return true;
}

bool RawClient::wait_for_bytes() {
    char byte = 0;
    return !held_.empty() || ::recv(descriptor_, &byte, 1, MSG_PEEK) > 0;
}

RawAnswer RawClient::read_answer(bool to_head) {
    RawAnswer answer;
    std::size_t end = 0;
    while ((end = held_.find("\r\n\r\n")) == std::string::npos)
        if (!fill()) return answer;
    answer.head = held_.substr(0, end);
    held_.erase(0, end + 4);
    answer.status = begins_with(answer.head, "HTTP/1.1 ") ? std::atoi(answer.head.c_str() + 9) : 0;
    for (std::size_t at = answer.head.find("\r\n"); at != std::string::npos;) {
        const std::size_t next = answer.head.find("\r\n", at + 2);
        const std::string line = answer.head.substr(at + 2, next == std::string::npos ? next : next - at - 2);
        const std::size_t colon = line.find(": ");
        std::string name = line.substr(0, colon);
        for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        answer.headers[name] = colon == std::string::npos ? std::string() : line.substr(colon + 2);
        at = next;
    }
    const bool no_body = to_head || answer.status < 200 || answer.status == 204 || answer.status == 304;
    const std::size_t length = no_body ? 0 : std::stoull("0" + answer.header("content-length"));
    while (held_.size() < length)
        if (!fill()) break;
    answer.whole = held_.size() >= length;
    answer.body = held_.substr(0, length);
    held_.erase(0, answer.body.size());
    return answer;
}

RawAnswer RawClient::exchange(std::string_view method, std::string_view target, std::string_view header_lines,
                              std::string_view body) {
    std::string request;
    request.append(method)
        .append(" ")
        .append(target)
        .append(" HTTP/1.1\r\nHost: test\r\n")
        .append(header_lines);
    if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    request.append("\r\n").append(body);
    send(request);
    return read_answer(method == "HEAD");
}

std::string RawClient::read_all() {
    while (fill()) {
    }
    return std::exchange(held_, {});
}

bool RawClient::is_closed_by_peer() {
    if (!held_.empty()) return false;
    char byte = 0;
    const ssize_t size = ::recv(descriptor_, &byte, 1, 0);
    return size == 0 || (size < 0 && errno == ECONNRESET);
}

} // namespace bifrost::test
