#pragma once
// What versions are made of: version → version (pinned) or version → product (floating). They form no cycle.

#include <optional>
#include <string>
#include <vector>

#include "access/call.hpp"
#include "core/json_reader.hpp"
#include "query/list.hpp"

namespace bifrost::publish {

struct Dependency {
    Id id;
    Id version_id;                       ///< the one that depends
    std::optional<Id> target_version_id; ///< nothing when it floats
    Id target_product_id;
    std::string kind; ///< reference, import, texture, cache, rig …
    bool optional = false;
    std::optional<std::string> policy;     ///< of a floating one: latest, latest_approved
    std::optional<Id> resolved_version_id; ///< what a floating one meant at publish; a pinned one is itself
    std::optional<std::string> address;    ///< of the target, when the actor may see it
};
BOOST_DESCRIBE_STRUCT(Dependency, (),
                      (id, version_id, target_version_id, target_product_id, kind, optional, policy,
                       resolved_version_id, address))

/// A dependency as a request describes it: of one version or of one product.
struct NewDependency {
    Id id = Id::make();
    std::optional<Id> version_id;
    std::optional<Id> product_id;
    std::string kind;
    bool optional = false;
    std::string policy = "latest";
};

/// In the order that they were made. not_found as get_version.
Result<query::Page<Dependency>> list_dependencies(database::Tx& tx, const access::Actor& actor,
                                                  const Id& version_id, const query::ListRequest& request);

/// A version that another one needs, directly or through others.
struct NeededVersion {
    Id id;
    Id product_id;
    Id project_id;
    std::int64_t number = 0;
    std::int64_t depth = 0; ///< 1: a direct one
    std::string address;
};
BOOST_DESCRIBE_STRUCT(NeededVersion, (), (id, product_id, project_id, number, depth, address))
/// Everything that a version needs, each once, nearest first, without what the actor may not see: what its
/// dependencies meant when it was published, so that the outcome stays the same; floating ones of a draft as
/// they are now.
Result<std::vector<NeededVersion>> resolve_dependencies(database::Tx& tx, const access::Actor& actor,
                                                        const Id& version_id);

/// Reads the member `dependencies` of a request.
std::vector<NewDependency> read_dependencies(json::Reader& reader);
/// Inserts them for a draft of this project, whose row is there. invalid ("/dependencies/<index>/…") for a
/// target that isn't published, may not be seen, or is in another project that is no library; conflict, with
/// the member `cycle`, when one would close a cycle: two transactions at once can't close one together.
Result<> insert_dependencies(access::Call& call, const Id& version_id, const Id& product_id,
                             const Id& project_id, const std::vector<NewDependency>& dependencies);
/// Again at publish: no cycle, and what the floating ones mean. conflict when one means nothing and isn't
/// optional.
Result<> settle_dependencies(access::Call& call, const Id& version_id, const Id& product_id);

} // namespace bifrost::publish
