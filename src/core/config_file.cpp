// Settings files: YAML.

#include <yaml-cpp/yaml.h>

#include "core/config.hpp"

namespace bifrost::config {
namespace {

std::string where(const YAML::Mark& mark) { return "line " + std::to_string(mark.line + 1) + ": "; }

} // namespace

Result<std::map<std::string, std::string>> parse_file(const std::string& text) {
    std::map<std::string, std::string> values;
    try {
        const YAML::Node root = YAML::Load(text);
        if (root.IsNull()) return values;
        if (!root.IsMap()) return Error{Errc::invalid, "it must be a map of settings to values."};
        for (const auto& member : root) {
            if (!member.first.IsScalar())
                return Error{Errc::invalid, where(member.first.Mark()) + "a setting is named by a text."};
            const auto key = member.first.as<std::string>();
            if (values.contains(key))
                return Error{Errc::invalid, where(member.first.Mark()) + key + " stands there twice."};
            std::string& value = values[key];
            if (member.second.IsNull()) continue;
            if (member.second.IsScalar()) {
                value = member.second.as<std::string>();
                continue;
            }
            if (!member.second.IsSequence())
                return Error{Errc::invalid,
                             where(member.second.Mark()) + key + " takes a value or a list of values."};
            for (const auto& item : member.second) {
                if (!item.IsScalar())
                    return Error{Errc::invalid, where(item.Mark()) + key + " takes a list of plain values."};
                if (!value.empty()) value += ',';
                value += item.as<std::string>();
            }
        }
    } catch (const YAML::Exception& broken) {
        return Error{Errc::invalid, where(broken.mark) + broken.msg + "."};
    }
    return values;
}

} // namespace bifrost::config
