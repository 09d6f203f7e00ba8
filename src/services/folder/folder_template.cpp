#include "services/folder/folder_template.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "services/folder/folder.sql.hpp"
#include "services/folder/studio_mapping.hpp"
#include "services/project/project.hpp"

namespace bifrost::folder {
namespace {

using access::Call;
using access::Permission;

constexpr std::size_t kMostChildren = 100;

std::string joined(const std::vector<std::string>& sentences) {
    std::string text;
    for (const auto& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
    return text;
}

std::vector<std::string> read_children(const json::Raw& raw) {
    std::vector<std::string> children;
    if (const auto parsed = json::parse(raw.text); parsed && parsed->is_array())
        for (const auto& child : parsed->get_array()) children.emplace_back(child.as_string());
    return children;
}

void describe_working(const Template& working, FolderTemplate& shown) {
    shown.root = working.root;
    shown.pattern = working.pattern.text();
    shown.children.text = json::to_json(working.children);
}

std::optional<Id> actor_id(const Call& call) {
    if (call.actor.user_id.is_nil()) return std::nullopt;
    return call.actor.user_id;
}

/// The new set, sound at home and at every mapping's site.
Result<> check_everywhere(Call& call, const Id& project_id, const TemplateSet& home) {
    BIFROST_CHECK(check_set(home));
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::list_mappings, project_id));
    for (const auto row : rows) {
        const auto mapping = row.as<StudioMapping>();
        if (mapping.archived_at) continue;
        Layout layout{home, {}};
        BIFROST_CHECK(apply_mapping(mapping, layout));
        if (const auto met = collisions(layout.templates); !met.empty())
            return Error{Errc::conflict, "At the studio mapping '" + mapping.code + "' " + met.front() +
                                             ". Change that mapping first."};
    }
    return {};
}

Result<FolderTemplate> lock_template(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto seen, get_folder_template(call.tx, call.actor, id));
    BIFROST_CHECK(call.actor.require(Permission::project_update, seen.project_id, "folder template"));
    BIFROST_CHECK(call.tx.query(sql::lock_project, seen.project_id));
    BIFROST_ASSIGN(const auto now, get_folder_template(call.tx, call.actor, id));
    if (if_revision && *if_revision != now.revision)
        return Error{Errc::stale_revision,
                     "The folder template was changed by someone else: it is at revision " +
                         std::to_string(now.revision) + ". Read it again and repeat the change."};
    return now;
}

Result<> store(Call& call, FolderTemplate& shown, std::string_view before, std::string action) {
    shown.revision += 1;
    shown.updated_at = Timestamp::now();
    shown.updated_by = actor_id(call);
    auto stored = call.tx.execute(sql::update_template, *shown.id, shown.root, shown.pattern, shown.children,
                                  shown.metadata, shown.archived_at, *shown.updated_at, shown.updated_by,
                                  shown.revision);
    if (!stored) return stored.error();
    call.changes.add(
        {std::move(action), shown.project_id, "folder_template", *shown.id,
         events::make_patch(before, json::to_json(shown), {"revision", "updated_at", "updated_by"})});
    return {};
}

Result<> must_be_free(Call& call, const FolderTemplate& wanted) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::list_templates, wanted.project_id));
    for (const auto row : rows) {
        const auto other = row.as<FolderTemplate>();
        if (other.data_type == wanted.data_type && other.entity_kind == wanted.entity_kind &&
            other.id != wanted.id)
            return Error{Errc::conflict, "The project has a template for the " + wanted.data_type + " of " +
                                             wanted.entity_kind + "s already; change that one."};
    }
    return {};
}

} // namespace

Result<Template> parse_stored(const FolderTemplate& stored) {
    Template one;
    one.data_type = stored.data_type;
    one.kind = stored.entity_kind;
    one.root = stored.root;
    one.id = stored.id;
    one.children = read_children(stored.children);
    BIFROST_ASSIGN(one.pattern, Pattern::parse(stored.pattern, stored.entity_kind));
    return one;
}

void read_template(json::Reader& reader, Template& target, bool required) {
    const bool given =
        reader.member("pattern") != nullptr; // null is refused by name, not as an unknown member
    if (required || (given && !reader.is_null("pattern"))) {
        const std::string text = reader.text("pattern", {1, 500});
        auto parsed = Pattern::parse(text, target.kind);
        if (parsed) {
            target.pattern = std::move(*parsed);
            const auto wrong = template_faults(target);
            if (!wrong.empty()) reader.add_error("pattern", joined(wrong));
        } else if (!text.empty()) {
            reader.add_error("pattern", parsed.error().detail);
        }
    }
    if (auto root = reader.optional_code("root")) target.root = fold_code(*root).value_or("");
    if (auto children = reader.optional_texts("children", kMostChildren, {1, 500})) {
        for (std::size_t i = 0; i < children->size(); ++i) {
            const auto& child = (*children)[i];
            auto wrong = relative_path_fault(child);
            if (!wrong && !std::all_of(child.begin(), child.end(), [](unsigned char c) { return c < 0x80; }))
                wrong = "must be ASCII: other letters have several byte forms on different disks";
            if (wrong) reader.add_item_error("children", i, *wrong);
        }
        target.children = std::move(*children);
    }
}

Result<> check_set(const TemplateSet& set) {
    const auto met = collisions(set);
    if (met.empty()) return {};
    Error error{Errc::invalid, "The templates don't go together."};
    for (const auto& sentence : met)
        error.fields.push_back({"/pattern", "meets another template: " + sentence});
    return error;
}

