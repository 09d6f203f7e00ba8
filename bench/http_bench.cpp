// What the edge costs: CPU of this process a small request (with wrk), memory when idle, and the rate and
// memory of large bodies in both directions. Run without arguments; needs wrk for the first figure. Compare
// the bodies with the machine's loopback: `dd if=/dev/zero bs=1M count=2048 | nc …`.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

#include <atomic>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http/server.hpp"

namespace {

using namespace bifrost;
using Clock = std::chrono::steady_clock;

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Resident memory of this process without shared pages: kB.
long resident_kb(const char* line = "VmRSS:") {
    std::ifstream status("/proc/self/status");
    std::string text;
    while (std::getline(status, text))
        if (text.compare(0, std::strlen(line), line) == 0) return std::atol(text.c_str() + std::strlen(line));
    return 0;
}

class Discard final : public http::BodySink {
  public:
    Result<> write(const char*, std::size_t size) override {
        size_ += size;
        return {};
    }
    http::Response finish() override {
        http::Response response;
        response.body = std::to_string(size_);
        return response;
    }

  private:
    std::size_t size_ = 0;
};

constexpr std::int64_t kLarge = std::int64_t{2} * 1024 * 1024 * 1024;

http::Router routes(int file) {
    http::Router router;
    http::Route hello;
    hello.pattern = "/hello/{id}";
    hello.operation_id = "hello";
    hello.handler = [](const http::Request& request) {
        http::Response response;
        response.body = "{\"id\":\"" + request.path_param("id") + "\"}";
        return response;
    };
    router.add(std::move(hello));
    http::Route upload;
    upload.method = http::Method::put;
    upload.pattern = "/upload";
    upload.lane = http::Lane::file;
    upload.most_body = std::size_t{1} << 40;
    upload.stream = [](const http::Request&) {
        http::StreamDecision decision;
        decision.sink = std::make_unique<Discard>();
        return decision;
    };
    router.add(std::move(upload));
    http::Route download;
    download.pattern = "/download";
    download.lane = http::Lane::file;
    download.handler = [file](const http::Request&) {
        http::Response response;
        response.file = http::FileBody{dup(file), 0, kLarge};
        return response;
    };
    router.add(std::move(download));
    return router;
}

int connect_to(std::uint16_t port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    return connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? descriptor
                                                                                                 : -1;
}

/// The client's side of an upload or download; false when bytes are missing.
bool transfer(std::uint16_t port, bool up) {
    static char block[1024 * 1024];
    const int descriptor = connect_to(port);
    const std::string head = up ? "PUT /upload HTTP/1.1\r\nHost: b\r\nConnection: close\r\nContent-Length: " +
                                      std::to_string(kLarge) + "\r\n\r\n"
                                : "GET /download HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n";
    if (send(descriptor, head.data(), head.size(), 0) != static_cast<ssize_t>(head.size())) return false;
    for (std::int64_t sent = 0; up && sent < kLarge;) {
        const ssize_t size = send(descriptor, block, sizeof block, 0);
        if (size <= 0) return false;
        sent += size;
    }
    std::int64_t received = 0;
    for (ssize_t size = 0; (size = recv(descriptor, block, sizeof block, 0)) > 0;) received += size;
    close(descriptor);
    return up ? received > 0 : received > kLarge;
}

/// Runs the client as a child, so that the CPU of this process is the server's alone.
bool run_client(std::uint16_t port, bool up) {
    const pid_t child = fork();
    if (child == 0) _exit(transfer(port, up) ? 0 : 1);
    int status = 0;
    waitpid(child, &status, 0);
    return status == 0;
}

} // namespace

int main() {
    const int file = memfd_create("bench", MFD_CLOEXEC);
    if (ftruncate(file, kLarge) != 0) return 1;
    std::atomic<long> served{0};
    http::ServerOptions options;
    options.port = 0;
    http::Server server(
        options, routes(file), [](const http::Request&) { return http::Response{}; },
        [](const Error& error, const http::Request&) {
            http::Response response;
            response.status = 500;
            response.body = error.detail;
            return response;
        },
        [&](const http::Served&) { served.fetch_add(1, std::memory_order_relaxed); });
    if (const auto started = server.start(); !started) {
        std::fprintf(stderr, "%s\n", started.error().detail.c_str());
        return 1;
    }
    std::printf("resident when idle:        %7.1f MB\n", static_cast<double>(resident_kb()) / 1024);

    for (const int connections : {16, 128}) {
        const double cpu = cpu_seconds();
        const long before = served;
        const auto begin = Clock::now();
        const std::string command = "wrk -t1 -c" + std::to_string(connections) +
                                    " -d5s http://127.0.0.1:" + std::to_string(server.port()) +
                                    "/hello/123 >/dev/null";
        if (std::system(command.c_str()) != 0) std::fprintf(stderr, "wrk is missing or failed\n");
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        const double count = static_cast<double>(std::max(1L, served - before));
        std::printf("small requests, %3d conns: %7.0f /s, %5.2f us of CPU each\n", connections,
                    count / seconds, (cpu_seconds() - cpu) * 1e6 / count);
    }
    for (const bool up : {true, false}) {
        const double cpu = cpu_seconds();
        const auto begin = Clock::now();
        const bool good = run_client(server.port(), up);
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        const double megabytes = static_cast<double>(kLarge) / 1e6;
        std::printf("%s of 2 GiB:%s %s %7.0f MB/s, %5.3f ms of CPU a MB, resident at most %.1f MB\n",
                    up ? "upload" : "download", up ? "  " : "", good ? "         " : "FAILED   ",
                    megabytes / seconds, (cpu_seconds() - cpu) * 1e3 / megabytes,
                    static_cast<double>(resident_kb("VmHWM:")) / 1024);
    }
    server.drain(std::chrono::seconds(5));
    return 0;
}
