#pragma once
// Stored objects: one row for each distinct content, whoever uploaded it. The bytes lie where they were
// uploaded to.

#include <string>
#include <string_view>
#include <vector>

#include "access/actor.hpp"
#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::publish {

struct StoredObject {
    std::string sha256;
    std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(StoredObject, (), (sha256, size))

/// Bytes that were uploaded and verified, about to become an object.
struct NewObject {
    std::string sha256;
    std::int64_t size = 0;
    std::string key;
};

/// Makes each of them an object, or finds out that the same bytes are there already. Returns the keys in the
/// store that nothing needs any more: to be removed once the transaction stands. Holds the rows of all of
/// them against removal until the transaction ends.
Result<std::vector<std::string>> adopt_objects(database::Tx& tx, std::vector<NewObject> objects,
                                               std::string_view backend);

/// The objects among `hashes` that are stored and whose bytes the actor may read already: through a file of a
/// version that they see, or because they uploaded them themselves.
Result<std::vector<StoredObject>> list_readable_objects(database::Tx& tx, const access::Actor& actor,
                                                        const std::vector<std::string>& hashes);

/// Those among `hashes` that are stored, held against removal until the transaction ends.
Result<std::vector<StoredObject>> hold_objects(database::Tx& tx, const std::vector<std::string>& hashes);

} // namespace bifrost::publish
