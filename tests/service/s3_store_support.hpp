#pragma once
// What tests of the store on S3 do again and again.

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

#include "storage/s3/s3_store.hpp"
#include "storage/s3/s3_transport.hpp"
#include "support/s3_server.hpp"

namespace bifrost::storage {

inline std::unique_ptr<ObjectStore> must_open(const S3StoreOptions& options) {
    auto opened = open_s3_store(options);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return std::move(*opened);
}

/// One request as anybody may send it, without keys.
inline S3Answer exchange_with_s3(const std::string& method, const SignedUrl& url,
                                 const std::string& bytes = "", const S3Headers& more = {}) {
    static S3Transport transport("");
    S3Exchange exchange;
    exchange.method = method;
    exchange.url = url.url;
    exchange.headers = more;
    for (const auto& [name, value] : url.headers) {
        std::string lower = name;
        for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        exchange.headers.insert_or_assign(lower, value);
    }
    exchange.body = bytes;
    exchange.most_body = std::size_t{64} << 20;
    auto answer = transport.send(exchange);
    if (!answer) return {0, {}, answer.error().detail};
    return std::move(*answer);
}

/// PUTs bytes to a signed URL; the etag, or what the local store would have called the failure.
inline Result<std::string> send_to_s3(const SignedUrl& url, const std::string& bytes) {
    const S3Answer answer = exchange_with_s3("PUT", url, bytes);
    if (answer.status == 200) {
        const std::string etag = answer.header("etag");
        return etag.size() > 2 ? etag.substr(1, etag.size() - 2) : etag;
    }
    const Errc code = answer.status == 403   ? Errc::forbidden
                      : answer.status == 400 ? Errc::invalid
                      : answer.status == 404 ? Errc::not_found
                                             : Errc::conflict;
    return Error{code, std::to_string(answer.status) + " " + answer.body};
}

} // namespace bifrost::storage
