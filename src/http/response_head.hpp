#pragma once
// The head of a response, written by hand into one buffer.

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace bifrost::http {

struct HeadFacts {
    std::int64_t length = 0; ///< of the body, also when HEAD leaves it out
    bool head_only = false;  ///< the answer to HEAD
    bool http_1_0 = false;   ///< of the request
    bool keep_alive = false;
    bool endless = false; ///< a stream: its length isn't known, the end of the connection is its end
    std::string_view request_id{};
    std::string_view date{};
};

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7), formatted once a second. One a thread.
class DateText {
  public:
    std::string_view now();

  private:
    std::time_t second_ = 0;
    std::string text_;
};

/// True for statuses whose answers never have a body (RFC 9110, 6.4.1).
bool has_no_body(int status);
/// The status line's phrase; "Unknown" for codes that RFC 9110 and its extensions don't name.
std::string_view reason(int status);
/// A header of a response by its name in lower case.
bool has_header(const Response& response, std::string_view lower_case_name);
/// Appends the head. Framing, Date and X-Request-Id are the edge's own: such headers of the response are left
/// out, but for the Content-Length of answers without a body. CR, LF and NUL in values become spaces; headers
/// whose name is no token are left out.
void append_head(std::string& out, const Response& response, const HeadFacts& facts);

} // namespace bifrost::http
