#include "support/s3_server.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/random.hpp"
#include "core/text.hpp"

namespace bifrost::tests {
namespace {

constexpr const char* kAccessKey = "bifrost";
constexpr const char* kSecretKey = "bifrost-secret";

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

int free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    const bool bound = ::bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                       ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &length) == 0;
    ::close(probe);
    if (!bound) throw std::runtime_error("no port is free");
    return ntohs(address.sin_port);
}

bool answers(int port) {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(port);
    const bool is_there = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(probe);
    return is_there;
}

/// BIFROST_S3_SERVER, or where ./dev builds it, seen from build/<preset>/tests/.
std::string find_program() {
    if (const char* named = std::getenv("BIFROST_S3_SERVER"); named != nullptr && *named != '\0')
        return named;
    const auto built =
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../../tools/bin/versitygw";
    if (!std::filesystem::exists(built))
        throw std::runtime_error("there is no S3 server: run ./dev __s3_server once");
    return built.string();
}

} // namespace

S3Server& S3Server::shared() {
    static const std::unique_ptr<S3Server> server = [] {
        const char* external = std::getenv("BIFROST_TEST_S3_URL");
        if (external != nullptr && *external != '\0')
            return std::make_unique<S3Server>(std::string(external));
        const std::string program = find_program();
        std::string pattern = (std::filesystem::temp_directory_path() / "bifrost-s3-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder can be made");
        return std::make_unique<S3Server>(program, pattern);
    }();
    return *server;
}

S3Server::S3Server(const std::string& program, const std::string& folder) : folder_(folder) {
    const int port = free_port();
    url_ = "http://127.0.0.1:" + std::to_string(port);
    std::filesystem::create_directories(folder_ + "/data");
    const std::string address = "127.0.0.1:" + std::to_string(port);
    const std::string log = folder_ + "/log";
    const std::string data = folder_ + "/data";
    running_ = ::fork();
    if (running_ == 0) {
        ::setenv("ROOT_ACCESS_KEY", kAccessKey, 1);
        ::setenv("ROOT_SECRET_KEY", kSecretKey, 1);
        const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        ::dup2(out, 1);
        ::dup2(out, 2);
        ::execl(program.c_str(), program.c_str(), "--port", address.c_str(), "--region", "us-east-1", "posix",
                data.c_str(), nullptr);
        ::_exit(127);
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!answers(port)) {
        int status = 0;
        if (::waitpid(running_, &status, WNOHANG) == running_ ||
            std::chrono::steady_clock::now() > deadline) {
            running_ = 0;
            throw std::runtime_error("the S3 server did not start; see " + log);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

S3Server::~S3Server() {
    if (running_ == 0) return;
    ::kill(running_, SIGKILL);
    ::waitpid(running_, nullptr, 0);
    std::error_code ignored; // what is left over lies in the temporary folder
    std::filesystem::remove_all(folder_, ignored);
}

int S3Server::port() const { return std::stoi(url_.substr(url_.rfind(':') + 1)); }

storage::S3StoreOptions S3Server::make_bucket() {
    storage::S3StoreOptions options;
    options.bucket = "test-";
    for (const char c : random_token(18))
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) options.bucket += c;
    options.bucket += "-x";
    options.endpoint = url_;
    options.access_key = kAccessKey;
    options.secret_key = kSecretKey;
    options.request_seconds = 10;
    const auto made = storage::make_s3_bucket(options);
    if (!made) throw std::runtime_error("no bucket can be made: " + made.error().detail);
    return options;
}

} // namespace bifrost::tests
