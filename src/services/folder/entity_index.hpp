#pragma once
// Entities with everything above them, fetched for many ids at once: a query a level, whatever their number.

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "access/call.hpp"
#include "services/folder/pattern.hpp"

namespace bifrost::folder {

struct IndexedEntity {
    Id id;
    std::string kind;
    Id project_id;
    std::optional<Id> parent_id;
    std::string code;  ///< empty for versions
    std::string label; ///< as typed
    bool archived = false;
    std::string asset_type;  ///< of assets
    std::int64_t number = 0; ///< of versions that have one
    std::string state;       ///< of versions
    std::optional<Id> author_id;
};

class EntityIndex {
  public:
    /// These and all their ancestors. What isn't there is left out.
    Result<> load(database::Tx& tx, const std::vector<Id>& ids);
    void add(IndexedEntity entity);
    [[nodiscard]] const IndexedEntity* find(const Id& id) const;
    /// The tokens of an entity and of all above it.
    [[nodiscard]] Values values(const IndexedEntity& entity) const;
    /// The entity whose templates count: itself, or whose product or version it is.
    [[nodiscard]] const IndexedEntity* owner(const IndexedEntity& entity) const;

  private:
    std::unordered_map<Id, IndexedEntity> entities_;
};

/// A row of list_entities_by_id and its like.
IndexedEntity read_indexed(const database::Row& row);
/// Whether the actor may know of it: drafts are their author's alone.
bool sees(const access::Actor& actor, const IndexedEntity& entity);
/// A JSON list of ids.
std::string id_list(const std::vector<Id>& ids);

} // namespace bifrost::folder
