#pragma once
// ObjectStore by requests to S3. (open_s3_store in s3_store.hpp is what the program uses.)

#include <mutex>

#include "storage/s3/s3_client.hpp"
#include "storage/s3/s3_upload.hpp"

namespace bifrost::storage {

/// What lies under a key.
struct S3Object {
    std::int64_t size = 0;
    std::string etag;   ///< without quotes
    std::string token;  ///< of the upload that made it
    std::string sha256; ///< when the store verified it as the bytes came; empty otherwise
};

class S3ObjectStore : public ObjectStore {
  public:
    S3ObjectStore(const S3StoreOptions& options, S3Address address, S3Address public_address)
        : client_(options, std::move(address), std::move(public_address)) {}

    Result<std::string> begin_upload(const std::string& key, std::int64_t size,
                                     std::int64_t part_size) override;
    Result<SignedUrl> sign_part(const std::string& key, const std::string& upload, int number,
                                std::int64_t size, const std::string& sha256_hex, int valid_seconds) override;
    Result<Part> put_part(const std::string& key, const std::string& upload, int number,
                          std::string_view bytes) override;
    Result<std::vector<Part>> list_parts(const std::string& key, const std::string& upload) override;
    Result<std::optional<std::string>> complete_upload(const std::string& key, const std::string& upload,
                                                       const std::vector<Part>& parts) override;
    Result<> abort_upload(const std::string& key, const std::string& upload) override;
    /// S3 answers once the bytes are durable.
    Result<> sync(const std::vector<std::string>& keys) override;
    Result<SignedUrl> sign_download(const std::string& key, const DownloadOptions& options) override;
    Result<std::unique_ptr<ObjectReader>> open(const std::string& key, std::int64_t offset) override;
    Result<std::optional<ObjectInfo>> stat(const std::string& key) override;
    Result<> remove(const std::string& key) override;
    Result<std::vector<AbandonedUpload>> list_abandoned(Timestamp older_than, std::size_t most) override;
    Result<>
    each_object(const std::function<Result<>(const std::string&, const ObjectInfo&)>& visit) override;
    [[nodiscard]] std::string_view backend() const override { return "s3"; }
    [[nodiscard]] std::size_t parallel_requests() const override { return 16; }
    Result<> ping() override;

  private:
    /// Whether a PUT can be told to replace nothing; asked once.
    Result<bool> knows_conditions();
    Result<std::optional<S3Object>> look(const std::string& key);
    /// The parts of a multipart upload as the store has them; not_found when it is over.
    Result<std::vector<Part>> list_arrived(const std::string& key, const S3Upload& upload);
    Result<std::optional<std::string>> complete_single(const std::string& key, const S3Upload& upload,
                                                       const std::vector<Part>& parts);
    Result<std::optional<std::string>> complete_multipart(const std::string& key, const S3Upload& upload,
                                                          const std::vector<Part>& parts);
    /// What became of an upload that the store knows no more, or whose key is taken.
    Result<std::optional<std::string>> completed_earlier(const std::string& key, const S3Upload& upload,
                                                         const std::vector<Part>& parts);

    S3Client client_;
    std::mutex mutex_;
    std::optional<bool> knows_conditions_;
};

} // namespace bifrost::storage
