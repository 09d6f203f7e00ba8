// Asset types: those that ship, and a project's own.

#include "services/asset/asset_type.hpp"
#include <algorithm>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/asset/asset.hpp"
#include "services/asset/asset.sql.hpp"
#include "services/project/project.hpp"

namespace bifrost::asset {
namespace {

/// The list of docs/glossary: places are put together from other assets unless someone says otherwise.
const std::vector<AssetType>& shipped_types() {
    static const std::vector<AssetType> types = {{"character", "Character"},
                                                 {"prop", "Prop"},
                                                 {"vehicle", "Vehicle"},
                                                 {"environment", "Environment", true},
                                                 {"interior", "Interior", true},
                                                 {"exterior", "Exterior", true},
                                                 {"set_piece", "Set piece"},
                                                 {"fx", "FX"},
                                                 {"lighting", "Lighting"},
                                                 {"material", "Material"},
                                                 {"rig", "Rig"},
                                                 {"texture", "Texture"},
                                                 {"animation", "Animation"},
                                                 {"other", "Other"}};
    return types;
}

const AssetType* find_shipped(std::string_view code) {
    for (const auto& type : shipped_types())
        if (type.code == code) return &type;
    return nullptr;
}

AssetType read_type(const database::Row& row) {
    return {std::string(row.text(0)), std::string(row.text(1)), row.boolean(2), true};
}

} // namespace

Result<AssetType> get_asset_type(database::Tx& tx, const Id& project_id, std::string_view typed) {
    const std::string code = fold_code(typed).value_or(std::string(typed));
    if (const auto* shipped = find_shipped(code)) return *shipped;
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_asset_type, project_id, code));
    if (!rows.empty()) return read_type(rows[0]);
    std::string known;
    for (const auto& type : shipped_types()) known += (known.empty() ? "" : ", ") + type.code;
    return invalid_field("/type", "is no type of this project: it may be one of " + known +
                                      ", or a type that the project adds");
}

Result<std::vector<AssetType>> list_asset_types(database::Tx& tx, const access::Actor& actor,
                                                std::string_view project) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_asset_types, found.id));
    std::vector<AssetType> types = shipped_types();
    for (const auto row : rows) types.push_back(read_type(row));
    std::sort(types.begin(), types.end(), [](const auto& a, const auto& b) { return a.code < b.code; });
    return types;
}

Result<AssetType> create_asset_type(access::Call& call, std::string_view project,
                                    const boost::json::value& body) {
    BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, project));
    BIFROST_CHECK(call.actor.require(access::Permission::project_update, found.id, "project"));
    json::Reader reader(body);
    const std::string typed = reader.code("code");
    AssetType type;
    type.name = reader.text("name", {1, 200});
    type.is_assembly = reader.optional_boolean("is_assembly").value_or(false);
    BIFROST_CHECK(reader.finish());
    type.code = *fold_code(typed);
    type.is_own = true;
    const Error taken{Errc::conflict, "There is an asset type '" + type.code + "' already."};
    if (find_shipped(type.code) != nullptr) return taken;
    if (auto inserted =
            call.tx.execute(sql::insert_asset_type, found.id, type.code, type.name, type.is_assembly);
        !inserted)
        return inserted.error().code == Errc::conflict ? taken : inserted.error();
    call.changes.add({"asset_type.created", found.id, "asset_type", found.id,
                      events::make_patch("", json::to_json(type))});
    return type;
}

} // namespace bifrost::asset
