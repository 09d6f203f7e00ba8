#include "services/csv/sheet.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "core/text.hpp"

namespace bifrost::csv {
namespace {

constexpr std::size_t kMostRows = 50'000;
constexpr std::size_t kMostColumns = 200;
constexpr std::size_t kMostErrors = 100;

/// Windows-1252 from 0x80 to 0x9F; 0: no character.
constexpr std::array<char32_t, 32> kWindows = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

void append_utf8(std::string& out, char32_t code) {
    const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | (code >> 6));
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | (code >> 12));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | (code >> 18));
        put(0x80 | ((code >> 12) & 0x3F));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

std::string from_windows(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 8);
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        const bool special = value >= 0x80 && value < 0xA0;
        // What is no character there becomes no UTF-8, so that its row is named later.
        if (special && kWindows.at(value - 0x80U) == 0)
            out += byte;
        else
            append_utf8(out, special ? kWindows.at(value - 0x80U) : value);
    }
    return out;
}

std::string from_utf16(std::string_view bytes, bool big_endian) {
    std::string out;
    const auto unit = [&](std::size_t at) {
        const auto first = static_cast<unsigned char>(bytes[at]);
        const auto second = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<char32_t>(big_endian ? first << 8 | second : second << 8 | first);
    };
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
        const char32_t one = unit(at);
        if (one < 0xD800 || one > 0xDFFF) {
            append_utf8(out, one);
            continue;
        }
        const char32_t two = at + 3 < bytes.size() ? unit(at + 2) : 0;
        if (one < 0xDC00 && two >= 0xDC00 && two <= 0xDFFF) {
            append_utf8(out, 0x10000 + ((one - 0xD800) << 10) + (two - 0xDC00));
            at += 2;
        } else {
            out += '\xFF'; // half of a pair: named with its row
        }
    }
    if (bytes.size() % 2 != 0) out += '\xFF';
    return out;
}

