#pragma once
// A blocking client that sends exactly the bytes it is given: for tests of what no well-behaved library would
// send.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace bifrost::test {

struct RawAnswer {
    int status = 0;                             ///< 0: the connection ended before a whole head
    std::string head;                           ///< with the status line, without the empty line
    std::string body;                           ///< as far as it arrived
    bool whole = false;                         ///< the body is as long as Content-Length said
    std::map<std::string, std::string> headers; ///< names in lower case

    [[nodiscard]] std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
};

class RawClient {
  public:
    /// Connects; throws std::runtime_error when nothing listens. Reads and writes give up after
    /// `timeout_seconds`.
    explicit RawClient(std::uint16_t port, std::string host = "127.0.0.1", int timeout_seconds = 20);
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient();

    /// Before connecting, a small receive buffer makes a slow reader: bytes, 0 for the system's.
    static void receive_buffer_of_next(int bytes);

    /// False when the peer ended the connection meanwhile.
    bool send(std::string_view bytes);
    /// Sends what fits without waiting; how much that was.
    std::size_t send_some(std::string_view bytes);
    /// Ends the sending side only.
    void finish_sending();
    /// Ends it with a reset, as a crashed client does.
    void reset();

    /// Waits until something can be read, without reading it.
    bool wait_for_bytes();
    /// Reads one answer; `to_head`: the request was HEAD, so that no body follows. Informational answers
    /// count as answers.
    RawAnswer read_answer(bool to_head = false);
    /// Sends a request line with Host, further header lines ("A: b\r\n") and a body, and reads the answer.
    RawAnswer exchange(std::string_view method, std::string_view target, std::string_view header_lines = {},
                       std::string_view body = {});
    /// Whatever comes until the end of the connection.
    std::string read_all();
    /// True when the peer ended the connection (and nothing was left to read) within the timeout.
    bool is_closed_by_peer();

  private:
    bool fill();

    int descriptor_ = -1;
    std::string held_;
};

} // namespace bifrost::test
