#pragma once
// Resolving: from an asset or a shot, with everything it is assembled of, to exact versions, representations
// and files.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/publish/version.hpp"

namespace bifrost::publish {

struct ResolvedFile {
    Id id;
    std::string path;
    std::string role;
    std::optional<std::int64_t> frame;
    std::int64_t size = 0;
    std::optional<std::string> sha256;
};
BOOST_DESCRIBE_STRUCT(ResolvedFile, (), (id, path, role, frame, size, sha256))

struct ResolvedRepresentation : Representation {
    std::vector<ResolvedFile> files;
};
BOOST_DESCRIBE_STRUCT(ResolvedRepresentation, (Representation), (files))

struct ResolvedProduct {
    Id product_id;
    std::string code;
    std::string kind;
    std::string pin;              ///< what decided: a version's id, latest or latest_approved
    std::optional<Id> version_id; ///< nothing when no version fits
    std::optional<std::int64_t> number;
    std::optional<std::string> status;
    std::vector<ResolvedRepresentation> representations;
};
BOOST_DESCRIBE_STRUCT(ResolvedProduct, (),
                      (product_id, code, kind, pin, version_id, number, status, representations))

/// One occurrence of an asset: the one that was asked for, or a component.
struct ResolvedAsset {
    std::vector<std::string> path;  ///< names of components from the top; empty for the asset itself
    std::optional<Id> component_id; ///< nothing for the asset itself
    std::optional<Id> casting_id;   ///< in a shot: the row of the casting that it comes from
    Id asset_id;
    Id project_id;
    std::string code;
    std::string name;
    json::Raw transform; ///< 16 numbers, row-major, within its assembly
    std::int64_t count = 1;
    json::Raw overrides;
    std::vector<ResolvedProduct> products;
};
BOOST_DESCRIBE_STRUCT(ResolvedAsset, (),
                      (path, component_id, casting_id, asset_id, project_id, code, name, transform, count,
                       overrides, products))

struct Resolved {
    Id asset_id;
    std::string policy;
    std::vector<ResolvedAsset> data; ///< depth first
};
BOOST_DESCRIBE_STRUCT(Resolved, (), (asset_id, policy, data))

/// A pin of a component decides, else `policy` (empty: the project's setting version_policy, else latest).
/// What the actor may not see is left out. not_found as the asset; invalid beyond 10,000 occurrences or
/// 200,000 files.
Result<Resolved> resolve_asset(database::Tx& tx, const access::Actor& actor, const Id& asset_id,
                               std::string_view policy);

/// What decides about products that no pin names.
struct ResolveRule {
    std::string
        policy; ///< latest, latest_approved, pinned (no version but pinned ones), empty: the project's
    /// What was published, and approved, at that time; the casting is today's.
    std::optional<Timestamp> as_of;
    /// With `pinned`: versions by "<path>/<product>" (names joined by '/') that hold where no pin does.
    std::map<std::string, Id> locked;
};

struct ResolvedShot {
    Id shot_id;
    std::string policy;
    std::optional<Timestamp> as_of;
    std::vector<ResolvedProduct> products; ///< the shot's own
    std::vector<ResolvedAsset> data;       ///< what is cast, each with its components, depth first
};
BOOST_DESCRIBE_STRUCT(ResolvedShot, (), (shot_id, policy, as_of, products, data))

/// The casting of the shot, its sequence and its episode: of an asset that stands in several of them, the
/// nearest counts. Errors as resolve_asset.
Result<ResolvedShot> resolve_shot(database::Tx& tx, const access::Actor& actor, const Id& shot_id,
                                  const ResolveRule& rule);

/// "<path>/<product>", by which a lock knows a version.
std::string lock_key(const std::vector<std::string>& path, std::string_view product);

} // namespace bifrost::publish
