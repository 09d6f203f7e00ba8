#include "access/user_ref.hpp"

namespace bifrost::access {

Result<std::unordered_map<Id, UserRef>> find_user_refs(database::Tx& tx, const std::set<Id>& ids) {
    std::unordered_map<Id, UserRef> users;
    if (ids.empty()) return users;
    database::Params params;
    std::string list;
    for (const auto& id : ids) {
        params.push_back(database::to_value(id));
        list += (list.empty() ? "$" : ", $") + std::to_string(params.size());
    }
    BIFROST_ASSIGN(
        const auto rows,
        tx.query_text("select id, code, name from user_account where id in (" + list + ")", params));
    for (const auto row : rows) users.emplace(row.id(0), row.as<UserRef>());
    return users;
}

} // namespace bifrost::access
