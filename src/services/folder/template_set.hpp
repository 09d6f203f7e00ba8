#pragma once
// All templates that hold in one place: those that ship, and what a project or another site puts in their
// stead.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/id.hpp"
#include "services/folder/match.hpp"
#include "services/folder/pattern.hpp"

namespace bifrost::folder {

/// work, published, cache, render, deliverable.
const std::vector<std::string_view>& data_types();
/// project, episode, sequence, shot, asset.
const std::vector<std::string_view>& entity_kinds();

struct Template {
    std::string data_type;
    std::string kind;
    std::string root = "main";
    Pattern pattern;
    std::vector<std::string> children; ///< folders that are made in the entity's own
    std::optional<Id> id;              ///< nothing: it ships

    /// Everything below its longest path belongs to a version: the files of the database.
    [[nodiscard]] bool holds_versions() const { return data_type == "published" && kind != "project"; }
};

/// A way to read a path.
struct Reading {
    const Template* found = nullptr;
    const Variant* variant = nullptr;
    Values values;
    std::string rest; ///< what lies below the template's own folder
};

/// The entities that a reading names, from below the project down to the product: a token each.
std::vector<Token> chain_of(const Reading& reading);

class TemplateSet {
  public:
    /// Those that ship.
    static const TemplateSet& shipped();

    /// Puts one in the stead of the one for the same data type and kind.
    void put(Template added);
    [[nodiscard]] const Template* find(std::string_view data_type, std::string_view kind) const;
    [[nodiscard]] const std::vector<Template>& all() const { return templates_; }

    /// Every way to read a path below a root; exact ones first, then those that leave least. Paths with names
    /// that no disk takes have none. `root` may be empty: any.
    [[nodiscard]] std::vector<Reading> read(std::string_view path, std::string_view root) const;

  private:
    std::vector<Template> templates_;
};

/// What is wrong with one template by itself, as sentences without a subject ("must …"). Empty: nothing.
std::vector<std::string> template_faults(const Template& one);
/// Where two entities, or an entity and a fixed folder, could get the same path: a sentence each.
std::vector<std::string> collisions(const TemplateSet& set);

} // namespace bifrost::folder
