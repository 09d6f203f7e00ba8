#include "client/location.hpp"

#include <algorithm>

#include "client/transport/json_access.hpp"
#include "core/id.hpp"

namespace bifrost::client {
namespace {

std::string listed(std::initializer_list<std::string_view> kinds) {
    std::string text;
    for (const auto kind : kinds) (text += text.empty() ? "" : " or ") += kind;
    return text;
}

std::string_view without_project(std::string_view address) {
    const auto colon = address.find(':');
    return colon == std::string_view::npos ? address : address.substr(colon + 1);
}

} // namespace

std::string Location::code(std::size_t from_end) const {
    std::string_view path = without_project(address);
    path = path.substr(0, path.find('@'));
    for (; from_end > 0; --from_end) {
        const auto slash = path.rfind('/');
        path = slash == std::string_view::npos ? "" : path.substr(0, slash);
    }
    return std::string(path.substr(path.rfind('/') + 1));
}

std::string Location::folder() const {
    const std::string_view path = without_project(address);
    const auto at = path.find('@');
    std::string folder{path.substr(0, at)};
    if (at == std::string_view::npos) return folder;
    std::string number{path.substr(at + 1)};
    if (std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
        number.size() < 3)
        number.insert(0, 3 - number.size(), '0');
    return folder + "/v" + number;
}

Result<Location> locate(Context& context, const std::string& address,
                        std::initializer_list<std::string_view> kinds) {
    Query query{{"address", address}};
    if (address.find(':') == std::string::npos && !Id::parse(address)) {
        BIFROST_ASSIGN(const std::string project, context.get_project());
        query.emplace_back("project", project);
    }
    BIFROST_ASSIGN(Api * api, context.api());
    BIFROST_ASSIGN(const Answer answer, api->get("/resolve", query));
    Location location;
    BIFROST_ASSIGN(location.address, get_text(answer.body, "address"));
    BIFROST_ASSIGN(location.kind, get_text(answer.body, "kind"));
    BIFROST_ASSIGN(location.id, get_text(answer.body, "id"));
    location.project_id = text_or(answer.body, "project_id", "");
    if (const auto* entity = find_member(answer.body, "entity")) location.entity = *entity;
    if (kinds.size() > 0 && std::find(kinds.begin(), kinds.end(), location.kind) == kinds.end())
        return usage_error(address + " is a" + (location.kind.find_first_of("ae") == 0 ? "n " : " ") +
                           location.kind + "; this takes the address of a" +
                           (kinds.begin()->find_first_of("ae") == 0 ? "n " : " ") + listed(kinds) + ".");
    return location;
}

std::string entity_path(const Location& location) { return "/" + location.kind + "s/" + location.id; }

DependencyText split_dependency(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos) {
        const std::string_view before = text.substr(0, colon);
        if (before.find('/') != std::string_view::npos || Id::parse(before))
            return {std::string(before), std::string(text.substr(colon + 1))};
    }
    return {std::string(text), "reference"};
}

} // namespace bifrost::client
