#pragma once
// How far it is: bytes, rate and time left on one line of standard error.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace bifrost::client {

/// "1.5 GB"; decimal units.
std::string size_text(std::int64_t bytes);

/// Thread-safe. Draws nothing in its first second, and nothing at all when standard error is no terminal.
class Progress {
  public:
    explicit Progress(std::string label);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    /// Removes the line.
    ~Progress();

    /// More bytes turned out to be part of the work.
    void expect(std::int64_t bytes);
    /// So many of them are done.
    void advance(std::int64_t bytes);

    /// The line as it would be drawn after `elapsed`, at most `width` columns.
    static std::string line(const std::string& label, std::int64_t done, std::int64_t total,
                            std::chrono::milliseconds elapsed, std::size_t width);

  private:
    void draw();

    std::string label_;
    bool shown_;
    bool drawn_ = false;
    std::mutex mutex_;
    std::int64_t done_ = 0;
    std::int64_t total_ = 0;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point drawn_at_{};
};

} // namespace bifrost::client
