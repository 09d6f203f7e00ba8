#pragma once
// Previews: what the worker made of the bytes of files, for people to look at. Equal bytes share one; whoever
// may read a file may see its preview.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/call.hpp"
#include "query/list.hpp"

namespace bifrost::publish {

/// Something to look at in a version: a file, or all frames of a representation.
struct Preview {
    Id file_id; ///< of a sequence: its first frame
    std::string path;
    std::string role;
    std::string representation;
    std::optional<std::string> pattern; ///< of a sequence
    std::optional<std::string> frames;  ///< of a sequence
    std::optional<std::string> kind;    ///< image, sequence, movie, sound, other; nothing while it is pending
    std::string state;                  ///< none, pending, ready, failed
    std::optional<std::string> error;   ///< why there is none
    std::optional<std::string> thumbnail_url; ///< stable, not signed; takes ?width=
    std::optional<std::string> manifest_url;
};
BOOST_DESCRIBE_STRUCT(Preview, (),
                      (file_id, path, role, representation, pattern, frames, kind, state, error,
                       thumbnail_url, manifest_url))

/// A stored picture or movie of a preview.
struct PreviewOutput {
    std::string name; ///< thumbnail, poster, proxy, sprites, waveform
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::string media_type;
    std::int64_t size = 0;
    std::string key; ///< in the store
};
BOOST_DESCRIBE_STRUCT(PreviewOutput, (), (name, width, height, media_type, size, key))

/// Which preview: the hash of the bytes and the recipe that made it. Together they never mean anything else.
struct PreviewAddress {
    std::string hash;
    std::int64_t recipe = 0;
};

/// By path; a sequence stands once. not_found as get_version.
Result<query::Page<Preview>> list_previews(database::Tx& tx, const access::Actor& actor, const Id& version_id,
                                           const query::ListRequest& request);
/// The output of that name that is at least `width` wide, or the widest. not_found when there is none, or the
/// actor may read no file with these bytes.
Result<PreviewOutput> get_output(database::Tx& tx, const access::Actor& actor, const PreviewAddress& address,
                                 std::string_view name, std::int64_t width);
/// What the media is: {kind, width, height, rate?, first_frame?, frame_count?, …} with the addresses of its
/// outputs. not_found as get_output.
Result<json::Raw> get_manifest(database::Tx& tx, const access::Actor& actor, const PreviewAddress& address);

/// Has the previews of a published version made anew: after a failure, or when programs or limits have
/// changed. They are pending until then. not_found as get_version; forbidden without version:create; conflict
/// for a version that isn't published.
Result<> remake_previews(access::Call& call, const Id& version_id);

/// "/api/v1/media/<hash>/<recipe>/<name>"
std::string media_url(const PreviewAddress& address, std::string_view name);

} // namespace bifrost::publish
