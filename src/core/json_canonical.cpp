// Canonical JSON (RFC 8785), so that equal values have equal text on every machine and database.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"

namespace bifrost::json {
namespace {

/// Compares as UTF-16 code units do (RFC 8785, 3.2.3): code points above U+FFFF sort before U+E000–U+FFFF.
bool utf16_less(std::string_view a, std::string_view b) {
    std::size_t i = 0;
    while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
    if (i == a.size() || i == b.size()) return a.size() < b.size();
    const auto x = static_cast<unsigned char>(a[i]);
    const auto y = static_cast<unsigned char>(b[i]);
    const bool x_surrogate = x >= 0xF0;
    const bool y_surrogate = y >= 0xF0;
    if (x_surrogate != y_surrogate && (x_surrogate ? y : x) >= 0xEE) return x_surrogate;
    return x < y;
}

/// ECMAScript's Number::toString, which RFC 8785 asks for.
void append_double(std::string& out, double value) {
    if (value == 0) {
        out += '0';
        return;
    }
    char text[40];
    const double size = std::fabs(value);
    const bool plain = size >= 1e-6 && size < 1e21;
    const auto end = plain ? std::to_chars(text, text + sizeof text, value, std::chars_format::fixed)
                           : std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
    std::string_view shortest{text, static_cast<std::size_t>(end.ptr - text)};
    if (plain) {
        out += shortest;
        return;
    }
    // to_chars writes 1e+05 and 1e-07; ECMAScript has no leading zeros in the exponent.
    const std::size_t e = shortest.find('e');
    out += shortest.substr(0, e + 2);
    std::string_view exponent = shortest.substr(e + 2);
    while (exponent.size() > 1 && exponent.front() == '0') exponent.remove_prefix(1);
    out += exponent;
}

void append(std::string& out, const boost::json::value& value) {
    switch (value.kind()) {
    case boost::json::kind::null:
        out += "null";
        break;
    case boost::json::kind::bool_:
        out += value.get_bool() ? "true" : "false";
        break;
    case boost::json::kind::int64:
        detail::append_number(out, value.get_int64());
        break;
    case boost::json::kind::uint64:
        detail::append_number(out, value.get_uint64());
        break;
    case boost::json::kind::double_:
        append_double(out, value.get_double());
        break;
    case boost::json::kind::string:
        append_string(out, {value.get_string().data(), value.get_string().size()});
        break;
    case boost::json::kind::array: {
        out += '[';
        bool first = true;
        for (const auto& item : value.get_array()) {
            if (!first) out += ',';
            first = false;
            append(out, item);
        }
        out += ']';
        break;
    }
    case boost::json::kind::object: {
        std::vector<const boost::json::key_value_pair*> members;
        for (const auto& member : value.get_object()) members.push_back(&member);
        std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) {
            return utf16_less({a->key().data(), a->key().size()}, {b->key().data(), b->key().size()});
        });
        out += '{';
        bool first = true;
        for (const auto* member : members) {
            if (!first) out += ',';
            first = false;
            append_string(out, {member->key().data(), member->key().size()});
            out += ':';
            append(out, member->value());
        }
        out += '}';
        break;
    }
    }
}

void merge(boost::json::value& target, const boost::json::value& patch) {
    if (!patch.is_object()) {
        target = patch;
        return;
    }
    if (!target.is_object()) target = boost::json::object{};
    for (const auto& member : patch.get_object()) {
        if (member.value().is_null())
            target.get_object().erase(member.key());
        else
            merge(target.get_object()[member.key()], member.value());
    }
}

} // namespace

Raw merge_patch(const Raw& target, const boost::json::value& patch) {
    boost::json::value merged = boost::json::parse(target.text);
    merge(merged, patch);
    return Raw{canonical(merged)};
}

std::string canonical(const boost::json::value& value) {
    std::string out;
    append(out, value);
    return out;
}

} // namespace bifrost::json
