#include "core/json_reader.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>

#include "core/text.hpp"

namespace bifrost::json {
namespace {

constexpr std::size_t kMostObjectBytes = 64 * 1024;

std::string escape_pointer(std::string_view key) {
    std::string out;
    for (const char c : key) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

/// What is wrong with a text, or nothing.
std::optional<std::string> text_fault(std::string_view text, const TextLimits& limits) {
    const std::size_t length = utf8_length(text);
    if (length < limits.least) return limits.least == 1 ? "must not be empty" : "is too short";
    if (length > limits.most) return "is longer than " + std::to_string(limits.most) + " characters";
    if (has_control_characters(text, limits.lines)) return "must not hold control characters";
    return std::nullopt;
}

} // namespace

Result<boost::json::value> parse(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = 32;
    boost::json::error_code error;
    boost::json::value value = boost::json::parse({text.data(), text.size()}, error, {}, options);
    if (error) return Error{Errc::malformed, "The body is not valid JSON: " + error.message() + "."};
    return value;
}

Reader::Reader(const boost::json::value& value, std::string pointer) : pointer_(std::move(pointer)) {
    object_ = value.if_object();
    if (object_ == nullptr) errors_.push_back({pointer_, "must be an object"});
}

std::string Reader::pointer(std::string_view key) const { return pointer_ + "/" + escape_pointer(key); }

void Reader::add_error(std::string_view key, std::string detail) {
    errors_.push_back({pointer(key), std::move(detail)});
}

void Reader::add_item_error(std::string_view key, std::size_t index, std::string detail) {
    errors_.push_back({pointer(key) + "/" + std::to_string(index), std::move(detail)});
}

void Reader::refuse_null(std::initializer_list<std::string_view> keys) {
    for (const auto key : keys)
        if (is_null(key)) add_error(key, "must not be null");
}

bool Reader::has(std::string_view key) const {
    return object_ != nullptr && object_->find({key.data(), key.size()}) != object_->end();
}

bool Reader::is_null(std::string_view key) const {
    if (object_ == nullptr) return false;
    const auto found = object_->find({key.data(), key.size()});
    return found != object_->end() && found->value().is_null();
}

const boost::json::value* Reader::find(std::string_view key) {
    known_.push_back(key);
    if (object_ == nullptr) return nullptr;
    const auto found = object_->find({key.data(), key.size()});
    return found == object_->end() || found->value().is_null() ? nullptr : &found->value();
}

const boost::json::value* Reader::member(std::string_view key) { return find(key); }

std::optional<std::string> Reader::optional_text(std::string_view key, TextLimits limits) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    const auto* text = value->if_string();
    if (text == nullptr) {
        add_error(key, "must be a text");
        return std::nullopt;
    }
    if (const auto fault = text_fault({text->data(), text->size()}, limits)) {
        add_error(key, *fault);
        return std::nullopt;
    }
    return std::string(text->data(), text->size());
}

std::string Reader::text(std::string_view key, TextLimits limits) {
    const std::size_t before = errors_.size();
    auto value = optional_text(key, limits);
    if (!value && errors_.size() == before && object_ != nullptr) add_error(key, "is required");
    return value.value_or(std::string{});
}

std::optional<std::string> Reader::optional_code(std::string_view key) {
    const auto typed = optional_text(key, {1, 64, false});
    if (!typed) return std::nullopt;
    if (!fold_code(*typed)) {
        add_error(key, "must be 1 to 64 letters, digits, '_' or '-', beginning with a letter or digit");
        return std::nullopt;
    }
    return typed;
}

std::string Reader::code(std::string_view key) {
    const std::size_t before = errors_.size();
    auto value = optional_code(key);
    if (!value && errors_.size() == before && object_ != nullptr) add_error(key, "is required");
    return value.value_or(std::string{});
}

std::optional<std::string> Reader::optional_choice(std::string_view key,
                                                   const std::vector<std::string_view>& choices) {
    auto value = optional_text(key);
    if (!value || std::find(choices.begin(), choices.end(), *value) != choices.end()) return value;
    std::string list;
    for (const auto choice : choices) list += (list.empty() ? "" : ", ") + std::string(choice);
    add_error(key, "must be one of " + list);
    return std::nullopt;
}

std::optional<std::int64_t> Reader::optional_integer(std::string_view key, std::int64_t least,
                                                     std::int64_t most) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    std::optional<std::int64_t> number;
    if (value->is_int64()) number = value->get_int64();
    if (value->is_uint64() && value->get_uint64() <= static_cast<std::uint64_t>(INT64_MAX))
        number = static_cast<std::int64_t>(value->get_uint64());
    if (value->is_double()) {
        // 5.0 is an integer in JSON; 2^53 is where doubles stop telling integers apart.
        const double real = value->get_double();
        if (std::floor(real) == real && std::fabs(real) < 9007199254740992.0)
            number = static_cast<std::int64_t>(real);
    }
    if (!number && !value->is_uint64()) {
        add_error(key, "must be an integer");
        return std::nullopt;
    }
    if (!number || *number < least || *number > most) {
        add_error(key, "must be between " + std::to_string(least) + " and " + std::to_string(most));
        return std::nullopt;
    }
    return number;
}

