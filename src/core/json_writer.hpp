#pragma once
// JSON out: one small writer over Boost.Describe. BOOST_DESCRIBE_STRUCT on a type is all that it needs.

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include "core/id.hpp"
#include "core/timestamp.hpp"

namespace bifrost::json {

/// Text that is JSON already, such as a metadata column; written as it is.
struct Raw {
    std::string text = "{}";
    bool operator==(const Raw&) const = default;
};

/// Appends `text` as a JSON string (RFC 8259), quotes included.
void append_string(std::string& out, std::string_view text);

template <class T>
void write(std::string& out, const T& value);

namespace detail {

template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_text_map : std::false_type {};
template <class T>
struct is_text_map<std::map<std::string, T>> : std::true_type {};

template <class Number>
void append_number(std::string& out, Number value) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value);
    out.append(text, static_cast<std::size_t>(end.ptr - text));
}

/// `,"name":`
std::string member_key(std::string_view name);

template <class T>
void write_members(std::string& out, const T& value, bool& first) {
    using Members =
        boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;
    boost::mp11::mp_for_each<Members>([&](auto member) {
        // Made once a member, to be appended in one piece.
        static const std::string key = member_key(member.name);
        out.append(key, first ? 1 : 0, std::string::npos);
        first = false;
        write(out, value.*member.pointer);
    });
}

} // namespace detail

template <class T>
void write(std::string& out, const T& value) {
    if constexpr (std::same_as<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::integral<T>) {
        detail::append_number(out, value);
    } else if constexpr (std::floating_point<T>) {
        // JSON has no infinities; a value that isn't finite is absent.
        if (std::isfinite(value))
            detail::append_number(out, value);
        else
            out += "null";
    } else if constexpr (std::same_as<T, Raw>) {
        out += value.text;
    } else if constexpr (std::same_as<T, Id>) {
        out += '"';
        value.append_to(out);
        out += '"';
    } else if constexpr (std::same_as<T, Timestamp>) {
        out += '"';
        out += value.text();
        out += '"';
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
        append_string(out, value);
    } else if constexpr (detail::is_optional<T>::value) {
        if (value)
            write(out, *value);
        else
            out += "null";
    } else if constexpr (detail::is_vector<T>::value) {
        out += '[';
        bool first = true;
        for (const auto& item : value) {
            if (!first) out += ',';
            first = false;
            write(out, item);
        }
        out += ']';
    } else if constexpr (detail::is_text_map<T>::value) {
        out += '{';
        bool first = true;
        for (const auto& [key, item] : value) {
            if (!first) out += ',';
            first = false;
            append_string(out, key);
            out += ':';
            write(out, item);
        }
        out += '}';
    } else {
        static_assert(boost::describe::has_describe_members<T>::value,
                      "BOOST_DESCRIBE_STRUCT is missing for this type");
        out += '{';
        bool first = true;
        detail::write_members(out, value, first);
        out += '}';
    }
}

template <class T>
std::string to_json(const T& value) {
    std::string out;
    write(out, value);
    return out;
}

/// Writes an object member by member, for answers that have no type of their own.
class ObjectWriter {
  public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
    ObjectWriter(const ObjectWriter&) = delete;
    ObjectWriter& operator=(const ObjectWriter&) = delete;
    ~ObjectWriter() { out_ += '}'; }

    template <class T>
    ObjectWriter& member(std::string_view name, const T& value) {
        if (!first_) out_ += ',';
        first_ = false;
        append_string(out_, name);
        out_ += ':';
        write(out_, value);
        return *this;
    }
    /// The described members of `value` among this object's own.
    template <class T>
    ObjectWriter& members_of(const T& value) {
        detail::write_members(out_, value, first_);
        return *this;
    }

  private:
    std::string& out_;
    bool first_ = true;
};

} // namespace bifrost::json
