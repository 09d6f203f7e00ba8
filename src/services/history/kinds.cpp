#include "services/history/kinds.hpp"

#include <algorithm>
#include <array>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "services/asset/asset.hpp"
#include "services/history/history.sql.hpp"
#include "services/project/project.hpp"
#include "services/project/workflow_lock.hpp"
#include "services/publish/product.hpp"
#include "services/publish/version.hpp"
#include "services/shot/episode.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot.hpp"
#include "services/task/task.hpp"
#include "services/workflow/move.hpp"

namespace bifrost::history {
namespace {

template <auto get>
Result<std::string> read(database::Tx& tx, const access::Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto entity, get(tx, actor, id));
    return json::to_json(entity);
}
template <auto change>
Result<> update(access::Call& call, const Id& id, const boost::json::value& patch) {
    BIFROST_CHECK(change(call, id, patch, std::nullopt));
    return {};
}
template <auto change>
Result<> move(access::Call& call, const Id& id) {
    BIFROST_CHECK(change(call, id, std::nullopt));
    return {};
}

Result<std::string> read_project(database::Tx& tx, const access::Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, id.text()));
    return json::to_json(found);
}
Result<> update_project(access::Call& call, const Id& id, const boost::json::value& patch) {
    BIFROST_CHECK(project::update_project(call, id.text(), patch, std::nullopt));
    return {};
}
Result<> archive_project(access::Call& call, const Id& id) {
    BIFROST_CHECK(project::archive_project(call, id.text(), std::nullopt));
    return {};
}
Result<> restore_project(access::Call& call, const Id& id) {
    BIFROST_CHECK(project::restore_project(call, id.text(), std::nullopt));
    return {};
}

const std::array kKinds = {Kind{"project", read_project, update_project, archive_project, restore_project},
                           Kind{"asset", read<asset::get_asset>, update<asset::update_asset>,
                                move<asset::archive_asset>, move<asset::restore_asset>},
                           Kind{"episode", read<shot::get_episode>, update<shot::update_episode>,
                                move<shot::archive_episode>, move<shot::restore_episode>},
                           Kind{"sequence", read<shot::get_sequence>, update<shot::update_sequence>,
                                move<shot::archive_sequence>, move<shot::restore_sequence>},
                           Kind{"shot", read<shot::get_shot>, update<shot::update_shot>,
                                move<shot::archive_shot>, move<shot::restore_shot>},
                           Kind{"task", read<task::get_task>, update<task::update_task>,
                                move<task::archive_task>, move<task::restore_task>},
                           Kind{"product", read<publish::get_product>, update<publish::update_product>,
                                move<publish::archive_product>, move<publish::restore_product>},
                           Kind{"version", read<publish::get_version>, update<publish::update_version>,
                                move<publish::archive_version>, move<publish::restore_version>}};

std::string text_of(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// The type that decides which workflow holds.
std::optional<std::string> type_of(std::string_view kind, const boost::json::object& entity) {
    if (kind == "asset") return text_of(entity, "type");
    if (kind == "task") return text_of(entity, "task_type");
    return std::nullopt;
}

Result<> store_status(access::Call& call, std::string_view kind, const Id& id, const std::string& status,
                      const boost::json::object& after) {
    if (kind == "asset") return call.tx.defer(sql::put_back_asset_status, id, status);
    if (kind == "shot") return call.tx.defer(sql::put_back_shot_status, id, status);
    if (kind == "version") return call.tx.defer(sql::put_back_version_status, id, status);
    const auto* retakes = after.if_contains("retakes");
    return call.tx.defer(sql::put_back_task_status, id, status,
                         retakes != nullptr && retakes->is_int64() ? retakes->get_int64() : 0,
                         Timestamp::parse(text_of(after, "closed_at")));
}

} // namespace

const Kind* find_kind(std::string_view name) {
    const auto found =
        std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& kind) { return kind.name == name; });
    return found == kKinds.end() ? nullptr : &*found;
}

Result<> put_back_status(access::Call& call, std::string_view kind, const Id& id,
                         const boost::json::object& fields, const boost::json::object& current) {
    const auto permission = access::parse_permission(std::string(kind) + ":review");
    const auto project_id = Id::parse(text_of(current, "project_id"));
    if (!permission || !project_id) return Error{Errc::conflict, "Its state can't be put back."};
    BIFROST_CHECK(call.actor.require(*permission, *project_id, kind));
    BIFROST_CHECK(project::share_workflows(call.tx));
    const std::string status = text_of(fields, "status");
    BIFROST_ASSIGN(const auto states,
                   workflow::list_reachable(call.tx, kind, *project_id, type_of(kind, current),
                                            text_of(current, "status")));
    if (std::none_of(states.begin(), states.end(), [&](const auto& state) { return state.code == status; }))
        return Error{Errc::conflict, "Its workflow has no state '" + status + "' any more."};
    BIFROST_CHECK(project::touch_entity(call, id, {}));
    boost::json::object after = current;
    for (const auto& field : fields) after[field.key()] = field.value();
    BIFROST_CHECK(store_status(call, kind, id, status, after));
    boost::json::object old_values;
    boost::json::object new_values;
    for (const auto& field : fields) {
        const auto* value = current.if_contains(field.key());
        if (value == nullptr || *value == field.value()) continue;
        old_values[field.key()] = *value;
        new_values[field.key()] = field.value();
    }
    call.changes.add({std::string(kind) + ".transitioned", *project_id, std::string(kind), id,
                      json::canonical(boost::json::object{{"after", std::move(new_values)},
                                                          {"before", std::move(old_values)}})});
    return {};
}

} // namespace bifrost::history
