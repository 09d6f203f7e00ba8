#include "client/ingest/references.hpp"

#include <unordered_set>

#include <boost/regex.hpp>

namespace bifrost::client {
namespace {

/// Collects each value once, in order.
class Values {
  public:
    void add(std::string value) {
        if (!value.empty() && seen_.insert(value).second) values_.push_back(std::move(value));
    }
    std::vector<std::string> take() { return std::move(values_); }

  private:
    std::unordered_set<std::string> seen_;
    std::vector<std::string> values_;
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool ends_name(char c) { return is_space(c) || c == '=' || c == '>' || c == '/' || c == '<'; }

void append_utf8(std::string& out, unsigned long code) {
    const auto put = [&](unsigned long byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80)
        put(code);
    else if (code < 0x800)
        put(0xc0 | code >> 6), put(0x80 | (code & 0x3f));
    else if (code < 0x10000)
        put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
    else if (code < 0x110000)
        put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 0x3f)), put(0x80 | (code >> 6 & 0x3f)),
            put(0x80 | (code & 0x3f));
}

std::string without_entities(std::string_view value) {
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const auto semicolon = value[i] == '&' ? value.find(';', i) : std::string_view::npos;
        if (semicolon == std::string_view::npos || semicolon - i > 10) {
            out += value[i];
            continue;
        }
        const std::string_view name = value.substr(i + 1, semicolon - i - 1);
        if (name == "amp")
            out += '&';
        else if (name == "lt")
            out += '<';
        else if (name == "gt")
            out += '>';
        else if (name == "quot")
            out += '"';
        else if (name == "apos")
            out += '\'';
        else if (name.starts_with("#x"))
            append_utf8(out, std::strtoul(std::string(name.substr(2)).c_str(), nullptr, 16));
        else if (name.starts_with("#"))
            append_utf8(out, std::strtoul(std::string(name.substr(1)).c_str(), nullptr, 10));
        else
            out += value.substr(i, semicolon - i + 1);
        i = semicolon;
    }
    return out;
}

bool is_wanted(const std::vector<std::string>& wanted, std::string_view element, std::string_view attribute) {
    if (wanted.empty()) return true;
    for (const std::string_view one : wanted) {
        const auto at = one.find('@');
        if (at == std::string_view::npos ? one == attribute
                                         : one.substr(0, at) == element && one.substr(at + 1) == attribute)
            return true;
    }
    return false;
}

/// Reads the attributes of one element; `at` stands behind its name and moves behind its end.
void read_attributes(std::string_view text, std::size_t& at, std::string_view element,
                     const std::vector<std::string>& wanted, Values& values) {
    while (at < text.size() && text[at] != '>' && text[at] != '<') {
        while (at < text.size() && (is_space(text[at]) || text[at] == '/')) ++at;
        const std::size_t name_start = at;
        while (at < text.size() && !ends_name(text[at])) ++at;
        const std::string_view name = text.substr(name_start, at - name_start);
        while (at < text.size() && is_space(text[at])) ++at;
        if (at >= text.size() || text[at] != '=') {
            if (name.empty() && at < text.size() && text[at] != '>' && text[at] != '<') ++at;
            continue;
        }
        ++at;
        while (at < text.size() && is_space(text[at])) ++at;
        if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) continue;
        const auto close = text.find(text[at], at + 1);
        if (close == std::string_view::npos) {
            at = text.size();
            return;
        }
        if (is_wanted(wanted, element, name))
            values.add(without_entities(text.substr(at + 1, close - at - 1)));
        at = close + 1;
    }
}

} // namespace

std::vector<std::string> xml_attribute_values(std::string_view text, const std::vector<std::string>& wanted) {
    Values values;
    const auto skip_to = [&](std::size_t from, std::string_view end) {
        const auto found = text.find(end, from);
        return found == std::string_view::npos ? text.size() : found + end.size();
    };
    for (std::size_t at = text.find('<'); at < text.size(); at = text.find('<', at)) {
        const std::string_view rest = text.substr(at);
        if (rest.starts_with("<!--"))
            at = skip_to(at + 4, "-->");
        else if (rest.starts_with("<![CDATA["))
            at = skip_to(at + 9, "]]>");
        else if (rest.starts_with("<?"))
            at = skip_to(at + 2, "?>");
        else if (rest.starts_with("<!") || rest.starts_with("</"))
            at = skip_to(at + 2, ">");
        else {
            const std::size_t name_start = ++at;
            while (at < text.size() && !ends_name(text[at])) ++at;
            read_attributes(text, at, text.substr(name_start, at - name_start), wanted, values);
        }
    }
    return values.take();
}

std::vector<std::string> spm_texture_names(std::string_view bytes) {
    constexpr std::size_t kMaterials = 4 + 6 * 4;
    if (bytes.size() < kMaterials + 2 || !bytes.starts_with("SP") ||
        static_cast<unsigned char>(bytes[2]) >> 3 != 1)
        return {};
    const auto byte = [&](std::size_t at) {
        return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]));
    };
    const std::size_t count = byte(kMaterials) | byte(kMaterials + 1) << 8;
    Values values;
    std::size_t at = kMaterials + 2;
    for (std::size_t i = 0; i < count * 2 && at < bytes.size(); ++i) {
        const std::size_t length = byte(at);
        if (at + 1 + length > bytes.size()) break;
        values.add(std::string(bytes.substr(at + 1, length)));
        at += 1 + length;
    }
    return values.take();
}

Result<TextExpression> TextExpression::parse(std::string_view text) {
    const boost::regex expression{std::string(text), boost::regex::perl | boost::regex::no_except};
    if (expression.status() != 0)
        return Error{Errc::invalid, "The expression \"" + std::string(text) + "\" can't be read."};
    if (expression.mark_count() < 1)
        return Error{Errc::invalid, "The expression \"" + std::string(text) +
                                        "\" has no group; put what it shall find in parentheses."};
    TextExpression parsed;
    parsed.text_ = std::string(text);
    return parsed;
}

std::vector<std::string> TextExpression::values(std::string_view text) const {
    Values values;
    const boost::regex expression{text_};
    try {
        for (boost::cregex_iterator match{text.data(), text.data() + text.size(), expression}, end;
             match != end; ++match)
            values.add((*match)[1].str());
    } catch (const std::runtime_error&) {
        // Boost.Regex stops a search that grows beyond its bounds; what was found until then counts.
    }
    return values.take();
}

} // namespace bifrost::client