std::int64_t Reader::integer(std::string_view key, std::int64_t least, std::int64_t most) {
    const std::size_t before = errors_.size();
    const auto value = optional_integer(key, least, most);
    if (!value && errors_.size() == before && object_ != nullptr) add_error(key, "is required");
    return value.value_or(0);
}

std::optional<double> Reader::optional_number(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_number()) return value->to_number<double>();
    add_error(key, "must be a number");
    return std::nullopt;
}

std::optional<bool> Reader::optional_boolean(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_bool()) return value->get_bool();
    add_error(key, "must be true or false");
    return std::nullopt;
}

std::optional<Id> Reader::optional_id(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (const auto* text = value->if_string())
        if (const auto id = Id::parse({text->data(), text->size()})) return id;
    add_error(key, "must be an id (a UUID)");
    return std::nullopt;
}

Id Reader::id(std::string_view key) {
    const std::size_t before = errors_.size();
    const auto value = optional_id(key);
    if (!value && errors_.size() == before && object_ != nullptr) add_error(key, "is required");
    return value.value_or(Id{});
}

std::optional<Timestamp> Reader::optional_timestamp(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (const auto* text = value->if_string())
        if (const auto time = Timestamp::parse({text->data(), text->size()})) return time;
    add_error(key, "must be a time as RFC 3339 writes it");
    return std::nullopt;
}

std::optional<Raw> Reader::optional_object(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_object()) {
        add_error(key, "must be an object");
        return std::nullopt;
    }
    Raw raw{canonical(*value)};
    if (raw.text.size() > kMostObjectBytes) {
        add_error(key, "is larger than 64 KiB");
        return std::nullopt;
    }
    // PostgreSQL can't hold U+0000 in a jsonb or a text; refused on both, so that a site can move.
    if (raw.text.find("\\u0000") != std::string::npos) {
        add_error(key, "must not hold the character U+0000");
        return std::nullopt;
    }
    return raw;
}

const boost::json::array* Reader::array(std::string_view key, std::size_t most_items, bool required) {
    const auto* value = find(key);
    if (value == nullptr) {
        if (required && object_ != nullptr) add_error(key, "is required");
        return nullptr;
    }
    const auto* items = value->if_array();
    if (items == nullptr) {
        add_error(key, "must be a list");
        return nullptr;
    }
    if (items->size() > most_items) {
        add_error(key, "must not have more than " + std::to_string(most_items) + " items");
        return nullptr;
    }
    return items;
}

std::optional<std::vector<std::string>> Reader::optional_texts(std::string_view key, std::size_t most_items,
                                                               TextLimits limits) {
    const auto* items = array(key, most_items);
    if (items == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < items->size(); ++i) {
        const auto* text = (*items)[i].if_string();
        const std::string at = pointer(key) + "/" + std::to_string(i);
        if (text == nullptr) {
            errors_.push_back({at, "must be a text"});
            continue;
        }
        if (const auto fault = text_fault({text->data(), text->size()}, limits))
            errors_.push_back({at, *fault});
        else
            texts.emplace_back(text->data(), text->size());
    }
    return texts;
}

void Reader::merge(Reader& nested) {
    nested.note_unknown();
    errors_.insert(errors_.end(), nested.errors_.begin(), nested.errors_.end());
}

void Reader::note_unknown() {
    if (object_ == nullptr) return;
    for (const auto& member : *object_) {
        const std::string_view key{member.key().data(), member.key().size()};
        if (std::find(known_.begin(), known_.end(), key) == known_.end())
            add_error(key, "is not a field of this request");
    }
}

Result<> Reader::finish() {
    note_unknown();
    if (errors_.empty()) return {};
    Error error{Errc::invalid, errors_.size() == 1 ? "The request has a field that can't be accepted."
                                                   : "The request has fields that can't be accepted."};
    error.fields = std::move(errors_);
    return error;
}

} // namespace bifrost::json
