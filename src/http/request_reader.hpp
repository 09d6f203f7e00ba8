#pragma once
// Bytes to requests: RFC 9112 as Beast's parser knows it, and stricter wherever two readers could disagree
// about where a request ends.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace bifrost::http {

enum class ReadState {
    need_more, ///< come again with more bytes behind the same ones
    complete,
    malformed, ///< see problem()
    too_large, ///< the head, or the frame of a chunk, is over the limit
};

/// What the head says about its connection and body.
struct Framing {
    bool http_1_0 = false;
    bool keep_alive = false;
    bool expects_continue = false;
    bool chunked = false;
    std::uint64_t content_length = 0; ///< of a body that is not chunked

    [[nodiscard]] bool has_body() const { return chunked || content_length > 0; }
};

struct ChunkStep {
    ReadState state = ReadState::need_more; ///< need_more with consumed > 0: call again with what is left
    std::size_t consumed = 0;
    std::string_view body{}; ///< part of the bytes consumed
};

class RequestReader {
  public:
    explicit RequestReader(std::size_t most_header_bytes);
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;
    ~RequestReader();

    /// Reads a whole head from the beginning of `data` into `request` (method, target, path, query, headers).
    /// Nothing is consumed before it is complete; bytes seen in an earlier call are not looked at again.
    ReadState read_head(std::string_view data, Request& request, std::size_t& consumed);
    [[nodiscard]] const Framing& framing() const { return framing_; }

    /// One step through a chunked body; trailers are checked and dropped. An incomplete frame must be offered
    /// again, longer.
    ChunkStep read_chunk(std::string_view data);

    /// A sentence about what was malformed.
    [[nodiscard]] const std::string& problem() const { return problem_; }
    /// For the next request of the connection.
    void reset();

  private:
    struct Parser;

    ReadState fail(std::string sentence);
    ReadState find_end(std::string_view data, std::size_t& end);
    ReadState check_fields(Request& request);

    const std::size_t most_header_bytes_;
    std::size_t scanned_ = 0; ///< the head has no end before here
    Framing framing_;
    std::string problem_;
    std::unique_ptr<Parser> parser_;
};

} // namespace bifrost::http
