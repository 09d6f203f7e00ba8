#include "client/transfer/progress.hpp"

#include <cstdio>

#include <sys/ioctl.h>
#include <unistd.h>

namespace bifrost::client {
namespace {

std::string time_text(std::int64_t seconds) {
    char text[32];
    if (seconds >= 3600)
        std::snprintf(text, sizeof text, "%ldh%02ldm", seconds / 3600, seconds / 60 % 60);
    else
        std::snprintf(text, sizeof text, "%ldm%02lds", seconds / 60, seconds % 60);
    return text;
}

std::size_t terminal_width() {
    struct winsize size {};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

} // namespace

std::string size_text(std::int64_t bytes) {
    static constexpr const char* units[] = {"B", "kB", "MB", "GB", "TB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 999.95 && unit < 4) {
        value /= 1000;
        ++unit;
    }
    char text[32];
    std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return text;
}

Progress::Progress(std::string label) : label_(std::move(label)), shown_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void Progress::expect(std::int64_t bytes) {
    const std::scoped_lock lock{mutex_};
    total_ += bytes;
}

void Progress::advance(std::int64_t bytes) {
    const std::scoped_lock lock{mutex_};
    done_ += bytes;
    if (shown_) draw();
}

std::string Progress::line(const std::string& label, std::int64_t done, std::int64_t total,
                           std::chrono::milliseconds elapsed, std::size_t width) {
    const double seconds = static_cast<double>(elapsed.count()) / 1000;
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    const double share =
        total > 0 ? std::min(1.0, static_cast<double>(done) / static_cast<double>(total)) : 0;
    std::string right = " " + std::to_string(static_cast<int>(share * 100)) + "%  " + size_text(done) +
                        " of " + size_text(total) + "  " + size_text(static_cast<std::int64_t>(rate)) + "/s";
    if (rate > 0 && total > done)
        right += "  " + time_text(static_cast<std::int64_t>(static_cast<double>(total - done) / rate) + 1) +
                 " left";
    std::string text = label + " ";
    if (const std::size_t used = text.size() + right.size() + 2; used + 8 <= width) {
        const std::size_t length = std::min<std::size_t>(width - used, 40);
        const auto full = static_cast<std::size_t>(share * static_cast<double>(length));
        text += "[" + std::string(full, '#') + std::string(length - full, '.') + "]";
    }
    return (text + right).substr(0, width);
}

void Progress::draw() {
    using namespace std::chrono_literals;
    const auto now = std::chrono::steady_clock::now();
    if (now - began_ < 1s || now - drawn_at_ < 100ms) return;
    drawn_at_ = now;
    drawn_ = true;
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_);
    std::fputs(("\r" + line(label_, done_, total_, elapsed, terminal_width() - 1) + "\x1b[K").c_str(),
               stderr);
}

} // namespace bifrost::client
