#pragma once
// The files of a version: a path, and the object or the upload with its bytes.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"
#include "core/json_reader.hpp"
#include "query/list.hpp"

namespace bifrost::publish {

struct File {
    Id id;
    Id version_id;
    std::string representation; ///< its name
    std::string path;
    std::string role; ///< main, preview, thumbnail, proxy, texture, sidecar
    std::optional<std::int64_t> frame;
    std::int64_t size = 0;
    std::optional<std::string> sha256; ///< nothing until it was verified
    std::string media_type;
    std::string download_url; ///< stable, not signed; relative to the site
    // Derived; see preview.hpp. Of a frame they are its sequence's.
    std::string preview_state = "none";       ///< none, pending, ready, failed
    std::optional<std::string> thumbnail_url; ///< stable, not signed; takes ?width=
};
BOOST_DESCRIBE_STRUCT(File, (),
                      (id, version_id, representation, path, role, frame, size, sha256, media_type,
                       download_url, preview_state, thumbnail_url))

/// Where the bytes of a file lie.
struct StoredFile {
    File file;
    std::string key; ///< in the store
};

/// A file as a request describes it.
struct NewFile {
    Id id = Id::make();
    std::string path;
    std::string representation = "main";
    std::string role = "main";
    std::optional<std::int64_t> frame;
    std::optional<Id> upload_id;
    std::optional<std::string> sha256;
    std::int64_t size = -1; ///< -1: not told
    std::string media_type; ///< empty: not told
};

/// By path. not_found as get_version; `representation` empty: of all.
Result<query::Page<File>> list_files(database::Tx& tx, const access::Actor& actor, const Id& version_id,
                                     const query::ListRequest& request, std::string_view representation);
Result<File> get_file(database::Tx& tx, const access::Actor& actor, const Id& id);
/// conflict while the bytes are not verified, or are missing in the store.
Result<StoredFile> get_stored_file(database::Tx& tx, const access::Actor& actor, const Id& id);

/// Adds files to a draft. `body`: {files, representations?}, up to 1,000 of them. conflict when it is no
/// draft or a path is taken. Adds "version.extended".
Result<std::vector<File>> add_files(access::Call& call, const Id& version_id, const boost::json::value& body);

/// Reads the member `files` of a request: every path sound, none twice, none that differs from another by
/// case only or is a folder of another.
std::vector<NewFile> read_files(json::Reader& reader, bool required);
/// Fills in size, hash and media type out of the uploads and objects that the files name, and holds those
/// until the transaction ends. invalid ("/files/<index>/…") for an upload that isn't the actor's own or
/// failed, for bytes that are not stored or not theirs to read, for a size that isn't the real one.
Result<> find_bytes(access::Call& call, const Id& project_id, std::vector<NewFile>& files);
class RepresentationSet;
/// Inserts the rows; the representations are there.
Result<std::vector<File>> insert_files(database::Tx& tx, const Id& version_id,
                                       const std::vector<NewFile>& files, RepresentationSet& representations);

} // namespace bifrost::publish
