#pragma once
// The folders in which people work: nothing in them is the server's to judge.

#include <string>
#include <unordered_map>

#include "access/call.hpp"
#include "services/folder/template_set.hpp"

namespace bifrost::folder {

class Areas {
  public:
    /// The episodes, sequences, shots and assets of a project, archived ones too.
    static Result<Areas> load(database::Tx& tx, const Id& project_id);

    /// True for the work, cache, render or deliverable folder of an entity that there is. The entity decides:
    /// "shots/ep01/sq010/work" is the work folder of the shot sq010 in the sequence ep01, or the folder of a
    /// shot "work".
    [[nodiscard]] bool is_area(const TemplateSet& templates, const std::string& path) const;

  private:
    struct Child {
        Id id;
        std::string kind;
    };
    [[nodiscard]] bool is_there(const Reading& reading) const;

    Id project_id_;
    std::unordered_map<std::string, Child> children_; ///< by "<parent> <code>"
};

} // namespace bifrost::folder
