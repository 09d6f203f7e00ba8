#include "services/folder/resolve.hpp"

#include <algorithm>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/folder/folder.sql.hpp"
#include "services/project/project.hpp"

namespace bifrost::folder {
namespace {

struct Representation {
    std::string name, pattern, frames;
    bool primary = false;
};
using Representations = std::unordered_map<Id, std::vector<Representation>>;

Result<Representations> list_representations(database::Tx& tx, const std::vector<Id>& versions) {
    Representations found;
    if (versions.empty()) return found;
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_representations, id_list(versions)));
    for (const auto row : rows) {
        Representation one{std::string(row.text(1)), "", "", row.boolean(2)};
        if (!row.is_null(3)) one.pattern = row.text(3);
        if (!row.is_null(4)) one.frames = row.text(4);
        found[row.id(0)].push_back(std::move(one));
    }
    return found;
}

/// What one item needs, and where it goes.
class Resolver {
  public:
    Resolver(const access::Actor& actor, const Id& project_id, const Layout& layout, const EntityIndex& index,
             const Representations& representations)
        : actor_(actor), project_id_(project_id), layout_(layout), index_(index),
          representations_(representations) {}

    Result<> resolve(const ResolveItem& item, ResolvedPath& out) const {
        const auto id = Id::parse(item.entity_id);
        const IndexedEntity* entity = id ? index_.find(*id) : nullptr;
        if (entity == nullptr || entity->project_id != project_id_ || !sees(actor_, *entity))
            return Error{Errc::not_found, "There is no such entity in this project."};
        const IndexedEntity* owner = index_.owner(*entity);
        const IndexedEntity* deepest = entity;
        if (item.version_id) {
            deepest = index_.find(*item.version_id);
            if (deepest == nullptr || deepest->kind != "version" || !sees(actor_, *deepest) ||
                !is_above(*entity, *deepest))
                return Error{Errc::not_found, "There is no such version of this entity."};
        }
        const Template* found =
            owner == nullptr ? nullptr : layout_.templates.find(item.data_type, owner->kind);
        if (found == nullptr)
            return Error{Errc::not_found,
                         "There is no template for the " + item.data_type + " of a " + deepest->kind + "."};
        Values values = index_.values(*deepest);
        BIFROST_CHECK(add_representation(item, *deepest, values, out));
        if (!item.task.empty()) values.set(Token::task, item.task);
        if (!item.extension.empty()) values.set(Token::extension, item.extension);
        if (item.workfile > 0) values.set_number(Token::workfile, item.workfile);
        BIFROST_ASSIGN(const std::string below, found->pattern.format(values));
        const std::string& root = item.root.empty() ? found->root : item.root;
        out.root = root;
        out.below = below;
        if (deepest == owner) out.children = found->children;
        const std::string platform = item.platform.empty() ? "linux" : item.platform;
        const std::string* place = layout_.roots.find(root, platform);
        if (place == nullptr)
            return Error{Errc::not_found, "The root '" + root + "' has no place on " + platform +
                                              "; a studio mapping can give it one."};
        out.path = Roots::join(*place, platform, below);
        return {};
    }

  private:
    [[nodiscard]] bool is_above(const IndexedEntity& entity, const IndexedEntity& below) const {
        for (const IndexedEntity* at = &below; at != nullptr;
             at = at->parent_id ? index_.find(*at->parent_id) : nullptr)
            if (at->id == entity.id) return true;
        return false;
    }

    Result<> add_representation(const ResolveItem& item, const IndexedEntity& version, Values& values,
                                ResolvedPath& out) const {
        if (version.kind != "version") {
            if (!item.representation.empty())
                return Error{Errc::invalid,
                             "A representation belongs to a version: name it with version_id."};
            return {};
        }
        const auto known = representations_.find(version.id);
        if (known == representations_.end()) {
            if (item.representation.empty()) return {};
            return Error{Errc::not_found, "The version has no such representation."};
        }
        const auto wanted = std::find_if(known->second.begin(), known->second.end(), [&](const auto& one) {
            return item.representation.empty() ? one.primary : one.name == item.representation;
        });
        if (wanted == known->second.end()) {
            if (item.representation.empty()) return {};
            return Error{Errc::not_found, "The version has no representation '" + item.representation + "'."};
        }
        if (!item.representation.empty()) {
            const auto code = fold_code(wanted->name);
            if (!code) return Error{Errc::invalid, "The representation's name can't be a folder's."};
            values.set(Token::representation, *code);
        }
        out.pattern = wanted->pattern;
        out.frames = wanted->frames;
        return {};
    }

    const access::Actor& actor_;
    const Id& project_id_;
    const Layout& layout_;
    const EntityIndex& index_;
    const Representations& representations_;
};

ResolveItem read_item(json::Reader& reader) {
    ResolveItem item;
    item.entity_id = reader.text("entity_id", {1, 100});
    if (auto type = reader.optional_choice("data_type", data_types())) item.data_type = *type;
    item.version_id = reader.optional_id("version_id");
    item.representation = reader.optional_text("representation", {1, 100}).value_or("");
    item.root = reader.optional_text("root", {1, 64}).value_or("");
    item.platform = reader.optional_choice("platform", platforms()).value_or("");
    if (const auto task = reader.optional_code("task")) item.task = fold_code(*task).value_or("");
    if (const auto ending = reader.optional_text("extension", {1, 16})) {
        item.extension = *ending;
        if (!std::all_of(ending->begin(), ending->end(),
                         [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }))
            reader.add_error("extension", "must be of lower-case letters and digits");
    }
    item.workfile = reader.optional_integer("workfile", 1, 999'999'999).value_or(0);
    return item;
}

} // namespace

Result<ResolveRequest> read_resolve_request(const boost::json::value& body) {
    json::Reader reader(body);
    ResolveRequest request;
    request.mapping = reader.optional_text("mapping", {1, 64}).value_or("");
    if (const auto* items = reader.array("items", kMostItems, true)) {
        request.items.reserve(items->size());
        for (std::size_t i = 0; i < items->size(); ++i) {
            json::Reader nested((*items)[i], "/items/" + std::to_string(i));
            request.items.push_back(read_item(nested));
            reader.merge(nested);
        }
    }
    BIFROST_CHECK(reader.finish());
    return request;
}

Result<std::vector<ResolvedPath>> resolve_paths(database::Tx& tx, const access::Actor& actor,
                                                std::string_view project, const ResolveRequest& request,
                                                const std::string& projects_root) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    BIFROST_ASSIGN(const Layout layout, load_layout(tx, found.id, request.mapping, projects_root));
    std::vector<Id> ids;
    std::vector<Id> versions;
    ids.reserve(request.items.size());
    for (const auto& item : request.items) {
        if (const auto id = Id::parse(item.entity_id)) ids.push_back(*id);
        if (item.version_id) ids.push_back(*item.version_id);
    }
    EntityIndex index;
    BIFROST_CHECK(index.load(tx, ids));
    for (const Id& id : ids)
        if (const auto* entity = index.find(id); entity != nullptr && entity->kind == "version")
            versions.push_back(id);
    BIFROST_ASSIGN(const auto representations, list_representations(tx, versions));
    const Resolver resolver(actor, found.id, layout, index, representations);
    std::vector<ResolvedPath> paths(request.items.size());
    for (std::size_t i = 0; i < paths.size(); ++i) {
        paths[i].entity_id = request.items[i].entity_id;
        if (const auto done = resolver.resolve(request.items[i], paths[i]); !done)
            paths[i].error = done.error().detail;
    }
    return paths;
}

} // namespace bifrost::folder
