#include <algorithm>
#include <charconv>

#include "api/operation.hpp"
#include "core/text.hpp"

namespace bifrost::api {

Parameters::Parameters(const http::Request& request) {
    auto params = request.query_params();
    if (params)
        values_ = std::move(*params);
    else
        malformed_ = params.error();
    // These two are taken up by the wrapper of every operation (see projection.cpp).
    known_ = {"fields"};
}

void Parameters::add_error(std::string_view name, std::string detail) {
    errors_.push_back({"/" + std::string(name), std::move(detail)});
}

std::optional<std::string> Parameters::text(std::string_view name, std::size_t most, std::size_t least) {
    known_.emplace_back(name);
    std::optional<std::string> found;
    for (const auto& [key, value] : values_) {
        if (key != name) continue;
        if (found) {
            add_error(name, "stands there twice");
            return std::nullopt;
        }
        found = value;
    }
    if (!found) return found;
    if (!is_utf8(*found) || has_control_characters(*found)) {
        add_error(name, "must be text without control characters");
        return std::nullopt;
    }
    if (found->size() < least) {
        add_error(name, "must not be empty");
        return std::nullopt;
    }
    if (utf8_length(*found) > most) {
        add_error(name, "is longer than " + std::to_string(most) + " characters");
        return std::nullopt;
    }
    return found;
}

std::optional<std::int64_t> Parameters::integer(std::string_view name, std::int64_t least,
                                                std::int64_t most) {
    const auto value = text(name);
    if (!value) return std::nullopt;
    std::int64_t number = 0;
    const auto end = std::from_chars(value->data(), value->data() + value->size(), number);
    if (end.ec != std::errc{} || end.ptr != value->data() + value->size() || number < least ||
        number > most) {
        add_error(name,
                  "must be an integer between " + std::to_string(least) + " and " + std::to_string(most));
        return std::nullopt;
    }
    return number;
}

std::optional<bool> Parameters::boolean(std::string_view name) {
    const auto value = text(name);
    if (!value) return std::nullopt;
    if (*value == "true" || *value == "1") return true;
    if (*value == "false" || *value == "0") return false;
    add_error(name, "must be true or false");
    return std::nullopt;
}

std::optional<Id> Parameters::id(std::string_view name) {
    const auto value = text(name);
    if (!value) return std::nullopt;
    if (const auto id = Id::parse(*value)) return id;
    add_error(name, "must be an id (a UUID)");
    return std::nullopt;
}

std::optional<std::string> Parameters::choice(std::string_view name,
                                              const std::vector<std::string_view>& choices) {
    auto value = text(name);
    if (!value || std::find(choices.begin(), choices.end(), *value) != choices.end()) return value;
    std::string list;
    for (const auto choice : choices) list += (list.empty() ? "" : ", ") + std::string(choice);
    add_error(name, "must be one of " + list);
    return std::nullopt;
}

std::vector<std::string> Parameters::texts(std::string_view name,
                                           const std::vector<std::string_view>& choices) {
    std::vector<std::string> values;
    const auto value = text(name);
    if (!value) return values;
    std::string_view rest = *value;
    while (true) {
        const std::size_t comma = rest.find(',');
        const std::string_view one = rest.substr(0, comma);
        if (one.empty())
            add_error(name, "must be values separated by commas");
        else if (!choices.empty() && std::find(choices.begin(), choices.end(), one) == choices.end())
            add_error(name, "doesn't know the value '" + std::string(one) + "'");
        else
            values.emplace_back(one);
        if (comma == std::string_view::npos) return values;
        rest.remove_prefix(comma + 1);
    }
}

query::ListRequest Parameters::list() {
    query::ListRequest request;
    request.limit = integer("limit", 1, 1000).value_or(100);
    request.cursor = text("cursor", 4000, 0).value_or("");
    if (const auto sort = text("sort")) {
        auto sorts = query::parse_sort(*sort);
        if (sorts) {
            request.sort = std::move(*sorts);
        } else {
            const Error fault = sorts.error();
            errors_.insert(errors_.end(), fault.fields.begin(), fault.fields.end());
        }
    }
    request.q = text("q", 1000, 0).value_or("");
    request.count = boolean("count").value_or(false);
    const auto archived = choice("archived", {"exclude", "include", "only"});
    if (archived == "include") request.archived = query::Archived::include;
    if (archived == "only") request.archived = query::Archived::only;
    return request;
}

Result<> Parameters::finish() {
    if (malformed_) return *malformed_;
    for (const auto& [key, value] : values_)
        if (std::find(known_.begin(), known_.end(), key) == known_.end())
            add_error(key, "is not a parameter of this request");
    if (errors_.empty()) return {};
    Error error{Errc::invalid, "The query has parameters that can't be accepted."};
    error.fields = std::move(errors_);
    return error;
}

} // namespace bifrost::api
