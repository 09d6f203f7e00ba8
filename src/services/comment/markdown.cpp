#include "services/comment/markdown.hpp"

#include <algorithm>
#include <optional>

#include "core/text.hpp"

namespace bifrost::comment {
namespace {

void append_escaped(std::string& out, char c) {
    switch (c) {
    case '&':
        out += "&amp;";
        break;
    case '<':
        out += "&lt;";
        break;
    case '>':
        out += "&gt;";
        break;
    case '"':
        out += "&quot;";
        break;
    case '\'':
        out += "&#39;";
        break;
    default:
        out += c;
    }
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) append_escaped(out, c);
    return out;
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_safe_link(std::string_view url) {
    const std::string folded = fold_case(url);
    if (url.find_first_of(" \t\r\n\"'<>\\") != std::string_view::npos) return false;
    return folded.starts_with("http://") || folded.starts_with("https://") || folded.starts_with("mailto:");
}

std::string link(std::string_view url, const std::string& text) {
    return "<a href=\"" + escaped(url) + "\" rel=\"noopener noreferrer nofollow\">" + text + "</a>";
}

/// How far a mark may be from the one that closes it: looking for it must not cost the square of a long text.
constexpr std::size_t kLongest = 4000;

/// What stands between two of `mark`, from `at` on; nothing when it is never closed or empty.
std::optional<std::string_view> between(std::string_view text, std::size_t at, std::string_view mark) {
    if (text.substr(at, mark.size()) != mark) return std::nullopt;
    const std::size_t begin = at + mark.size();
    if (begin >= text.size() || text[begin] == ' ') return std::nullopt;
    const std::size_t found = text.substr(begin, kLongest).find(mark);
    if (found == std::string_view::npos || found == 0) return std::nullopt;
    const std::size_t end = begin + found;
    return text.substr(begin, end - begin);
}

struct Span {
    std::string_view mark;
    std::string_view tag;
};
constexpr Span kSpans[] = {{"**", "strong"}, {"__", "strong"}, {"~~", "del"}, {"*", "em"}, {"_", "em"}};
constexpr int kMostDepth = 8;

std::string inline_html(std::string_view text, int depth);

/// "[text](url)" from `at` on; how long it is goes to `length`.
std::optional<std::string> read_link(std::string_view text, std::size_t at, int depth, std::size_t& length) {
    if (text[at] != '[') return std::nullopt;
    const auto near = text.substr(0, std::min(text.size(), at + kLongest));
    const std::size_t close = near.find("](", at);
    if (close == std::string_view::npos) return std::nullopt;
    const std::size_t end = near.find(')', close);
    if (end == std::string_view::npos) return std::nullopt;
    const auto url = text.substr(close + 2, end - close - 2);
    if (!is_safe_link(url)) return std::nullopt;
    length = end + 1 - at;
    return link(url, inline_html(text.substr(at + 1, close - at - 1), depth + 1));
}

/// A bare address from `at` on.
std::optional<std::string_view> read_address(std::string_view text, std::size_t at) {
    if (at > 0 && is_word(text[at - 1])) return std::nullopt;
    const auto rest = text.substr(at);
    if (!rest.starts_with("https://") && !rest.starts_with("http://")) return std::nullopt;
    std::size_t end = std::min(rest.find_first_of(" \t\r\n<>\"'`*"), rest.size());
    while (end > 0 && std::string_view(".,;:!?)").find(rest[end - 1]) != std::string_view::npos) --end;
    return is_safe_link(rest.substr(0, end)) ? std::optional(rest.substr(0, end)) : std::nullopt;
}

std::string inline_html(std::string_view text, int depth) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (const auto code = between(text, at, "`")) {
            out += "<code>" + escaped(*code) + "</code>";
            at += code->size() + 2;
            continue;
        }
        std::size_t length = 0;
        if (depth < kMostDepth) {
            if (auto found = read_link(text, at, depth, length)) {
                out += *found;
                at += length;
                continue;
            }
            const auto* span = std::find_if(std::begin(kSpans), std::end(kSpans), [&](const Span& one) {
                const bool inside_word = one.mark[0] == '_' && at > 0 && is_word(text[at - 1]);
                return !inside_word && between(text, at, one.mark).has_value();
            });
            if (span != std::end(kSpans)) {
                const auto inner = *between(text, at, span->mark);
                out += "<" + std::string(span->tag) + ">" + inline_html(inner, depth + 1) + "</" +
                       std::string(span->tag) + ">";
                at += inner.size() + 2 * span->mark.size();
                continue;
            }
        }
        if (const auto address = read_address(text, at)) {
            out += link(*address, escaped(*address));
            at += address->size();
            continue;
        }
        append_escaped(out, text[at++]);
    }
    return out;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.push_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

bool is_fence(std::string_view line) { return line.starts_with("```"); }

std::size_t heading_level(std::string_view line) {
    const std::size_t level = std::min(line.find_first_not_of('#'), line.size());
    return level >= 1 && level <= 6 && level < line.size() && line[level] == ' ' ? level : 0;
}

/// What stands behind "- ", "* " or "1. "; `ordered` says which.
std::optional<std::string_view> list_item(std::string_view line, bool& ordered) {
    ordered = false;
    if (line.starts_with("- ") || line.starts_with("* ")) return line.substr(2);
    const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
    if (digits < 1 || digits > 9 || line.substr(digits, 2) != ". ") return std::nullopt;
    ordered = true;
    return line.substr(digits + 2);
}

/// 0: no check box, 1: empty, 2: checked.
int check_of(std::string_view item) {
    if (item.starts_with("[ ] ")) return 1;
    return item.starts_with("[x] ") || item.starts_with("[X] ") ? 2 : 0;
}

class Renderer {
  public:
    std::string run(std::string_view text) {
        for (const auto line : lines_of(text)) take(line);
        close();
        if (in_code_) out_ += "</code></pre>";
        return std::move(out_);
    }

