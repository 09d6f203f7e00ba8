#include "services/shot/casting_input.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "core/json_reader.hpp"
#include "services/publish/pin.hpp"
#include "services/shot/casting.sql.hpp"

namespace bifrost::shot {
namespace {

constexpr std::size_t kMostRoles = 10'000;

/// A row of the outcome and where it came from, for errors; nothing for rows that stayed.
struct Read {
    Role role;
    std::string pointer;
};

void read_fields(json::Reader& reader, Role& role, bool is_new) {
    if (is_new)
        role.asset_id = reader.id("asset_id");
    else if (const auto id = reader.optional_id("asset_id"))
        role.asset_id = *id;
    if (const auto count = reader.optional_integer("occurrences", 1, 1'000'000)) role.occurrences = *count;
    auto label = reader.optional_text("label", {1, 200});
    if (label || reader.is_null("label")) role.label = std::move(label);
    if (reader.has("pins")) role.pins = publish::read_pins(reader);
    if (reader.has("overrides")) role.overrides = reader.optional_object("overrides").value_or(json::Raw{});
}

struct Target {
    Id project_id;
    std::string project_kind;
    bool archived = false;
};

/// What the rows that came point to.
Result<> check(access::Call& call, const Id& project_id, const std::vector<Read>& rows,
               const std::vector<Role>& standing) {
    std::set<Id> ids;
    std::vector<publish::PinnedRow> pinned;
    for (const auto& row : rows) {
        if (row.pointer.empty()) continue;
        ids.insert(row.role.asset_id);
        pinned.push_back({row.role.asset_id, row.role.pins, row.pointer});
    }
    if (ids.empty()) return {};
    BIFROST_ASSIGN(const auto found, call.tx.query(sql::list_cast_assets,
                                                   json::to_json(std::vector<Id>(ids.begin(), ids.end()))));
    std::unordered_map<Id, Target> targets;
    for (const auto row : found)
        if (call.actor.may_see(row.id(1)))
            targets.emplace(row.id(0), Target{row.id(1), std::string(row.text(2)), !row.is_null(3)});
    std::set<Id> stood;
    for (const auto& role : standing) stood.insert(role.asset_id);
    std::vector<FieldError> errors;
    for (const auto& row : rows) {
        if (row.pointer.empty()) continue;
        const auto target = targets.find(row.role.asset_id);
        const std::string at = row.pointer + "/asset_id";
        if (target == targets.end())
            errors.push_back({at, "is no asset that is there"});
        else if (target->second.project_id != project_id && target->second.project_kind != "library")
            errors.push_back({at, "is of another project, which is no library"});
        else if (target->second.archived && !stood.contains(row.role.asset_id))
            errors.push_back({at, "is archived; restore it first"});
    }
    BIFROST_CHECK(publish::check_pins(call.tx, pinned, errors));
    if (errors.empty()) return {};
    Error error{Errc::invalid, "The casting can't be accepted as it is."};
    error.fields = std::move(errors);
    return error;
}

Result<std::vector<Role>> roles_of(access::Call& call, const Id& project_id, std::vector<Read> rows,
                                   const std::vector<Role>& standing) {
    if (rows.size() > kMostRoles) return invalid_field("", "would have more than 10,000 rows");
    BIFROST_CHECK(check(call, project_id, rows, standing));
    std::vector<Role> roles;
    for (auto& row : rows) roles.push_back(std::move(row.role));
    return roles;
}

} // namespace

Result<std::vector<Role>> read_casting(access::Call& call, const Id& project_id,
                                       const boost::json::value& body, const std::vector<Role>& standing) {
    std::set<Id> known;
    for (const auto& role : standing) known.insert(role.id);
    json::Reader reader(body);
    const auto* items = reader.array("data", kMostRoles, true);
    std::vector<Read> rows;
    for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
        Read read{{}, "/data/" + std::to_string(i)};
        json::Reader row((*items)[i], read.pointer);
        const auto id = row.optional_id("id");
        read_fields(row, read.role, true);
        if (id && known.erase(*id) == 0)
            row.add_error("id", "is no row of this casting, or stands there twice");
        read.role.id = id.value_or(Id::make());
        rows.push_back(std::move(read));
        reader.merge(row);
    }
    BIFROST_CHECK(reader.finish());
    return roles_of(call, project_id, std::move(rows), standing);
}

Result<std::vector<Role>> read_casting_patch(access::Call& call, const Id& project_id,
                                             const boost::json::value& body,
                                             const std::vector<Role>& standing) {
    std::vector<Read> rows;
    for (const auto& role : standing) rows.push_back({role, ""});
    const auto find = [&](const std::optional<Id>& id) {
        return std::find_if(rows.begin(), rows.end(),
                            [&](const Read& row) { return id && row.role.id == *id; });
    };
    json::Reader reader(body);
    const auto* changes = reader.array("change", kMostRoles);
    for (std::size_t i = 0; changes != nullptr && i < changes->size(); ++i) {
        const std::string pointer = "/change/" + std::to_string(i);
        json::Reader row((*changes)[i], pointer);
        const auto found = find(row.id("id"));
        Role scratch;
        row.refuse_null({"asset_id", "occurrences"});
        read_fields(row, found == rows.end() ? scratch : found->role, false);
        if (found == rows.end())
            row.add_error("id", "is no row of this casting");
        else
            found->pointer = pointer;
        reader.merge(row);
    }
    const auto* removed = reader.array("remove", kMostRoles);
    for (std::size_t i = 0; removed != nullptr && i < removed->size(); ++i) {
        const auto* text = (*removed)[i].if_string();
        const auto found =
            find(text ? Id::parse(std::string_view(text->data(), text->size())) : std::nullopt);
        if (found == rows.end())
            reader.add_item_error("remove", i, "is no row of this casting");
        else
            rows.erase(found);
    }
    const auto* added = reader.array("add", kMostRoles);
    for (std::size_t i = 0; added != nullptr && i < added->size(); ++i) {
        Read read{{}, "/add/" + std::to_string(i)};
        json::Reader row((*added)[i], read.pointer);
        read_fields(row, read.role, true);
        read.role.id = Id::make();
        rows.push_back(std::move(read));
        reader.merge(row);
    }
    BIFROST_CHECK(reader.finish());
    return roles_of(call, project_id, std::move(rows), standing);
}

} // namespace bifrost::shot
