#pragma once
// Where the files of published versions lie below the root main: one answer for those who put them there and
// for those who compare.

#include "services/folder/entity_index.hpp"
#include "services/folder/template_set.hpp"

namespace bifrost::folder {

class VersionPlaces {
  public:
    /// Both outlive it; `index` has the versions that are asked about.
    VersionPlaces(const TemplateSet& templates, const EntityIndex& index)
        : templates_(templates), index_(index) {}

    /// The folder of a version's files of one representation. Nothing when the project's templates keep them
    /// in another root, or give them no path.
    [[nodiscard]] std::optional<std::string> find(const Id& version, std::string_view representation) const;
    /// True when the representation makes no difference to it.
    [[nodiscard]] bool is_one_folder(const Id& version) const;

  private:
    [[nodiscard]] const Template* find_template(const Id& version) const;

    const TemplateSet& templates_;
    const EntityIndex& index_;
};

/// Where a numbered work file of an entity lies, below the root of the project's work template. invalid when
/// the template gives it no path.
Result<std::string> work_file_path(database::Tx& tx, const Id& owner, const std::string& task,
                                   std::int64_t number, const std::string& extension);

} // namespace bifrost::folder
