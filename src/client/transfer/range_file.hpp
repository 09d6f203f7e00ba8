#pragma once
// A file that is downloaded in ranges: which of them are there already survives a killed program.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace bifrost::client {

struct ByteRange {
    std::int64_t offset = 0;
    std::int64_t length = 0;
};

class RangeFile {
  public:
    /// Opens or begins `path` (of `size` bytes in the end) and its list of finished ranges beside it.
    /// conflict when another program is downloading the same file now. Makes missing folders.
    static Result<std::unique_ptr<RangeFile>> open(const std::filesystem::path& path, std::int64_t size,
                                                   std::int64_t range_size);
    RangeFile(const RangeFile&) = delete;
    RangeFile& operator=(const RangeFile&) = delete;
    /// Closes; the files stay.
    ~RangeFile();

    [[nodiscard]] std::vector<ByteRange> missing() const;
    Result<> write(std::int64_t offset, std::string_view bytes);
    /// Writes down that this range is there.
    Result<> finish(const ByteRange& range);
    /// Takes the file and its list away.
    void remove();
    /// Takes only the list away: the file is whole.
    void remove_list();

  private:
    RangeFile() = default;

    std::filesystem::path path_;
    std::filesystem::path list_path_;
    int file_ = -1;
    int list_ = -1;
    std::int64_t size_ = 0;
    std::int64_t range_size_ = 0;
    std::vector<bool> done_;
};

} // namespace bifrost::client
