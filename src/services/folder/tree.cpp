#include "services/folder/tree.hpp"

#include <algorithm>

#include "core/json_writer.hpp"
#include "services/folder/folder.sql.hpp"
#include "services/folder/scan.sql.hpp"
#include "services/project/project.hpp"

namespace bifrost::folder {
namespace {

bool has_token(const Segment& segment, Token token) {
    return std::any_of(segment.begin(), segment.end(),
                       [&](const Part& part) { return part.literal.empty() && part.token == token; });
}

/// The front of a pattern, down to the folder that is named for the entity; nothing when it isn't, or a value
/// is missing.
std::optional<std::string> front_of(const Variant& variant, Token own, const Values& values) {
    std::string path;
    for (const auto& segment : variant.segments) {
        if (!path.empty()) path += '/';
        for (const auto& part : segment) {
            if (!part.literal.empty()) {
                path += part.literal;
                continue;
            }
            if (!values.has(part.token) || is_number(part.token)) return std::nullopt;
            path += part.as_label ? values.label(part.token) : values.code(part.token);
        }
        if (has_token(segment, own)) return path;
    }
    return std::nullopt;
}

/// The folders of an entity, and of what hangs below it, whatever lies in them: none of them in another.
std::vector<std::string> folders_of(const TemplateSet& templates, Token own, const Values& values) {
    std::vector<std::string> all;
    for (const auto& one : templates.all()) {
        if (one.root != "main") continue;
        const Tokens& longest = one.pattern.longest().tokens;
        const auto episode = static_cast<std::size_t>(Token::episode);
        for (const auto& variant : one.pattern.variants()) {
            // What has an episode has it in its path, where the template knows any.
            if (longest.test(episode) && values.has(Token::episode) && !variant.tokens.test(episode))
                continue;
            if (auto front = front_of(variant, own, values)) all.push_back(std::move(*front));
        }
    }
    std::sort(all.begin(), all.end());
    std::vector<std::string> outer;
    for (auto& one : all)
        if (outer.empty() || (one != outer.back() && !one.starts_with(outer.back() + "/")))
            outer.push_back(std::move(one));
    return outer;
}

std::optional<Token> token_of(std::string_view kind) {
    for (const Token token :
         {Token::project, Token::episode, Token::sequence, Token::shot, Token::asset, Token::product})
        if (token_name(token) == kind) return token;
    return std::nullopt;
}

/// The findings of the last scan below each of the folders.
Result<std::vector<Drift>> count_drift(database::Tx& tx, const Id& scan, const TemplateSet& templates,
                                       const EntityIndex& index, const std::vector<Id>& ids) {
    std::string wanted = "[";
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto* entity = index.find(ids[i]);
        const auto token = entity == nullptr ? std::nullopt : token_of(entity->kind);
        if (!token) continue;
        for (const auto& folder : folders_of(templates, *token, index.values(*entity))) {
            wanted += wanted.size() > 1 ? ",[" : "[";
            wanted += std::to_string(i) + ",";
            json::append_string(wanted, folder);
            wanted += "]";
        }
    }
    BIFROST_ASSIGN(const auto rows, tx.query(sql::count_drift, scan, wanted + "]"));
    std::vector<Drift> drift(ids.size());
    for (const auto row : rows)
        drift[static_cast<std::size_t>(row.integer(0))][std::string(row.text(1))] += row.integer(2);
    return drift;
}

} // namespace

Result<Tree> folder_tree(database::Tx& tx, const access::Actor& actor, std::string_view project,
                         const TreeRequest& request, const std::string& projects_root) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    const Id top = request.entity_id.value_or(found.id);
    BIFROST_ASSIGN(const auto entity, project::find_entity(tx, top));
    if (!entity || entity->project_id != found.id || entity->kind == "version")
        return Error{Errc::not_found, "There is no such entity in this project."};
    const auto limit = static_cast<std::int64_t>(request.limit);
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_children, top, request.after, limit + 1));
    ResolveRequest wanted;
    std::vector<Id> ids;
    const auto ask = [&](const Id& id) {
        ids.push_back(id);
        ResolveItem item;
        item.entity_id = id.text();
        item.data_type = request.data_type;
        item.platform = request.platform;
        wanted.items.push_back(std::move(item));
    };
    ask(top);
    Tree tree;
    for (const auto row : rows) {
        if (tree.data.size() == request.limit) {
            tree.next_cursor = tree.data.back().code;
            break;
        }
        tree.data.push_back({row.id(0),
                             std::string(row.text(1)),
                             std::string(row.text(2)),
                             std::string(row.text(3)),
                             std::nullopt,
                             {}});
        ask(tree.data.back().entity_id);
    }
    BIFROST_ASSIGN(const auto paths, resolve_paths(tx, actor, found.id.text(), wanted, projects_root));
    if (!paths[0].path.empty()) tree.path = paths[0].path;
    for (std::size_t i = 0; i < tree.data.size(); ++i)
        if (!paths[i + 1].path.empty()) tree.data[i].path = paths[i + 1].path;
    BIFROST_ASSIGN(const auto scans, tx.query(sql::find_last_scan, found.id));
    if (scans.empty()) return tree;
    tree.scan = scans[0].as<TreeScan>();
    BIFROST_ASSIGN(const TemplateSet templates, load_templates(tx, found.id));
    EntityIndex index;
    BIFROST_CHECK(index.load(tx, ids));
    BIFROST_ASSIGN(auto drift, count_drift(tx, tree.scan->id, templates, index, ids));
    tree.drift = std::move(drift[0]);
    for (std::size_t i = 0; i < tree.data.size(); ++i) tree.data[i].drift = std::move(drift[i + 1]);
    return tree;
}

} // namespace bifrost::folder
