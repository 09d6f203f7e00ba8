#pragma once
// A line between a client and a server on 127.0.0.1 that can be cut at the worst moment.

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

namespace bifrost::tests {

class TcpProxy {
  public:
    /// Listens on a free port and passes everything on to `server_port`.
    explicit TcpProxy(int server_port);
    TcpProxy(const TcpProxy&) = delete;
    TcpProxy& operator=(const TcpProxy&) = delete;
    ~TcpProxy();

    [[nodiscard]] int port() const { return port_; }

    /// What the client sends next reaches the server; the answer doesn't come back, the line is cut instead.
    /// Once.
    void lose_next_answer() { mode_ = Mode::lose_answer; }
    /// What the client sends next doesn't reach the server, which goes on waiting for it; the client's side
    /// is cut.
    void lose_next_request() { mode_ = Mode::lose_request; }
    /// Nothing is passed on any more, in either direction, and nothing is cut.
    void fall_silent() { mode_ = Mode::silent; }
    /// Cuts every line that there is now.
    void cut_all();

  private:
    enum class Mode { pass, lose_answer, lose_request, silent };
    struct Line {
        int client = -1;
        int server = -1;
        std::atomic<bool> cut = false;
        std::thread thread{};
    };

    void accept_all();
    void pass(Line& line);
    enum class Passed { on, ended, lost, swallowed };
    /// Ended: that side said orderly that it is done. Lost: cut, by itself or by the mode. Swallowed: the
    /// request got no further.
    Passed pass_one_way(int from, int to, bool from_client);

    int server_port_;
    int port_ = 0;
    int listening_ = -1;
    std::atomic<Mode> mode_ = Mode::pass;
    std::atomic<bool> stopping_ = false;
    std::mutex mutex_;
    std::list<std::unique_ptr<Line>> lines_;
    std::thread accepting_;
};

} // namespace bifrost::tests
