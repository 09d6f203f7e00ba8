#pragma once
// Brings a folder of files in: hashes what changed, uploads what the site lacks, publishes what differs.

#include <filesystem>
#include <string>
#include <vector>

#include "client/ingest/ingest_plan.hpp"
#include "client/transport/api.hpp"

namespace bifrost::client {

struct IngestOptions {
    std::filesystem::path root;
    std::string project;         ///< id or code
    std::filesystem::path rules; ///< empty: the default rules
    std::filesystem::path cache; ///< the client's cache folder
    std::string comment;
    bool dry_run = false;
};

struct PlannedLine {
    std::string asset;
    std::string type;
    std::string product;
    std::string state; ///< new, changed, unchanged
    std::int64_t files = 0;
    std::int64_t bytes = 0;
    std::int64_t dependencies = 0;
};
BOOST_DESCRIBE_STRUCT(PlannedLine, (), (asset, type, product, state, files, bytes, dependencies))

/// What was done (of a dry run: what would be). Counts of this run only.
struct IngestCounts {
    std::int64_t assets = 0;         ///< made
    std::int64_t versions = 0;       ///< published
    std::int64_t files = 0;          ///< in these versions
    std::int64_t bytes = 0;          ///< of these files
    std::int64_t objects_stored = 0; ///< distinct contents whose bytes were sent
    std::int64_t objects_reused = 0; ///< files of these versions whose bytes the site had already
    std::int64_t dependencies = 0;   ///< of these versions
    std::int64_t unchanged = 0;      ///< versions that are as they were
};
BOOST_DESCRIBE_STRUCT(IngestCounts, (),
                      (assets, versions, files, bytes, objects_stored, objects_reused, dependencies,
                       unchanged))

struct IngestOutcome {
    IngestCounts counts;
    std::int64_t files_seen = 0;         ///< in the folder
    std::int64_t files_hashed = 0;       ///< of which had to be read
    std::vector<std::string> unresolved; ///< references that lead to no file of the folder
    std::vector<PlannedLine> plan;       ///< of a dry run
    std::vector<std::string> warnings;   ///< whole sentences
};

Result<IngestOutcome> ingest(Api& api, const IngestOptions& options);

} // namespace bifrost::client
