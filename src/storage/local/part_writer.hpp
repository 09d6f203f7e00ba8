#pragma once
// Receiving one part into its place of an upload's file.

#include "storage/local/following_hash.hpp"
#include "storage/local/local_store.hpp"
#include "storage/local/upload_file.hpp"

namespace bifrost::storage {

struct PartPlace {
    int number = 0;
    std::int64_t offset = 0;
    std::int64_t size = 0;     ///< exactly
    std::string signed_sha256; ///< hex; empty when the bytes may be any
    std::string boot;
};

class LocalPartWriter : public PartWriter {
  public:
    /// `file` holds the locks of the part; they end with this writer.
    LocalPartWriter(UploadFile file, PartPlace place)
        : file_(std::move(file)), place_(std::move(place)), sha_(file_.file(), place_.offset, place_.size) {}

    Result<> write(const void* data, std::size_t size) override;
    Result<std::string> finish() override;

  private:
    Result<> take(const void* data, std::size_t size);
    void start_writing_back(std::int64_t up_to);

    UploadFile file_;
    PartPlace place_;
    FollowingHash sha_;
    std::int64_t written_ = 0;
    std::int64_t started_ = 0; ///< bytes that the kernel was asked to bring to the disk
    std::optional<Error> failure_;
    bool finished_ = false;
};

} // namespace bifrost::storage