std::string decoded(std::string_view bytes, const std::string& encoding) {
    const auto begins = [&](std::string_view mark) { return bytes.starts_with(mark); };
    if (encoding.empty() || encoding == "utf-16") {
        if (begins("\xFF\xFE")) return from_utf16(bytes.substr(2), false);
        if (begins("\xFE\xFF")) return from_utf16(bytes.substr(2), true);
    }
    if (encoding == "utf-16") return from_utf16(bytes, false);
    if (encoding == "windows-1252") return from_windows(bytes);
    if (begins("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    return std::string(bytes);
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

char delimiter_of(std::string_view text) {
    std::array<std::pair<char, std::size_t>, 3> counts{{{',', 0}, {';', 0}, {'\t', 0}}};
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (!quoted && c == '\n') break;
        for (auto& [delimiter, count] : counts)
            if (!quoted && c == delimiter) ++count;
    }
    return std::max_element(counts.begin(), counts.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
}

class Parser {
  public:
    Parser(std::string_view text, char delimiter, std::string_view encoding)
        : text_(text), delimiter_(delimiter), encoding_(encoding) {}

    Result<Sheet> run() {
        while (at_ < text_.size() && errors_.size() < kMostErrors && sheet_.rows.size() <= kMostRows) {
            ++row_;
            auto cells = read_row();
            if (std::all_of(cells.begin(), cells.end(), [](const auto& cell) { return cell.empty(); }))
                continue;
            check_encoding(cells);
            if (sheet_.header.empty())
                take_header(std::move(cells));
            else
                take_row(std::move(cells));
        }
        if (sheet_.header.empty() && errors_.empty()) errors_.push_back({"/row/1", "must hold the headings"});
        if (sheet_.rows.size() > kMostRows)
            errors_.push_back({"", "has more than 50,000 rows; import it in parts"});
        if (!errors_.empty()) {
            Error error{Errc::invalid, "The table can't be read; nothing was changed."};
            error.fields = std::move(errors_);
            return error;
        }
        sheet_.delimiter = delimiter_;
        return std::move(sheet_);
    }

  private:
    void error(std::string detail) { errors_.push_back({"/row/" + std::to_string(row_), std::move(detail)}); }

    std::vector<std::string> read_row() {
        std::vector<std::string> cells;
        for (;;) {
            cells.push_back(read_cell());
            if (at_ < text_.size() && text_[at_] == delimiter_) {
                ++at_;
                continue;
            }
            if (text_.substr(at_, 2) == "\r\n")
                at_ += 2;
            else if (at_ < text_.size())
                ++at_;
            return cells;
        }
    }

    /// Leaves at_ on what ends the cell: a delimiter, a line's end or the end of the text.
    std::string read_cell() {
        std::size_t first = at_;
        while (first < text_.size() && text_[first] == ' ') ++first;
        if (first < text_.size() && text_[first] == '"') {
            at_ = first;
            return read_quoted();
        }
        const std::size_t end = end_of_cell(at_);
        const auto cell = text_.substr(at_, end - at_);
        at_ = end;
        if (cell.find('"') != std::string_view::npos)
            error("has a quote inside a cell that doesn't begin with one; put the cell in quotes and double "
                  "the one inside");
        return std::string(trimmed(cell));
    }

    [[nodiscard]] std::size_t end_of_cell(std::size_t at) const {
        while (at < text_.size() && text_[at] != delimiter_ && text_[at] != '\n' && text_[at] != '\r') ++at;
        return at;
    }

    std::string read_quoted() {
        std::string cell;
        for (++at_;; ++at_) {
            const auto quote = text_.find('"', at_);
            if (quote == std::string_view::npos) {
                error("opens a quote that never closes");
                at_ = text_.size();
                return {};
            }
            cell += text_.substr(at_, quote - at_);
            at_ = quote + 1;
            if (at_ >= text_.size() || text_[at_] != '"') break;
            cell += '"';
        }
        const std::size_t end = end_of_cell(at_);
        if (!trimmed(text_.substr(at_, end - at_)).empty()) error("has text behind a closing quote");
        at_ = end;
        return std::string(trimmed(cell));
    }

    void check_encoding(const std::vector<std::string>& cells) {
        for (const auto& cell : cells) {
            if (!is_utf8(cell)) {
                if (encoding_.empty() || encoding_ == "utf-8")
                    error("is not UTF-8; if the table is of an old Windows program, give "
                          "encoding=windows-1252");
                else
                    error("is not " + std::string(encoding_));
                return;
            }
            if (has_control_characters(cell, true)) {
                error("has control characters, as tables in UTF-16 have; save it as UTF-8 or give "
                      "encoding=utf-16");
                return;
            }
        }
    }

    void take_header(std::vector<std::string> cells) {
        while (!cells.empty() && cells.back().empty()) cells.pop_back();
        std::set<std::string> seen;
        for (const auto& heading : cells) {
            if (heading.empty())
                error("has a column without a heading");
            else if (!seen.insert(fold_case(heading)).second)
                error("has the heading '" + heading.substr(0, 100) + "' twice");
        }
        if (cells.size() > kMostColumns) error("has more than 200 columns");
        sheet_.header = std::move(cells);
    }

    void take_row(std::vector<std::string> cells) {
        while (cells.size() > sheet_.header.size() && cells.back().empty()) cells.pop_back();
        if (cells.size() > sheet_.header.size())
            error("has " + std::to_string(cells.size()) + " cells, and there are " +
                  std::to_string(sheet_.header.size()) +
                  " headings; a cell with a delimiter in it needs quotes");
        cells.resize(sheet_.header.size());
        sheet_.rows.push_back({row_, std::move(cells)});
    }

    std::string_view text_;
    char delimiter_;
    std::string_view encoding_;
    std::size_t at_ = 0;
    std::size_t row_ = 0;
    Sheet sheet_;
    std::vector<FieldError> errors_;
};

} // namespace

Result<Sheet> read_sheet(std::string_view bytes, const SheetOptions& options) {
    const std::string text = decoded(bytes, options.encoding);
    return Parser(text, options.delimiter.value_or(delimiter_of(text)), options.encoding).run();
}

std::string written_cell(std::string_view text, char delimiter) {
    const bool plain = text.find_first_of("\"\r\n") == std::string_view::npos &&
                       text.find(delimiter) == std::string_view::npos && trimmed(text).size() == text.size();
    if (plain) return std::string(text);
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

std::string pointer_of(std::size_t row, std::string_view heading) {
    std::string out = "/row/" + std::to_string(row);
    if (heading.empty()) return out;
    out += '/';
    for (const char c : heading) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

} // namespace bifrost::csv
