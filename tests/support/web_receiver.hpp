#pragma once
// A small HTTP server on loopback that keeps what it is sent and answers as it is told.

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace bifrost::tests {

struct Received {
    std::string path;
    std::map<std::string, std::string> headers; ///< by lower-case name
    std::string body;
};

class WebReceiver {
  public:
    /// The whole answer to a request, head and all; "" closes the connection without one.
    using Respond = std::function<std::string(const Received&)>;

    WebReceiver();
    WebReceiver(const WebReceiver&) = delete;
    WebReceiver& operator=(const WebReceiver&) = delete;
    ~WebReceiver();

    /// "http://127.0.0.1:…"
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] int port() const { return port_; }
    void answer_with(Respond respond);
    void answer_status(int status, std::string headers = "");
    std::vector<Received> received();

  private:
    void run();
    void serve(int descriptor);

    int listener_ = -1;
    int port_ = 0;
    std::mutex mutex_;
    Respond respond_;
    std::vector<Received> received_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

} // namespace bifrost::tests
