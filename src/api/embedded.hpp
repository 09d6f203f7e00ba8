#pragma once
// Files inside the program: the web UI and the OpenAPI document (tools/file_embed.py makes the tables).

#include <cstddef>
#include <span>
#include <string_view>

namespace bifrost::api {

struct EmbeddedFile {
    std::string_view path; ///< "index.html", "assets/index-abc.js"
    std::string_view bytes;
    std::string_view gzip; ///< the same compressed, empty when that is not smaller
    std::string_view etag; ///< with quotes
    std::string_view media_type;
};

/// Sorted by path.
std::span<const EmbeddedFile> embedded_web();
std::span<const EmbeddedFile> embedded_openapi();

} // namespace bifrost::api
