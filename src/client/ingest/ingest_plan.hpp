#pragma once
// What an ingest will make: which files form which version, and which version needs which other.

#include <map>
#include <string>
#include <vector>

#include "client/ingest/rules.hpp"
#include "client/ingest/tree.hpp"

namespace bifrost::client {

struct PlannedFile {
    std::size_t file = 0;       ///< in Tree::files
    std::string path;           ///< within the version
    std::string role;           ///< empty: main
    std::string representation; ///< empty: main
};

struct PlannedRepresentation {
    std::string name;
    std::string format;
    bool primary = false;
};

/// One product of one asset: the files that become its next version.
struct PlannedVersion {
    std::string asset;
    std::string asset_type;
    std::string asset_name;
    std::string asset_description;
    std::vector<std::string> asset_tags;
    std::string product;
    std::string product_kind;
    std::string folder; ///< where its files lie below the root; empty when they don't share one
    std::vector<PlannedRepresentation> representations;
    std::vector<PlannedFile> files;
    std::map<std::size_t, std::string> needs; ///< other versions of the plan, with the kind of dependency

    [[nodiscard]] std::string key() const { return asset + "/" + product; }
};

struct Plan {
    std::vector<PlannedVersion> versions;
    std::vector<std::size_t> version_of_file; ///< by Tree::files
};

/// Puts every file of the tree into exactly one version: the first rule that matches it decides. invalid
/// names the files that no rule matches, and what contradicts itself (two types of one asset, two files with
/// one path).
Result<Plan> plan_versions(const Tree& tree, const Rules& rules);

/// A reference that was found: in which file, by which rule, and the value that stands there.
struct FoundReference {
    std::size_t file = 0;
    int rule = 0;
    std::string value;
};

struct ReferenceCounts {
    std::size_t found = 0;               ///< references that lead to a file of the tree
    std::vector<std::string> unresolved; ///< those that lead to none: "tracks/a/scene.xml: rock.png"
};

/// Follows references to files and makes them needs between versions. Of several kinds between the same two
/// versions the most frequent one stands.
ReferenceCounts resolve_references(const Tree& tree, const Rules& rules,
                                   const std::vector<FoundReference>& references, Plan& plan);

/// Orders versions so that each comes after what it needs. Where versions need each other in a circle, the
/// need that closes it is taken out of the plan and listed in `dropped` ("a/model → b/look").
std::vector<std::size_t> order_by_needs(Plan& plan, std::vector<std::string>& dropped);

/// Identifies what a version holds: the sha256 of its files' paths, roles, representations and hashes and of
/// its needs. `hashes` by Tree::files.
std::string manifest_of(const Plan& plan, const PlannedVersion& version,
                        const std::vector<std::string>& hashes);

/// True when a reference rule applies to the file.
bool may_refer(const TreeFile& file, const Rules& rules);

/// The rules' values in one file: `references` (rule, value) as IngestCache keeps them. Reads the file when
/// any rule applies.
Result<std::vector<std::pair<int, std::string>>> read_references(const Tree& tree, const TreeFile& file,
                                                                 const Rules& rules);

} // namespace bifrost::client
