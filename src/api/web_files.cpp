#include "api/web_files.hpp"

#include <algorithm>

#include "api/embedded.hpp"
#include "api/problem.hpp"

namespace bifrost::api {
namespace {

std::string policy(const std::string& store_origin) {
    const std::string also = store_origin.empty() ? "" : " " + store_origin;
    return "default-src 'self'; img-src 'self' data: blob:" + also + "; media-src 'self' blob:" + also +
           "; connect-src 'self' blob:" + also +
           "; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
}

const EmbeddedFile* find_file(std::string_view path) {
    const auto files = embedded_web();
    const auto found = std::lower_bound(
        files.begin(), files.end(), path,
        [](const EmbeddedFile& file, std::string_view wanted) { return file.path < wanted; });
    return found != files.end() && found->path == path ? &*found : nullptr;
}

http::Response file_response(const EmbeddedFile& file, const http::Request& request,
                             const std::string& policy) {
    http::Response response;
    response.content_type = file.media_type;
    response.header("ETag", std::string(file.etag));
    // Names below assets/ carry a hash of their content; everything else must be asked for again.
    response.header("Cache-Control",
                    file.path.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache");
    response.header("Content-Security-Policy", policy);
    response.header("X-Content-Type-Options", "nosniff").header("Referrer-Policy", "same-origin");
    if (request.header("if-none-match") == file.etag) {
        response.status = 304;
        response.content_type.clear();
        return response;
    }
    const bool compressed =
        !file.gzip.empty() &&
        request.header("accept-encoding").value_or("").find("gzip") != std::string_view::npos;
    if (!file.gzip.empty()) response.header("Vary", "Accept-Encoding");
    if (compressed) response.header("Content-Encoding", "gzip");
    response.static_body = compressed ? file.gzip : file.bytes;
    return response;
}

} // namespace

http::Handler web_files(const Context&, const std::string& store_origin) {
    return [rules = policy(store_origin)](const http::Request& request) {
        const bool reads = request.method == http::Method::get || request.method == http::Method::head;
        std::string_view path = request.path;
        if (!reads || path.starts_with("/api/"))
            return problem({Errc::not_found, "There is nothing at this address."}, request);
        path.remove_prefix(std::min<std::size_t>(path.size(), 1));
        if (const auto* file = find_file(path.empty() ? "index.html" : path))
            return file_response(*file, request, rules);
        // An address of the UI (a deep link); a missing file with an extension is just missing.
        const auto* index = find_file("index.html");
        const std::string_view last =
            path.substr(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1);
        if (index != nullptr && last.find('.') == std::string_view::npos)
            return file_response(*index, request, rules);
        return problem({Errc::not_found, "There is nothing at this address."}, request);
    };
}

} // namespace bifrost::api
