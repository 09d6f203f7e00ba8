#pragma once
// Requests and responses as plain structs; Beast stays inside this folder's sources.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace bifrost::http {

/// `other` is any method that no route can have (TRACE, PROPFIND, …).
enum class Method { get, head, post, put, patch, del, options, other };
/// "GET", …; "OTHER" for Method::other.
std::string_view method_name(Method method);

struct Request {
    Method method = Method::get;
    std::string target;                                       ///< as sent: path and query, percent-encoded
    std::string path;                                         ///< as sent, without the query; percent-encoded
    std::string query;                                        ///< as sent, without '?'
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
    std::string body;
    std::string request_id;     ///< the caller's X-Request-Id when it is sane, else a new one
    std::string remote_address; ///< of the peer
    bool secure = false;        ///< came over https (as a trusted proxy says)

    /// Values of the route's {placeholders}, percent-decoded.
    std::map<std::string, std::string, std::less<>> path_params;

    /// The first header of that (lower-case) name.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
    /// A value of the Cookie header.
    [[nodiscard]] std::optional<std::string> cookie(std::string_view name) const;
    /// The value of a placeholder; std::logic_error when the route has none of that name (a bug).
    [[nodiscard]] const std::string& path_param(std::string_view name) const;
    /// The query's parameters in order, percent-decoded ('+' is a space); malformed escapes give an error.
    [[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> query_params() const;
};

/// A piece of an open file, sent by the kernel (sendfile); the descriptor is closed afterwards.
struct FileBody {
    int descriptor = -1;
    std::int64_t offset = 0;
    std::int64_t length = 0;
};

class EventStream;

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
    std::optional<FileBody> file{};
    /// A body that lives for ever (embedded files); used when `body` is empty.
    std::string_view static_body{};
    bool close = false; ///< end the connection after this response
    /// Instead of a body: an answer whose bytes come later (http/event_stream.hpp). The connection ends with
    /// it.
    std::shared_ptr<EventStream> stream{};

    /// Adds a header field. (Out of line: inlined everywhere it costs code and g++ 12 warns of its own
    /// std::string.)
    Response& header(std::string name, std::string value);
};

/// Takes a large request body in pieces, off the event loop, never more than a few at a time (back-pressure).
class BodySink {
  public:
    virtual ~BodySink() = default;
    /// An error ends the request with that error's answer; the rest of the body is not read.
    virtual Result<> write(const char* data, std::size_t size) = 0;
    /// The whole body arrived.
    virtual Response finish() = 0;
};

/// What a streaming route decides on the head of a request: take the body, or answer at once.
struct StreamDecision {
    std::unique_ptr<BodySink> sink;
    std::optional<Response> response;
};

/// Escapes all but the unreserved characters of RFC 3986 (letters, digits, "-._~").
std::string percent_encode(std::string_view text);
/// Resolves %XX, and '+' when wanted. Malformed escapes, what is not UTF-8 then, and NUL are Errc::malformed.
Result<std::string> percent_decode(std::string_view text, bool plus_is_space);

} // namespace bifrost::http
