#include "support/web_receiver.hpp"

#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/text.hpp"

namespace bifrost::tests {
namespace {

/// Parts head and body; false until all of it is there.
bool parse(const std::string& bytes, Received& request) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    std::size_t length = 0;
    std::size_t at = bytes.find("\r\n");
    const auto first = bytes.find(' ');
    request.path = bytes.substr(first + 1, bytes.find(' ', first + 1) - first - 1);
    while (at < end) {
        const auto next = bytes.find("\r\n", at + 2);
        const std::string line = bytes.substr(at + 2, next - at - 2);
        const auto colon = line.find(": ");
        if (colon != std::string::npos)
            request.headers[fold_case(line.substr(0, colon))] = line.substr(colon + 2);
        at = next;
    }
    if (request.headers.contains("content-length")) length = std::stoul(request.headers["content-length"]);
    if (bytes.size() < end + 4 + length) return false;
    request.body = bytes.substr(end + 4, length);
    return true;
}

} // namespace

WebReceiver::WebReceiver() {
    answer_status(200);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* place = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, place, size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, place, &size) != 0)
        throw std::runtime_error("no port for a receiver");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

WebReceiver::~WebReceiver() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
}

void WebReceiver::answer_with(Respond respond) {
    const std::lock_guard lock(mutex_);
    respond_ = std::move(respond);
}

void WebReceiver::answer_status(int status, std::string headers) {
    answer_with([=](const Received&) {
        return "HTTP/1.1 " + std::to_string(status) + " Said\r\n" + headers +
               "Content-Length: 2\r\nConnection: close\r\n\r\nok";
    });
}

std::vector<Received> WebReceiver::received() {
    const std::lock_guard lock(mutex_);
    return received_;
}

void WebReceiver::run() {
    while (!stopping_) {
        const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0) continue;
        serve(descriptor);
        ::close(descriptor);
    }
}

void WebReceiver::serve(int descriptor) {
    std::string bytes;
    Received request;
    char part[4096];
    while (!parse(bytes, request)) {
        const auto count = ::recv(descriptor, part, sizeof part, 0);
        if (count <= 0) return;
        bytes.append(part, static_cast<std::size_t>(count));
    }
    Respond respond;
    {
        const std::lock_guard lock(mutex_);
        received_.push_back(request);
        respond = respond_;
    }
    const std::string answer = respond(request);
    std::size_t sent = 0;
    while (sent < answer.size()) {
        const auto count = ::send(descriptor, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) return;
        sent += static_cast<std::size_t>(count);
    }
    ::shutdown(descriptor, SHUT_WR);
}

} // namespace bifrost::tests
