#include "support/redis_server.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bifrost::tests {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::uint16_t free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    const bool found = ::bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(probe);
    if (!found) throw std::runtime_error("there is no free port");
    return ntohs(address.sin_port);
}

} // namespace

RedisServer::RedisServer() : port_(free_port()) { start(); }

RedisServer::RedisServer(std::vector<std::string> tls)
    : port_(free_port()), tls_port_(free_port()), tls_(std::move(tls)) {
    start();
}

RedisServer::~RedisServer() { kill(); }

std::string RedisServer::tls_url() const { return "rediss://127.0.0.1:" + std::to_string(tls_port_) + "/0"; }

std::string RedisServer::url() const { return "redis://127.0.0.1:" + std::to_string(port_) + "/0"; }

void RedisServer::start() {
    std::vector<std::string> words{"redis-server",
                                   "--port",
                                   std::to_string(port_),
                                   "--bind",
                                   "127.0.0.1",
                                   "--save",
                                   "",
                                   "--appendonly",
                                   "no",
                                   "--dir",
                                   "/tmp",
                                   "--loglevel",
                                   "warning"};
    if (tls_port_ != 0) {
        words.insert(words.end(), {"--tls-port", std::to_string(tls_port_)});
        words.insert(words.end(), tls_.begin(), tls_.end());
    }
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    const int failed = ::posix_spawnp(&server_, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error("redis-server can't be started (Debian: redis-server)");
    for (int tries = 0; tries < 1000; ++tries) {
        if (command("PING") == "+PONG") return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("redis-server does not answer");
}

void RedisServer::kill() {
    if (server_ == 0) return;
    ::kill(server_, SIGKILL);
    ::waitpid(server_, nullptr, 0);
    server_ = 0;
}

void RedisServer::freeze() { ::kill(server_, SIGSTOP); }

void RedisServer::thaw() { ::kill(server_, SIGCONT); }

std::string RedisServer::command(const std::string& line) const {
    const int connection = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(port_);
    std::string reply;
    const std::string text = line + "\r\n";
    if (::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::send(connection, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size())) {
        char byte = 0;
        while (::recv(connection, &byte, 1, 0) == 1 && byte != '\r') reply += byte;
    }
    ::close(connection);
    return reply;
}

} // namespace bifrost::tests
