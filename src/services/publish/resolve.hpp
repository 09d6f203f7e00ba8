#pragma once
// Resolving: from an asset, with everything it is assembled of, to exact versions, representations and files.

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
                      (path, component_id, asset_id, project_id, code, name, transform, count, overrides,
                       products))

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

} // namespace bifrost::publish
