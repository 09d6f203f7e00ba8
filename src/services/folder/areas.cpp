#include "services/folder/areas.hpp"

#include <algorithm>

#include "services/folder/scan.sql.hpp"

namespace bifrost::folder {
namespace {

std::string key_of(const Id& parent, std::string_view code) {
    std::string key = parent.text();
    key += ' ';
    key += code;
    return key;
}

} // namespace

Result<Areas> Areas::load(database::Tx& tx, const Id& project_id) {
    Areas areas;
    areas.project_id_ = project_id;
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_owners, project_id));
    areas.children_.reserve(rows.size());
    for (const auto row : rows)
        areas.children_.emplace(key_of(row.id(1), row.text(2)), Child{row.id(0), std::string(row.text(3))});
    return areas;
}

bool Areas::is_there(const Reading& reading) const {
    const Id* parent = &project_id_;
    for (const Token token : chain_of(reading)) {
        if (token == Token::product) break; // folders of products are the server's or nobody's
        const auto child = children_.find(key_of(*parent, reading.values.code(token)));
        if (child == children_.end() || child->second.kind != token_name(token)) return false;
        parent = &child->second.id;
    }
    return true;
}

bool Areas::is_area(const TemplateSet& templates, const std::string& path) const {
    const auto readings = templates.read(path, "main");
    return std::any_of(readings.begin(), readings.end(), [&](const Reading& one) {
        return one.rest.empty() && one.found->data_type != "published" && is_there(one);
    });
}

} // namespace bifrost::folder
