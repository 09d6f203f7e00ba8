#pragma once
// What the job that makes previews reads and writes. Everything is derived: no revision is raised and no
// event written.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json_writer.hpp"
#include "database/database.hpp"
#include "services/publish/preview.hpp"

namespace bifrost::publish {

/// Something of a version that is looked at once: a file's bytes, or a sequence's frames.
struct PreviewItem {
    std::string hash;
    std::vector<std::string> keys; ///< in the store, of each frame in order
    bool is_sequence = false;
    std::int64_t first_frame = 0;
    std::vector<Id> file_ids;           ///< of a sequence, in order
    std::optional<std::string> pattern; ///< of a sequence: "beauty.%04d.exr"
    std::string frames;                 ///< of a sequence: "1001-1100"
    int rank = 0;                       ///< how well it stands for the version; less is better
};

/// What is known of a hash.
struct KnownPreview {
    std::string hash;
    std::int64_t recipe = 0;
    std::string state;
    std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(KnownPreview, (), (hash, recipe, state, error))

struct PreviewPlan {
    std::string rate;               ///< the project's, frames a second
    std::vector<PreviewItem> items; ///< distinct, best first
    std::map<std::string, KnownPreview> known;
};
/// not_found when the version is gone or not published.
Result<PreviewPlan> plan_previews(database::Tx& tx, const Id& version_id);

struct NewPreview {
    std::string hash;
    std::int64_t recipe = 0;
    std::string state; ///< ready, failed, none
    std::string kind;
    std::optional<std::string> error;
    json::Raw manifest;
    std::vector<PreviewOutput> outputs;
};
/// Replaces what was there; gives the keys that are of no use from the commit on.
Result<std::vector<std::string>> store_preview(database::Tx& tx, const NewPreview& preview);

/// Gives the version its picture and state out of what is known of its items, and its asset that of its
/// latest version.
Result<> settle_pictures(database::Tx& tx, const Id& version_id, const PreviewPlan& plan);
/// The version has no picture and will get none by itself.
Result<> fail_pictures(database::Tx& tx, const Id& version_id, const std::string& why);

/// Queues the job of a version. `remake`: make anew what is there already.
Result<> enqueue_previews(database::Tx& tx, const Id& version_id, const Id& project_id, bool remake);
/// Queues the jobs of all published versions, 500 in a transaction; how many.
Result<std::int64_t> enqueue_all_previews(database::Database& database, bool remake);

/// Hashes of previews made before then whose bytes nothing refers to; at most 100.
Result<std::vector<std::string>> list_unused_previews(database::Tx& tx, Timestamp before);
/// Removes such a one, unless something refers to it again; gives the keys of its outputs.
Result<std::vector<std::string>> remove_unused_preview(database::Tx& tx, const std::string& hash);

} // namespace bifrost::publish
