#include "services/shot/match.hpp"

#include "core/text.hpp"

namespace bifrost::shot {

void match_archived(query::ListQuery& list, const query::ListRequest& request) {
    if (request.archived == query::Archived::exclude) list.where("e.archived_at is null");
    if (request.archived == query::Archived::only) list.where("e.archived_at is not null");
}

void match_words(query::ListQuery& list, std::string_view text,
                 const std::vector<std::string_view>& columns) {
    std::string folded = fold_case(text);
    for (std::size_t at = 0; at < folded.size();) {
        const std::size_t end = std::min(folded.find_first_of(" \t\n\r", at), folded.size());
        if (end > at) {
            const std::string like = "%" + escape_like(folded.substr(at, end - at)) + "%";
            std::string condition;
            database::Params values;
            for (const auto column : columns) {
                condition += std::string(condition.empty() ? "" : " or ") + std::string(column) +
                             " like ? escape '\\'";
                values.push_back(database::to_value(like));
            }
            list.where(condition, values);
        }
        at = end + 1;
    }
}

void match_any(query::ListQuery& list, std::string_view column, const std::vector<std::string>& values) {
    if (values.empty()) return;
    std::string marks;
    database::Params params;
    for (const auto& value : values) {
        marks += marks.empty() ? "?" : ", ?";
        params.push_back(database::to_value(fold_case(value)));
    }
    list.where(std::string(column) + " in (" + marks + ")", params);
}

} // namespace bifrost::shot
