#pragma once
// Versions: written once. A draft is its author's alone until it is published; then its files and
// dependencies never change.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <boost/json/value.hpp>

#include "core/frame_range.hpp"
#include "query/list.hpp"
#include "services/project/entity.hpp"

namespace bifrost::publish {

struct Version : project::EntityFields {
    Id product_id;
    Id project_id;
    std::optional<std::int64_t> number; ///< assigned at publish, unless it was reserved or stated
    std::string state;                  ///< draft, verifying, published, failed
    std::string status;                 ///< a state of its workflow; changes along transitions only
    std::string comment;
    Id author_id;
    std::optional<FrameRange> frame_range;
    std::optional<json::Raw> source; ///< the work file it came from
    std::optional<Timestamp> published_at;
    std::optional<std::string> error; ///< why it failed
    std::int64_t file_count = 0;
    std::int64_t total_size = 0; ///< bytes
    // Derived; see preview.hpp.
    std::optional<std::string> thumbnail_url; ///< stable, not signed; takes ?width=
    std::string preview_state = "none";       ///< none, pending, ready, failed
    std::optional<std::string> preview_error; ///< why there is no picture
};
BOOST_DESCRIBE_STRUCT(Version, (project::EntityFields),
                      (product_id, project_id, number, state, status, comment, author_id, frame_range, source,
                       published_at, error, file_count, total_size, thumbnail_url, preview_state,
                       preview_error))

struct Representation {
    Id id;
    std::string name; ///< "usd", "main"; unique in the version
    std::string format;
    bool primary = false;
    std::optional<std::string> pattern; ///< "beauty.%04d.exr"
    std::optional<std::string> frames;  ///< "1001-1100x2"
    std::optional<std::string> colour_space;
};
BOOST_DESCRIBE_STRUCT(Representation, (), (id, name, format, primary, pattern, frames, colour_space))

struct VersionDetail : Version {
    std::optional<Id> job_id; ///< of the job that publishes it, while its files are verified
    std::vector<Representation> representations;
};
BOOST_DESCRIBE_STRUCT(VersionDetail, (Version), (job_id, representations))

/// Any of `states`, any of `statuses`; an empty list or nothing asks nothing.
struct VersionFilter {
    std::vector<std::string> states;
    std::vector<std::string> statuses;
    std::optional<Id> product_id;
    std::optional<Id> author_id;
};

/// What is derived and stays out of events.
const std::vector<std::string_view>& derived_version_fields();
/// True for published versions of projects that the actor may see, and their own; administrators see all.
bool sees_version(const access::Actor& actor, const Version& version);

/// not_found when it isn't there or may not be seen.
Result<VersionDetail> get_version(database::Tx& tx, const access::Actor& actor, const Id& id);
/// Sorted by number, created_at or updated_at; -created_at without a sort.
Result<query::Page<Version>> list_versions(database::Tx& tx, const access::Actor& actor, const Id& product_id,
                                           const query::ListRequest& request, const VersionFilter& filter);
Result<query::Page<Version>> list_project_versions(database::Tx& tx, const access::Actor& actor,
                                                   std::string_view project,
                                                   const query::ListRequest& request,
                                                   const VersionFilter& filter);
/// Those of these versions that the actor may see, in no order.
Result<std::vector<Version>> list_versions_by_id(database::Tx& tx, const access::Actor& actor,
                                                 const std::unordered_set<Id>& ids);
/// The representations of each of these versions, in their order, those of one by name with the primary
/// first.
Result<std::vector<std::vector<Representation>>> list_representations(database::Tx& tx,
                                                                      const std::vector<Id>& version_ids);

/// A draft. `body`: {comment?, frame_range?, source?, metadata?, number?, reserve_number?, representations?,
/// files?, dependencies?}. Needs version:create. conflict: the number is taken, a dependency closes a cycle
/// (member `cycle`), the product is archived. Adds "version.created".
Result<VersionDetail> create_version(access::Call& call, const Id& product_id,
                                     const boost::json::value& body);
/// JSON Merge Patch of comment and metadata; of a draft also frame_range and source. Adds "version.updated".
Result<VersionDetail> update_version(access::Call& call, const Id& id, const boost::json::value& patch,
                                     std::optional<std::int64_t> if_revision);
Result<VersionDetail> archive_version(access::Call& call, const Id& id,
                                      std::optional<std::int64_t> if_revision);
Result<VersionDetail> restore_version(access::Call& call, const Id& id,
                                      std::optional<std::int64_t> if_revision);
/// Removes an archived version. Needs site:purge; conflict while another one depends on it.
Result<> purge_version(access::Call& call, const Id& id);

} // namespace bifrost::publish
