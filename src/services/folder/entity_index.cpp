#include "services/folder/entity_index.hpp"

#include "services/folder/folder.sql.hpp"

namespace bifrost::folder {

IndexedEntity read_indexed(const database::Row& row) {
    IndexedEntity entity;
    entity.id = row.id(0);
    entity.kind = row.text(1);
    entity.project_id = row.id(2);
    if (!row.is_null(3)) entity.parent_id = row.id(3);
    if (!row.is_null(4)) entity.code = row.text(4);
    if (!row.is_null(5)) entity.label = row.text(5);
    entity.archived = !row.is_null(6);
    if (!row.is_null(7)) entity.asset_type = row.text(7);
    if (!row.is_null(8)) entity.number = row.integer(8);
    if (!row.is_null(9)) entity.state = row.text(9);
    if (!row.is_null(10)) entity.author_id = row.id(10);
    return entity;
}

bool sees(const access::Actor& actor, const IndexedEntity& entity) {
    if (!actor.may_see(entity.project_id)) return false;
    if (entity.kind != "version" || entity.state == "published" || actor.is_administrator()) return true;
    return entity.author_id == actor.user_id;
}

std::string id_list(const std::vector<Id>& ids) {
    std::string text = "[";
    text.reserve(ids.size() * 39 + 2);
    for (const Id& id : ids) {
        if (text.size() > 1) text += ',';
        text += '"';
        id.append_to(text);
        text += '"';
    }
    return text + "]";
}

Result<> EntityIndex::load(database::Tx& tx, const std::vector<Id>& ids) {
    std::vector<Id> wanted;
    std::unordered_set<Id> asked;
    for (const Id& id : ids)
        if (!entities_.contains(id) && asked.insert(id).second) wanted.push_back(id);
    while (!wanted.empty()) {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::list_entities_by_id, id_list(wanted)));
        wanted.clear();
        entities_.reserve(entities_.size() + rows.size());
        for (const auto row : rows) {
            auto entity = read_indexed(row);
            const auto parent = entity.parent_id;
            add(std::move(entity));
            if (parent && !entities_.contains(*parent) && asked.insert(*parent).second)
                wanted.push_back(*parent);
        }
    }
    return {};
}

void EntityIndex::add(IndexedEntity entity) {
    const Id id = entity.id;
    entities_.insert_or_assign(id, std::move(entity));
}

const IndexedEntity* EntityIndex::find(const Id& id) const {
    const auto found = entities_.find(id);
    return found == entities_.end() ? nullptr : &found->second;
}

Values EntityIndex::values(const IndexedEntity& entity) const {
    Values values;
    const auto put = [&](Token token, const IndexedEntity& one) {
        values.set(token, one.code);
        values.set_label(token, one.label);
    };
    // A project is its own root: without a parent, the way up ends there.
    for (const IndexedEntity* at = &entity; at != nullptr;
         at = at->parent_id ? find(*at->parent_id) : nullptr) {
        if (at->kind == "version" && at->number > 0) values.set_number(Token::version, at->number);
        if (at->kind == "product") put(Token::product, *at);
        if (at->kind == "asset") {
            put(Token::asset, *at);
            values.set(Token::asset_type, at->asset_type);
        }
        if (at->kind == "shot") put(Token::shot, *at);
        if (at->kind == "sequence") put(Token::sequence, *at);
        if (at->kind == "episode") put(Token::episode, *at);
        if (at->kind == "project") put(Token::project, *at);
        // What hangs directly below its project names it as its parent, or as nothing but its project.
        if (!at->parent_id && at->kind != "project")
            if (const auto* project = find(at->project_id)) put(Token::project, *project);
    }
    return values;
}

const IndexedEntity* EntityIndex::owner(const IndexedEntity& entity) const {
    const IndexedEntity* at = &entity;
    while (at != nullptr && (at->kind == "version" || at->kind == "product"))
        at = at->parent_id ? find(*at->parent_id) : nullptr;
    return at;
}

} // namespace bifrost::folder
