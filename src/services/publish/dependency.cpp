#include "services/publish/dependency.hpp"

#include <unordered_map>

#include "core/text.hpp"
#include "services/publish/address.hpp"
#include "services/publish/cycle.hpp"
#include "services/publish/dependency.sql.hpp"
#include "services/publish/version.sql.hpp"
#include "services/publish/version_row.hpp"

namespace bifrost::publish {
namespace {

using access::Actor;
using access::Call;

constexpr std::size_t kMostDependencies = 10'000;
const std::vector<std::string_view> kPolicies = {"latest", "latest_approved"};

constexpr std::string_view kColumns =
    "select d.id, d.version_id, d.target_version_id, d.target_product_id, d.kind, d.is_optional, d.policy, "
    "coalesce(d.target_version_id, d.resolved_version_id), null";
constexpr std::string_view kFrom = "from dependency d";

/// What a dependency may point to.
struct Target {
    Id id;
    Id product_id;
    Id project_id;
    std::string state;
    Id author_id;
    std::string project_kind;
};
BOOST_DESCRIBE_STRUCT(Target, (), (id, product_id, project_id, state, author_id, project_kind))

Result<std::unordered_map<Id, Target>> find_targets(database::Tx& tx, const database::Query& query,
                                                    const std::vector<Id>& ids) {
    std::unordered_map<Id, Target> targets;
    if (ids.empty()) return targets;
    BIFROST_ASSIGN(const auto rows, tx.query(query, json::to_json(ids)));
    for (const auto row : rows) {
        const Target target = row.as<Target>();
        targets.emplace(target.id, target);
    }
    return targets;
}

NewDependency read_one(json::Reader& reader) {
    NewDependency one;
    one.version_id = reader.optional_id("version_id");
    one.product_id = reader.optional_id("product_id");
    if (!reader.failed() && one.version_id.has_value() == one.product_id.has_value())
        reader.add_error("version_id", "or else product_id must name the target: exactly one of them");
    one.kind = fold_code(reader.code("kind")).value_or("");
    one.optional = reader.optional_boolean("optional").value_or(false);
    const auto policy = reader.optional_choice("policy", kPolicies);
    if (policy && one.version_id) reader.add_error("policy", "is for floating dependencies, on a product");
    one.policy = policy.value_or("latest");
    return one;
}

/// Why a target can't be taken, or nothing.
std::optional<std::string> target_fault(const Call& call, const Id& project_id, const Target* target,
                                        std::string_view what) {
    const std::string none = "is no " + std::string(what) + " that you may see";
    if (target == nullptr || !call.actor.may_see(target->project_id)) return none;
    Version seen;
    seen.project_id = target->project_id;
    seen.state = target->state;
    seen.author_id = target->author_id;
    if (!sees_version(call.actor, seen)) return none;
    if (target->state != "published") return "is not published yet";
    if (target->project_id != project_id && target->project_kind != "library")
        return "is in another project that is no library";
    return std::nullopt;
}

} // namespace

std::vector<NewDependency> read_dependencies(json::Reader& reader) {
    std::vector<NewDependency> read;
    const auto* items = reader.array("dependencies", kMostDependencies);
    for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
        json::Reader item((*items)[i], reader.pointer("dependencies") + "/" + std::to_string(i));
        read.push_back(read_one(item));
        reader.merge(item);
    }
    return read;
}

