#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace bifrost::http {

/// Bytes read from a connection and not consumed yet, in one block that starts small and is given back when
/// it had to grow.
class InputBuffer {
  public:
    [[nodiscard]] std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
    [[nodiscard]] bool empty() const { return begin_ == end_; }
    [[nodiscard]] std::size_t size() const { return end_ - begin_; }

    /// Room for at least `least` bytes behind the content; valid until the next call of prepare() or
    /// release().
    char* prepare(std::size_t least) {
        if (begin_ == end_) begin_ = end_ = 0;
        if (capacity_ - end_ < least) grow(least);
        return data_.get() + end_;
    }
    [[nodiscard]] std::size_t room() const { return capacity_ - end_; }
    void commit(std::size_t size) { end_ += size; }
    void consume(std::size_t size) { begin_ += std::min(size, end_ - begin_); }
    void clear() { begin_ = end_; }

    /// Between requests: a block that grew is not kept for an idle connection.
    void release_if_large() {
        if (!empty() || capacity_ <= kKept) return;
        data_.reset();
        begin_ = end_ = capacity_ = 0;
    }

  private:
    static constexpr std::size_t kFirst = 2048;
    static constexpr std::size_t kKept = 8192;

    void grow(std::size_t least) {
        const std::size_t held = size();
        if (capacity_ - held < least) {
            const std::size_t capacity = std::max({kFirst, 2 * capacity_, held + least});
            std::unique_ptr<char[]> larger(
                new char[capacity]); // not make_unique: it would zero what recv overwrites
            if (held > 0) std::memcpy(larger.get(), data_.get() + begin_, held);
            data_ = std::move(larger);
            capacity_ = capacity;
        } else if (held > 0) {
            std::memmove(data_.get(), data_.get() + begin_, held);
        }
        begin_ = 0;
        end_ = held;
    }

    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace bifrost::http
