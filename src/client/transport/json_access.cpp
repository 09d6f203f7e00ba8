#include "client/transport/json_access.hpp"

namespace bifrost::client {

const boost::json::value* find_member(const boost::json::value& value, std::string_view name) {
    const auto* object = value.if_object();
    if (object == nullptr) return nullptr;
    const auto* member = object->if_contains({name.data(), name.size()});
    return member == nullptr || member->is_null() ? nullptr : member;
}

const boost::json::value* find_path(const boost::json::value& value, std::string_view dotted) {
    const boost::json::value* at = &value;
    while (at != nullptr) {
        const auto dot = dotted.find('.');
        at = find_member(*at, dotted.substr(0, dot));
        if (dot == std::string_view::npos) return at;
        dotted.remove_prefix(dot + 1);
    }
    return nullptr;
}

std::optional<std::string> find_text(const boost::json::value& value, std::string_view name) {
    const auto* member = find_member(value, name);
    const auto* text = member == nullptr ? nullptr : member->if_string();
    if (text == nullptr) return std::nullopt;
    return std::string{text->data(), text->size()};
}

std::string text_or(const boost::json::value& value, std::string_view name, std::string fallback) {
    auto text = find_text(value, name);
    return text ? std::move(*text) : std::move(fallback);
}

std::int64_t integer_or(const boost::json::value& value, std::string_view name, std::int64_t fallback) {
    const auto* member = find_member(value, name);
    if (member == nullptr) return fallback;
    if (const auto* number = member->if_int64()) return *number;
    if (const auto* number = member->if_uint64()) return static_cast<std::int64_t>(*number);
    return fallback;
}

bool boolean_or(const boost::json::value& value, std::string_view name, bool fallback) {
    const auto* member = find_member(value, name);
    const auto* flag = member == nullptr ? nullptr : member->if_bool();
    return flag == nullptr ? fallback : *flag;
}

const boost::json::array& array_of(const boost::json::value& value, std::string_view name) {
    static const boost::json::array none;
    const auto* member = find_member(value, name);
    const auto* array = member == nullptr ? nullptr : member->if_array();
    return array == nullptr ? none : *array;
}

Result<std::string> get_text(const boost::json::value& value, std::string_view name) {
    if (auto text = find_text(value, name)) return std::move(*text);
    return Error{Errc::internal, "The server's answer lacks \"" + std::string(name) +
                                     "\"; are the server and this program of the same release?"};
}

} // namespace bifrost::client
