#pragma once
// The row of an upload with what only the store knows, and the steps that its functions share.

#include "services/publish/upload.hpp"

namespace bifrost::publish {

struct UploadRow : Upload {
    std::string store_key;
    std::string store_upload; ///< empty when the store never had to do with it
};
BOOST_DESCRIBE_STRUCT(UploadRow, (Upload), (store_key, store_upload))

/// Where the bytes of an upload lie: spread over 256 folders by the random end of its id.
std::string store_key_of(const Id& upload_id);
/// Number of parts; an empty file has none.
std::int64_t part_count(const Upload& upload);
/// The exact size of a part, numbered from 1.
std::int64_t part_size_of(const Upload& upload, std::int64_t number);

/// A URL for one part; `sha256`, when it isn't empty, is signed with it.
Result<SignedPart> sign_one(storage::ObjectStore& store, const UploadOptions& options,
                            const UploadRow& upload, std::int64_t number, const std::string& sha256);

/// not_found for everyone but its maker and administrators.
Result<UploadRow> get_upload_row(database::Tx& tx, const access::Actor& actor, const Id& id);
bool owns_upload(const access::Actor& actor, const Upload& upload);

/// One upload whose bytes are whole in the store, and their hash when it is known.
struct Arrival {
    UploadRow upload;
    std::optional<std::string> sha256;
};
/// Writes what became of them: complete with an object, failed, or verifying with a job. Changes `arrivals`
/// to what is stored now; those that another call has settled meanwhile are left as that did. Returns the
/// keys whose bytes nothing needs any more.
Result<std::vector<std::string>> settle_arrivals(database::Tx& tx, std::vector<Arrival>& arrivals,
                                                 std::string_view backend);
/// Removes bytes that nothing needs; what can't be removed now is logged and left to the collector.
void drop_bytes(storage::ObjectStore& store, const std::vector<std::string>& keys);

} // namespace bifrost::publish