  private:
    void take(std::string_view line) {
        if (in_code_ || is_fence(line)) return take_code(line);
        bool ordered = false;
        if (const auto item = list_item(line, ordered)) return take_item(*item, ordered);
        if (const std::size_t level = heading_level(line); level > 0) {
            close();
            const std::string tag = "h" + std::to_string(level);
            out_ += "<" + tag + ">" + inline_html(line.substr(level + 1), 0) + "</" + tag + ">";
            return;
        }
        if (line.starts_with(">")) {
            const auto rest = line.substr(line.starts_with("> ") ? 2 : 1);
            return take_text("blockquote", rest);
        }
        if (line.find_first_not_of(" \t") == std::string_view::npos) return close();
        take_text("p", line);
    }
    void take_code(std::string_view line) {
        if (is_fence(line)) {
            close();
            out_ += in_code_ ? "</code></pre>" : "<pre><code>";
            in_code_ = !in_code_;
            return;
        }
        out_ += escaped(line) + "\n";
    }
    void take_item(std::string_view item, bool ordered) {
        open(ordered ? "ol" : "ul");
        const int check = check_of(item);
        out_ += "<li>";
        if (check > 0)
            out_ += check == 2 ? "<input type=\"checkbox\" disabled checked> "
                               : "<input type=\"checkbox\" disabled> ";
        out_ += inline_html(check > 0 ? item.substr(4) : item, 0) + "</li>";
    }
    void take_text(std::string_view tag, std::string_view line) {
        const bool goes_on = open_ == tag;
        open(tag);
        if (goes_on) out_ += "<br>";
        out_ += inline_html(line, 0);
    }
    void open(std::string_view tag) {
        if (open_ == tag) return;
        close();
        open_ = tag;
        out_ += "<" + open_ + ">";
    }
    void close() {
        if (!open_.empty()) out_ += "</" + open_ + ">";
        open_.clear();
    }

    std::string out_;
    std::string open_; ///< the block that is not closed yet
    bool in_code_ = false;
};

/// Calls `each` with where the character between the brackets of each check box stands.
template <class F>
void each_check(std::string_view text, F&& each) {
    bool in_code = false;
    std::size_t start = 0;
    for (const auto line : lines_of(text)) {
        start = static_cast<std::size_t>(line.data() - text.data());
        if (is_fence(line)) in_code = !in_code;
        bool ordered = false;
        const auto item = in_code ? std::nullopt : list_item(line, ordered);
        if (item && check_of(*item) > 0)
            each(start + static_cast<std::size_t>(item->data() - line.data()) + 1);
    }
}

} // namespace

std::string render_markdown(std::string_view text) { return Renderer().run(text); }

std::vector<std::string> find_mentions(std::string_view text) {
    std::vector<std::string> found;
    bool in_code = false;
    for (const auto line : lines_of(text)) {
        if (is_fence(line)) in_code = !in_code;
        bool in_span = in_code;
        for (std::size_t at = 0; at < line.size(); ++at) {
            if (line[at] == '`') in_span = !in_span;
            if (in_span || line[at] != '@' || (at > 0 && (is_word(line[at - 1]) || line[at - 1] == '.')))
                continue;
            std::size_t end = at + 1;
            while (end < line.size() && is_word(line[end])) ++end;
            const auto code = fold_code(line.substr(at + 1, end - at - 1));
            if (code && std::find(found.begin(), found.end(), *code) == found.end()) found.push_back(*code);
            at = end - 1;
        }
    }
    return found;
}

std::string set_check(std::string_view text, std::size_t index, bool checked) {
    std::string out(text);
    std::size_t number = 0;
    each_check(text, [&](std::size_t at) {
        if (number++ == index) out[at] = checked ? 'x' : ' ';
    });
    return out;
}

std::size_t count_checks(std::string_view text) {
    std::size_t count = 0;
    each_check(text, [&](std::size_t) { ++count; });
    return count;
}

} // namespace bifrost::comment
