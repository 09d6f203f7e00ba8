#pragma once
// The object store on S3 or a server that speaks it. Clients send and fetch bytes by signed URLs straight to
// and from it; the program sends only small requests, and reads objects to verify them.

#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "storage/object_store.hpp"

namespace bifrost::storage {

struct S3StoreOptions {
    std::string bucket;          ///< S3_BUCKET
    std::string endpoint;        ///< S3_ENDPOINT, "http(s)://host[:port]"; empty: AWS in this region
    std::string public_endpoint; ///< S3_PUBLIC_ENDPOINT: what clients see; empty: the same
    std::string region = "us-east-1";
    std::string access_key;
    std::string secret_key;
    std::string session_token; ///< of temporary keys
    /// "https://host/bucket/key" instead of "https://bucket.host/key"; what most servers but AWS want.
    bool path_style = true;
    std::string ca_file;          ///< PEM; empty: the system's certificates
    int request_seconds = 30;     ///< deadline of one exchange
    int completion_seconds = 600; ///< the same for putting parts together, which takes servers long
    int attempts = 4;             ///< of one request, with growing pauses
};

/// Checks the options and asks nothing of the store, so that the program starts while it is away; `ping`
/// asks. invalid with a sentence that names the setting.
Result<std::unique_ptr<ObjectStore>> open_s3_store(const S3StoreOptions& options);

/// The origin that clients' signed URLs have ("https://bucket.s3.example.com"); errors as open_s3_store.
Result<std::string> s3_client_origin(const S3StoreOptions& options);

/// What the bucket's CORS settings must be for browsers on these origins ("https://bifrost.studio") to upload
/// and fetch: the JSON that `aws s3api put-bucket-cors --cors-configuration` takes.
std::string s3_cors_json(const std::vector<std::string>& origins);
/// Gives the bucket those settings (PutBucketCors); needs the permission s3:PutBucketCORS.
Result<> apply_s3_cors(const S3StoreOptions& options, const std::vector<std::string>& origins);
/// Makes the bucket when there is none: for tests and machines of one's own.
Result<> make_s3_bucket(const S3StoreOptions& options);

} // namespace bifrost::storage
