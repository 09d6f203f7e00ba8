#include "services/project/hidden.hpp"

#include <algorithm>

namespace bifrost::project {
namespace {

using boost::json::object;
using boost::json::value;

/// What is known of the place where a `metadata` stands.
struct Place {
    std::optional<Id> project_id;
    std::string kind; ///< empty: not known
};

std::optional<Id> id_at(const object& one, std::string_view key) {
    const auto* found = one.if_contains(key);
    if (found == nullptr || !found->is_string()) return std::nullopt;
    return Id::parse(std::string_view(found->get_string()));
}

std::string text_at(const object& one, std::string_view key) {
    const auto* found = one.if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

/// Entities don't say their kind; what they have does.
std::string kind_of(const object& one) {
    if (one.contains("sequence_id")) return "shot";
    if (one.contains("is_assembly")) return "asset";
    if (one.contains("resolution_width")) return "project";
    return "";
}

class Stripper {
  public:
    explicit Stripper(const HiddenKeys& hidden) : hidden_(hidden) {}

    void strip(value& at, const Place& place) {
        if (at.is_array())
            for (auto& item : at.get_array()) strip(item, place);
        if (at.is_object()) strip_object(at.get_object(), place);
    }

  private:
    void strip_object(object& one, Place place) {
        if (const auto project = id_at(one, "project_id")) place = {*project, ""};
        if (auto kind = text_at(one, "entity_kind"); !kind.empty()) place.kind = std::move(kind);
        if (place.kind == "field" && is_hidden_field(text_at(one, "entity_id"))) {
            if (one.contains("patch")) one["patch"] = object{{"before", object{}}, {"after", object{}}};
            if (one.contains("changes")) one["changes"] = boost::json::array{};
            return;
        }
        if (auto kind = kind_of(one); !kind.empty() && one.contains("metadata")) place.kind = std::move(kind);
        if (place.kind == "project" && !place.project_id) place.project_id = id_at(one, "id");
        // {field, from, to} of a history
        if (text_at(one, "field") == "metadata") {
            for (const char* side : {"from", "to"})
                if (one.contains(side)) remove(one.at(side), place);
        }
        for (auto& member : one) {
            if (member.key() == "metadata" && member.value().is_object())
                remove(member.value(), place);
            else
                strip(member.value(), place);
        }
    }

    [[nodiscard]] bool is_hidden_field(const std::string& id) const {
        return std::any_of(hidden_.begin(), hidden_.end(), [&](const auto& of_project) {
            const auto fields = of_project.second.find("field");
            return fields != of_project.second.end() && fields->second.contains(id);
        });
    }

    void remove(value& metadata, const Place& place) {
        auto* one = metadata.if_object();
        if (one == nullptr) return;
        for (const auto& [project_id, kinds] : hidden_) {
            if (place.project_id && project_id != *place.project_id) continue;
            for (const auto& [kind, keys] : kinds) {
                if (!place.kind.empty() && kind != place.kind) continue;
                for (const auto& key : keys) one->erase(key);
            }
        }
    }

    const HiddenKeys& hidden_;
};

} // namespace

void remove_hidden(value& one, const HiddenKeys& hidden) { Stripper(hidden).strip(one, {}); }

} // namespace bifrost::project
