#include "api/projection.hpp"

#include <algorithm>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace bifrost::api {
namespace {

void keep(boost::json::value& item, const std::vector<std::string>& fields) {
    auto* object = item.if_object();
    if (object == nullptr) return;
    boost::json::object kept;
    for (auto& member : *object)
        if (member.key() == "id" ||
            std::find(fields.begin(), fields.end(), std::string_view(member.key())) != fields.end())
            kept.emplace(member.key(), std::move(member.value()));
    *object = std::move(kept);
}

} // namespace

Result<bool> project_fields(const http::Request& request, http::Response& response) {
    if (request.query.find("fields=") == std::string::npos) return false;
    BIFROST_ASSIGN(const auto params, request.query_params());
    std::vector<std::string> fields;
    for (const auto& [name, value] : params) {
        if (name != "fields") continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const std::size_t comma = rest.find(',');
            fields.emplace_back(rest.substr(0, comma));
            rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
        }
    }
    if (fields.empty()) return false;
    boost::json::value body = boost::json::parse(response.body);
    auto* object = body.if_object();
    if (object == nullptr) return false;
    const auto data = object->find("data");
    if (data != object->end() && data->value().is_array()) {
        for (auto& item : data->value().get_array()) keep(item, fields);
    } else {
        keep(body, fields);
    }
    response.body = boost::json::serialize(body);
    return true;
}

} // namespace bifrost::api
