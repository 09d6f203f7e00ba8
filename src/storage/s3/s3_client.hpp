#pragma once
// Requests to one bucket: addressed, signed, repeated when that is safe, and their failures as Errors.

#include <optional>
#include <string>

#include "storage/s3/s3_store.hpp"
#include "storage/s3/s3_transport.hpp"
#include "storage/s3/s3_xml.hpp"
#include "storage/s3/sigv4.hpp"

namespace bifrost::storage {

/// Where a bucket is.
struct S3Address {
    std::string origin; ///< "https://host[:port]" without the default port
    std::string host;   ///< as in the header
    std::string prefix; ///< of every path: "/bucket" or ""

    [[nodiscard]] std::string path_of(const std::string& key) const { return prefix + '/' + key; }
};

/// invalid with a sentence about `setting` when `endpoint` is no http(s) origin.
Result<S3Address> parse_s3_address(const S3StoreOptions& options, const std::string& endpoint,
                                   const std::string& setting);

struct S3Request {
    std::string method;
    std::string key; ///< empty: the bucket itself
    S3Query query{};
    S3Headers headers{};
    std::string_view body{};               ///< must live as long as the request
    std::chrono::milliseconds deadline{0}; ///< 0: the usual
    std::size_t most_body = 16 << 20;
};

/// A refusal of the store, with what it calls it ("NoSuchUpload"; empty when it doesn't say).
struct S3Failure {
    int status = 0;
    std::string code;
    std::string message;
};

class S3Client {
  public:
    S3Client(const S3StoreOptions& options, S3Address address, S3Address public_address);

    /// Sends a request, again after failures that pass by; requests are made so that a repeat does no harm.
    /// The answer has a status below 300, or is one of `expected` (such as 404).
    Result<S3Answer> send(const S3Request& request, std::initializer_list<int> expected = {});
    /// A URL for clients.
    [[nodiscard]] std::string presign_url(const std::string& method, const std::string& key,
                                          const S3Query& query, S3Headers headers, Timestamp now,
                                          int valid_seconds) const;

    [[nodiscard]] const S3StoreOptions& options() const { return options_; }

  private:
    Result<S3Answer> send_once(const S3Request& request);

    S3StoreOptions options_;
    S3Address address_;
    S3Address public_address_;
    S3Transport transport_;
};

/// Reads the <Error> of an answer.
S3Failure read_failure(const S3Answer& answer);
/// What a refusal means for a caller. What an administrator must mend is logged with its cause.
Error error_of(const S3Failure& failure, const std::string& doing);

} // namespace bifrost::storage