Result<> insert_dependencies(Call& call, const Id& version_id, const Id& product_id, const Id& project_id,
                             const std::vector<NewDependency>& dependencies) {
    if (dependencies.empty()) return {};
    BIFROST_CHECK(call.tx.query(sql::lock_dependency_graph));
    std::vector<Id> version_ids;
    std::vector<Id> product_ids;
    for (const auto& one : dependencies)
        one.version_id ? version_ids.push_back(*one.version_id) : product_ids.push_back(*one.product_id);
    BIFROST_ASSIGN(const auto versions, find_targets(call.tx, sql::find_target_versions, version_ids));
    BIFROST_ASSIGN(const auto products, find_targets(call.tx, sql::find_target_products, product_ids));
    Error error{Errc::invalid, "The request has dependencies that can't be taken."};
    for (std::size_t i = 0; i < dependencies.size(); ++i) {
        const auto& one = dependencies[i];
        const bool pinned = one.version_id.has_value();
        const auto& targets = pinned ? versions : products;
        const auto found = targets.find(pinned ? *one.version_id : *one.product_id);
        const Target* target = found == targets.end() ? nullptr : &found->second;
        if (auto fault = target_fault(call, project_id, target, pinned ? "version" : "product")) {
            error.fields.push_back(
                {"/dependencies/" + std::to_string(i) + (pinned ? "/version_id" : "/product_id"),
                 std::move(*fault)});
            continue;
        }
        BIFROST_CHECK(call.tx.defer(sql::insert_dependency, one.id, version_id, one.version_id,
                                    target->product_id, one.kind, one.optional,
                                    pinned ? std::nullopt : std::optional(one.policy)));
    }
    if (!error.fields.empty()) return error;
    if (!product_ids.empty()) BIFROST_CHECK(call.tx.defer(sql::resolve_floating, version_id));
    return check_no_cycle(call.tx, version_id, product_id);
}

Result<> settle_dependencies(Call& call, const Id& version_id, const Id& product_id) {
    BIFROST_CHECK(call.tx.query(sql::lock_dependency_graph));
    BIFROST_CHECK(check_no_cycle(call.tx, version_id, product_id));
    BIFROST_CHECK(call.tx.defer(sql::resolve_floating, version_id));
    BIFROST_ASSIGN(const auto unresolved, call.tx.query(sql::find_unresolved, version_id));
    if (unresolved.empty()) return {};
    const Id target = unresolved[0].id(0);
    BIFROST_ASSIGN(const auto addresses, addresses_of(call.tx, {target}));
    return Error{Errc::conflict, "The dependency on " + addresses.at(target) +
                                     " means nothing yet: it has no " +
                                     (unresolved[0].text(1) == "latest" ? "published" : "approved") +
                                     " version. Publish one, or make the dependency optional."};
}

Result<query::Page<Dependency>> list_dependencies(database::Tx& tx, const Actor& actor, const Id& version_id,
                                                  const query::ListRequest& request) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_version, version_id));
    if (rows.empty() || !sees_version(actor, read_version(rows[0])))
        return Error{Errc::not_found, "There is no such version."};
    query::ListQuery list(kColumns, kFrom, "d.id", {}, "id");
    list.where("d.version_id = ?", database::make_params(version_id));
    BIFROST_ASSIGN(auto page, list.page<Dependency>(tx, request));
    std::vector<Id> targets;
    for (const auto& one : page.data)
        targets.push_back(one.target_version_id.value_or(one.target_product_id));
    BIFROST_ASSIGN(const auto addresses, visible_addresses_of(tx, actor, targets));
    for (std::size_t i = 0; i < targets.size(); ++i)
        if (const auto found = addresses.find(targets[i]); found != addresses.end())
            page.data[i].address = found->second;
    return page;
}

Result<std::vector<NeededVersion>> resolve_dependencies(database::Tx& tx, const Actor& actor,
                                                        const Id& version_id) {
    BIFROST_ASSIGN(const auto seen, tx.query(sql::find_version, version_id));
    if (seen.empty() || !sees_version(actor, read_version(seen[0])))
        return Error{Errc::not_found, "There is no such version."};
    BIFROST_ASSIGN(const auto rows, tx.query(sql::needed_versions, version_id));
    std::vector<NeededVersion> needed;
    std::vector<Id> ids;
    for (const auto row : rows) {
        NeededVersion one{row.id(0), row.id(1), row.id(2), row.integer(3), row.integer(4), {}};
        if (!actor.may_see(one.project_id)) continue;
        ids.push_back(one.id);
        needed.push_back(std::move(one));
    }
    BIFROST_ASSIGN(const auto addresses, addresses_of(tx, ids));
    for (auto& one : needed) one.address = addresses.at(one.id);
    return needed;
}

} // namespace bifrost::publish
