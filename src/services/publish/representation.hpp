#pragma once
// The representations of a draft while it is put together.

#include <map>

#include "core/json_reader.hpp"
#include "services/publish/file.hpp"
#include "services/publish/version.hpp"

namespace bifrost::publish {

/// Reads the member `representations` of a request.
std::vector<Representation> read_representations(json::Reader& reader);

/// What a version has, and what a request adds to it.
class RepresentationSet {
  public:
    explicit RepresentationSet(std::vector<Representation> existing) : existing_(std::move(existing)) {}

    /// Takes the new ones in. conflict when a name is taken, invalid when a second one would be primary.
    Result<> add(std::vector<Representation> added);
    /// The id of the one that a file belongs to; one that nobody described is made, with the format of the
    /// file.
    const Id& id_for(const NewFile& file);
    /// Without any primary one the first is it. Rows to insert.
    [[nodiscard]] const std::vector<Representation>& added();
    [[nodiscard]] std::vector<Representation> all() const;

  private:
    [[nodiscard]] const Representation* find(std::string_view name) const;
    [[nodiscard]] bool has_primary() const;

    std::vector<Representation> existing_;
    std::vector<Representation> added_;
};

Result<> insert_representations(database::Tx& tx, const Id& version_id,
                                const std::vector<Representation>& added);

} // namespace bifrost::publish
