#pragma once
// Answers: values as JSON with the headers that belong to them.

#include <string>

#include "core/json_writer.hpp"
#include "http/message.hpp"
#include "query/list.hpp"

namespace bifrost::api {

/// Any described value.
template <class T>
http::Response answer(const T& value, int status = 200) {
    http::Response response;
    response.status = status;
    json::write(response.body, value);
    return response;
}

/// An entity with its revision as the ETag; 201 with its address when it was created.
template <class T>
http::Response entity_answer(const T& entity) {
    http::Response response = answer(entity);
    response.header("ETag", "\"" + std::to_string(entity.revision) + "\"");
    return response;
}

template <class T>
http::Response created_answer(const T& entity, const std::string& location) {
    http::Response response = entity_answer(entity);
    response.status = 201;
    response.header("Location", location);
    return response;
}

/// {"data": […]} for lists that have no pages.
template <class T>
http::Response data_answer(const std::vector<T>& items, int status = 200) {
    http::Response response;
    response.status = status;
    json::ObjectWriter(response.body).member("data", items);
    return response;
}

/// {"data": […], "next_cursor": …, "total"?: …}
template <class T>
http::Response page_answer(const query::Page<T>& page) {
    http::Response response;
    response.body.reserve(page.data.size() * 640 + 64);
    json::ObjectWriter object(response.body);
    object.member("data", page.data).member("next_cursor", page.next_cursor);
    if (page.total) object.member("total", *page.total);
    return response;
}

inline http::Response no_content() {
    http::Response response;
    response.status = 204;
    response.content_type.clear();
    return response;
}

} // namespace bifrost::api
