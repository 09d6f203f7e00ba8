#pragma once
// Bytes of the local store as an answer: ranges, ETag, what a browser may do with them.

#include <string>

#include "http/message.hpp"
#include "storage/local/local_store.hpp"

namespace bifrost::api {

struct SentAs {
    std::string etag; ///< with quotes
    std::string cache_control;
};

/// Sends an opened object by sendfile; takes its descriptor. RFC 9110: one range (206, 416), If-None-Match
/// (304), If-Range.
http::Response send_object(const http::Request& request, const storage::OpenedObject& object,
                           const SentAs& as);

} // namespace bifrost::api