Result<std::vector<FolderTemplate>> list_folder_templates(database::Tx& tx, const access::Actor& actor,
                                                          std::string_view project) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    std::vector<FolderTemplate> all;
    for (const auto& one : TemplateSet::shipped().all()) {
        FolderTemplate shown;
        shown.project_id = found.id;
        shown.data_type = one.data_type;
        shown.entity_kind = one.kind;
        describe_working(one, shown);
        all.push_back(std::move(shown));
    }
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_templates, found.id));
    for (const auto row : rows) {
        auto stored = row.as<FolderTemplate>();
        for (auto& shown : all)
            if (shown.data_type == stored.data_type && shown.entity_kind == stored.entity_kind)
                shown = std::move(stored);
    }
    return all;
}

Result<FolderTemplate> get_folder_template(database::Tx& tx, const access::Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_template, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such folder template."};
    const auto stored = rows[0].as<FolderTemplate>();
    BIFROST_CHECK(actor.require(Permission::project_read, stored.project_id, "folder template"));
    return stored;
}

Result<FolderTemplate> create_folder_template(Call& call, std::string_view project,
                                              const boost::json::value& body) {
    BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, project));
    BIFROST_CHECK(call.actor.require(Permission::project_update, found.id, "project"));
    json::Reader reader(body);
    FolderTemplate shown;
    shown.project_id = found.id;
    Template working;
    const auto data_type = reader.optional_choice("data_type", data_types());
    const auto kind = reader.optional_choice("entity_kind", entity_kinds());
    if (!data_type && !reader.failed()) reader.add_error("data_type", "is required");
    if (!kind && !reader.failed()) reader.add_error("entity_kind", "is required");
    shown.data_type = working.data_type = data_type.value_or("work");
    shown.entity_kind = working.kind = kind.value_or("asset");
    read_template(reader, working, true);
    shown.metadata = reader.optional_object("metadata").value_or(json::Raw{});
    BIFROST_CHECK(reader.finish());
    BIFROST_CHECK(call.tx.query(sql::lock_project, found.id));
    BIFROST_CHECK(must_be_free(call, shown));
    BIFROST_ASSIGN(TemplateSet set, load_templates(call.tx, found.id));
    set.put(working);
    BIFROST_CHECK(check_everywhere(call, found.id, set));
    describe_working(working, shown);
    shown.id = Id::make();
    shown.created_at = shown.updated_at = Timestamp::now();
    shown.created_by = shown.updated_by = actor_id(call);
    shown.revision = 1;
    BIFROST_CHECK(call.tx.execute(sql::insert_template, *shown.id, shown.project_id, shown.data_type,
                                  shown.entity_kind, shown.root, shown.pattern, shown.children,
                                  *shown.created_at, shown.created_by, shown.metadata));
    call.changes.add(
        {"folder_template.created", shown.project_id, "folder_template", *shown.id,
         events::make_patch("", json::to_json(shown), {"revision", "updated_at", "updated_by"})});
    return shown;
}

Result<FolderTemplate> update_folder_template(Call& call, const Id& id, const boost::json::value& patch,
                                              std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(FolderTemplate shown, lock_template(call, id, if_revision));
    if (shown.archived_at)
        return Error{Errc::conflict, "The folder template is archived; restore it to change it."};
    const std::string before = json::to_json(shown);
    BIFROST_ASSIGN(Template working, parse_stored(shown));
    json::Reader reader(patch);
    reader.refuse_null({"pattern", "root", "children"});
    read_template(reader, working, false);
    if (reader.optional_object("metadata"))
        shown.metadata = json::merge_patch(shown.metadata, *reader.member("metadata"));
    BIFROST_CHECK(reader.finish());
    BIFROST_ASSIGN(TemplateSet set, load_templates(call.tx, shown.project_id));
    set.put(working);
    BIFROST_CHECK(check_everywhere(call, shown.project_id, set));
    describe_working(working, shown);
    BIFROST_CHECK(store(call, shown, before, "folder_template.updated"));
    return shown;
}

Result<FolderTemplate> archive_folder_template(Call& call, const Id& id,
                                               std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(FolderTemplate shown, lock_template(call, id, if_revision));
    if (shown.archived_at) return shown;
    const std::string before = json::to_json(shown);
    BIFROST_ASSIGN(TemplateSet set, load_templates(call.tx, shown.project_id));
    set.put(*TemplateSet::shipped().find(shown.data_type, shown.entity_kind));
    if (const auto met = collisions(set); !met.empty())
        return Error{Errc::conflict, "Without it the template that ships would hold again, and " +
                                         met.front() + ". Change or archive the other one first."};
    shown.archived_at = Timestamp::now();
    BIFROST_CHECK(store(call, shown, before, "folder_template.archived"));
    return shown;
}

Result<FolderTemplate> restore_folder_template(Call& call, const Id& id,
                                               std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(FolderTemplate shown, lock_template(call, id, if_revision));
    if (!shown.archived_at) return shown;
    const std::string before = json::to_json(shown);
    BIFROST_CHECK(must_be_free(call, shown));
    BIFROST_ASSIGN(const Template working, parse_stored(shown));
    BIFROST_ASSIGN(TemplateSet set, load_templates(call.tx, shown.project_id));
    set.put(working);
    if (const auto met = collisions(set); !met.empty())
        return Error{Errc::conflict, "It can't hold again: " + met.front() + "."};
    shown.archived_at.reset();
    BIFROST_CHECK(store(call, shown, before, "folder_template.restored"));
    return shown;
}

} // namespace bifrost::folder
