#include "services/publish/frame_pattern.hpp"

#include <algorithm>

namespace bifrost::publish {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Where a number stands in a path.
struct Digits {
    std::size_t from = 0;
    std::size_t count = 0;
};

/// The last run of digits in the file's name whose value is the frame; only frames from 0 on have one.
std::optional<Digits> find_digits(const std::string& path, std::int64_t frame) {
    if (frame < 0) return std::nullopt;
    const std::string wanted = std::to_string(frame);
    const std::size_t name = path.rfind('/') + 1; // npos + 1 is 0
    for (std::size_t end = path.size(); end > name;) {
        if (!is_digit(path[end - 1])) {
            --end;
            continue;
        }
        std::size_t from = end;
        while (from > name && is_digit(path[from - 1])) --from;
        const std::size_t count = end - from;
        const std::size_t zeros = count > wanted.size() ? count - wanted.size() : 0;
        if (count >= wanted.size() && path.compare(from, zeros, std::string(zeros, '0')) == 0 &&
            path.compare(from + zeros, wanted.size(), wanted) == 0)
            return Digits{from, count};
        end = from;
    }
    return std::nullopt;
}

std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '%' ? "%%" : std::string(1, c);
    return out;
}

} // namespace

std::optional<std::string> find_pattern(const std::vector<FramedPath>& files) {
    if (files.empty()) return std::nullopt;
    const auto first = find_digits(files.front().path, files.front().frame);
    if (!first) return std::nullopt;
    const std::string before = files.front().path.substr(0, first->from);
    const std::string after = files.front().path.substr(first->from + first->count);
    // The narrowest number tells the padding: 0999 and 1000 are %04d, 999 and 1000 are %d.
    std::size_t width = first->count;
    for (const auto& file : files) {
        const auto digits = find_digits(file.path, file.frame);
        if (!digits || digits->from != before.size()) return std::nullopt;
        width = std::min(width, digits->count);
    }
    for (const auto& file : files) {
        std::string number = std::to_string(file.frame);
        if (number.size() < width) number.insert(0, width - number.size(), '0');
        if (file.path != before + number + after) return std::nullopt;
    }
    char padding[16];
    std::snprintf(padding, sizeof padding, width > 1 ? "%%0%zud" : "%%d", width);
    return escape(before) + padding + escape(after);
}

std::string frames_text(const std::vector<std::int64_t>& frames) {
    if (const auto range = frame_range_of(frames);
        range && range->count() == static_cast<std::int64_t>(frames.size()))
        return range->text();
    std::string text;
    for (std::size_t i = 0; i < frames.size();) {
        std::size_t last = i;
        while (last + 1 < frames.size() && frames[last + 1] == frames[last] + 1) ++last;
        text += (text.empty() ? "" : ",") + FrameRange{frames[i], frames[last], 1}.text();
        i = last + 1;
    }
    return text;
}

std::optional<FrameRange> frame_range_of(const std::vector<std::int64_t>& frames) {
    if (frames.empty()) return std::nullopt;
    FrameRange range{frames.front(), frames.back(), 1};
    if (frames.size() < 2) return range;
    const std::int64_t step = frames[1] - frames[0];
    for (std::size_t i = 1; i < frames.size(); ++i)
        if (frames[i] - frames[i - 1] != step) return range;
    range.step = std::max<std::int64_t>(step, 1);
    return range;
}

} // namespace bifrost::publish
