#include "media/program_words.hpp"

namespace bifrost::media {
namespace {

constexpr std::size_t kMost = 300;

/// Without the words that hold a slash.
std::string without_paths(std::string_view line) {
    std::string text;
    while (!line.empty()) {
        const std::size_t end = line.find(' ');
        const std::string_view word = line.substr(0, end);
        if (word.find('/') == std::string_view::npos && !word.empty()) {
            if (!text.empty()) text += ' ';
            text += word;
        }
        line = end == std::string_view::npos ? std::string_view{} : line.substr(end + 1);
    }
    return text;
}

bool is_chatter(std::string_view line) {
    return line.find("VIPS-INFO") != std::string_view::npos ||
           line.find("VIPS-WARNING") != std::string_view::npos ||
           line.find("unable to thumbnail") != std::string_view::npos ||
           line.find("unable to write to target") != std::string_view::npos;
}

} // namespace

std::string program_words(std::string_view errors) {
    std::string last;
    while (!errors.empty()) {
        const std::size_t end = errors.find('\n');
        const std::string_view line = errors.substr(0, end);
        if (!is_chatter(line)) {
            std::string text = without_paths(line);
            if (!text.empty()) last = std::move(text);
        }
        errors = end == std::string_view::npos ? std::string_view{} : errors.substr(end + 1);
    }
    for (char& c : last)
        if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) > '~') c = '?';
    return last.empty() ? "it can't be read" : last.substr(0, kMost);
}

} // namespace bifrost::media
