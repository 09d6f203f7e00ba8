#include "support/tcp_proxy.hpp"

#include <array>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bifrost::tests {
namespace {

constexpr int kTickMillis = 20; ///< how soon a line notices that it was cut

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

void reset(int socket) {
    const linger at_once{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(socket);
}

} // namespace

TcpProxy::TcpProxy(int server_port) : server_port_(server_port) {
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listening_, generic, size) != 0 || ::listen(listening_, 64) != 0 ||
        ::getsockname(listening_, generic, &size) != 0)
        throw std::runtime_error("the proxy can't listen");
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
}

TcpProxy::~TcpProxy() {
    stopping_ = true;
    accepting_.join();
    cut_all();
    for (const auto& line : lines_) line->thread.join();
    ::close(listening_);
}

void TcpProxy::cut_all() {
    const std::lock_guard lock(mutex_);
    for (const auto& line : lines_) line->cut = true;
}

void TcpProxy::accept_all() {
    while (!stopping_) {
        pollfd waiting{listening_, POLLIN, 0};
        if (::poll(&waiting, 1, kTickMillis) <= 0) continue;
        auto line = std::make_unique<Line>();
        line->client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        line->server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_in address = loopback(server_port_);
        if (::connect(line->server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            reset(line->client);
            ::close(line->server);
            continue;
        }
        const int on = 1;
        ::setsockopt(line->client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::setsockopt(line->server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        line->thread = std::thread([this, &made = *line] { pass(made); });
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::move(line));
    }
}

void TcpProxy::pass(Line& line) {
    bool server_waits = false;
    bool is_over = false; // the server ended the line itself: what it said last must still arrive
    while (!line.cut) {
        std::array<pollfd, 2> sides{pollfd{line.client, POLLIN, 0}, pollfd{line.server, POLLIN, 0}};
        if (mode_ == Mode::silent) {
            ::poll(nullptr, 0, kTickMillis);
            continue;
        }
        if (::poll(sides.data(), sides.size(), kTickMillis) <= 0) continue;
        if (sides[0].revents != 0) {
            const Passed passed = pass_one_way(line.client, line.server, true);
            server_waits = passed == Passed::swallowed;
            if (passed != Passed::on) break;
        }
        if (sides[1].revents != 0) {
            const Passed passed = pass_one_way(line.server, line.client, false);
            is_over = passed == Passed::ended;
            if (passed != Passed::on) break;
        }
    }
    if (is_over)
        ::close(line.client);
    else
        reset(line.client);
    while (server_waits && !line.cut && !stopping_) { // until the server gives up
        pollfd server{line.server, POLLIN, 0};
        char byte = 0;
        if (::poll(&server, 1, kTickMillis) > 0 && ::recv(line.server, &byte, 1, 0) <= 0) break;
    }
    reset(line.server);
}

TcpProxy::Passed TcpProxy::pass_one_way(int from, int to, bool from_client) {
    std::array<char, 65'536> bytes{};
    const ssize_t got = ::recv(from, bytes.data(), bytes.size(), 0);
    if (got <= 0) return got == 0 ? Passed::ended : Passed::lost;
    // Back to normal before the client hears of it: it may ask again at once.
    Mode expected = from_client ? Mode::lose_request : Mode::lose_answer;
    if (mode_.compare_exchange_strong(expected, Mode::pass))
        return from_client ? Passed::swallowed : Passed::lost;
    for (ssize_t sent = 0; sent < got;) {
        const ssize_t now =
            ::send(to, bytes.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
        if (now <= 0) return Passed::lost;
        sent += now;
    }
    return Passed::on;
}

} // namespace bifrost::tests
