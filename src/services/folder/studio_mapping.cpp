#include "services/folder/studio_mapping.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "services/folder/folder.sql.hpp"
#include "services/folder/folder_template.hpp"
#include "services/project/project.hpp"

namespace bifrost::folder {
namespace {

using access::Call;
using access::Permission;

const std::vector<std::string_view> kDerived = {"revision", "updated_at", "updated_by"};

Template read_listed(json::Reader& reader) {
    Template one;
    const auto data_type = reader.optional_choice("data_type", data_types());
    const auto kind = reader.optional_choice("entity_kind", entity_kinds());
    if (!data_type && !reader.failed()) reader.add_error("data_type", "is required");
    if (!kind && !reader.failed()) reader.add_error("entity_kind", "is required");
    one.data_type = data_type.value_or("work");
    one.kind = kind.value_or("asset");
    read_template(reader, one, true);
    return one;
}

void read_roots(json::Reader& reader, const boost::json::value& value) {
    if (!value.is_object()) {
        reader.add_error("roots", "must be an object of roots, each with its path by platform");
        return;
    }
    json::Reader roots(value, "/roots");
    for (const auto& root : value.get_object()) {
        const std::string_view name = root.key();
        (void)roots.member(name);
        if (!is_code(name)) roots.add_error(name, "must be a code");
        if (root.value().is_null()) continue; // removed by a patch
        if (!root.value().is_object()) {
            roots.add_error(name, "must be an object of paths by platform");
            continue;
        }
        json::Reader places(root.value(), "/roots/" + std::string(name));
        for (const auto& place : root.value().get_object()) {
            const std::string_view platform = place.key();
            (void)places.member(platform);
            if (std::find(platforms().begin(), platforms().end(), platform) == platforms().end())
                places.add_error(platform, "is no platform; there are linux, macos and windows");
            else if (!place.value().is_null() && !place.value().is_string())
                places.add_error(platform, "must be a text");
            else if (place.value().is_string())
                if (auto wrong = root_fault(platform, std::string_view(place.value().get_string())))
                    places.add_error(platform, *wrong);
        }
        roots.merge(places);
    }
    reader.merge(roots);
}

/// Reads name, roots, templates and metadata, as they are in a patch too.
void read_fields(json::Reader& reader, StudioMapping& mapping) {
    if (auto name = reader.optional_text("name", {1, 200})) mapping.name = *name;
    if (const auto* roots = reader.member("roots")) {
        read_roots(reader, *roots);
        if (!reader.failed()) mapping.roots = json::merge_patch(mapping.roots, *roots);
    }
    if (const auto* listed = reader.array("templates", 100)) {
        std::string text = "[";
        for (std::size_t i = 0; i < listed->size(); ++i) {
            json::Reader item((*listed)[i], "/templates/" + std::to_string(i));
            const Template one = read_listed(item);
            const bool wrong = item.failed();
            reader.merge(item);
            if (wrong) continue;
            if (text.size() > 1) text += ',';
            json::ObjectWriter(text)
                .member("data_type", one.data_type)
                .member("entity_kind", one.kind)
                .member("pattern", one.pattern.text())
                .member("root", one.root)
                .member("children", one.children);
        }
        mapping.templates.text = text + "]";
        if (mapping.code == kHome && !listed->empty())
            reader.add_error("templates", "must be empty at home: there the project's folder templates hold");
    }
    if (reader.optional_object("metadata"))
        mapping.metadata = json::merge_patch(mapping.metadata, *reader.member("metadata"));
}

/// The templates that would hold at the mapping's site don't meet.
Result<> check(Call& call, const StudioMapping& mapping) {
    BIFROST_CHECK(call.tx.query(sql::lock_project, mapping.project_id));
    Layout layout;
    BIFROST_ASSIGN(layout.templates, load_templates(call.tx, mapping.project_id));
    BIFROST_CHECK(apply_mapping(mapping, layout));
    const auto met = collisions(layout.templates);
    if (met.empty()) return {};
    Error error{Errc::invalid, "The templates don't go together."};
    for (const auto& sentence : met) error.fields.push_back({"/templates", "meet: " + sentence});
    return error;
}

Result<StudioMapping> lock_mapping(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto seen, get_studio_mapping(call.tx, call.actor, id));
    BIFROST_CHECK(call.actor.require(Permission::project_update, seen.project_id, "studio mapping"));
    BIFROST_CHECK(call.tx.query(sql::lock_project, seen.project_id));
    BIFROST_ASSIGN(const auto now, get_studio_mapping(call.tx, call.actor, id));
    if (if_revision && *if_revision != now.revision)
        return Error{Errc::stale_revision,
                     "The studio mapping was changed by someone else: it is at revision " +
                         std::to_string(now.revision) + ". Read it again and repeat the change."};
    return now;
}

Result<> store(Call& call, StudioMapping& mapping, std::string_view before, std::string action) {
    mapping.revision += 1;
    mapping.updated_at = Timestamp::now();
    if (!call.actor.user_id.is_nil()) mapping.updated_by = call.actor.user_id;
    BIFROST_CHECK(call.tx.execute(sql::update_mapping, mapping.id, mapping.label, mapping.name, mapping.roots,
                                  mapping.templates, mapping.metadata, mapping.archived_at,
                                  mapping.updated_at, mapping.updated_by, mapping.revision));
    call.changes.add({std::move(action), mapping.project_id, "studio_mapping", mapping.id,
                      events::make_patch(before, json::to_json(mapping), kDerived)});
    return {};
}

Result<StudioMapping> set_archived(Call& call, const Id& id, std::optional<std::int64_t> if_revision,
                                   bool archived) {
    BIFROST_ASSIGN(StudioMapping mapping, lock_mapping(call, id, if_revision));
    if (mapping.archived_at.has_value() == archived) return mapping;
    const std::string before = json::to_json(mapping);
    mapping.archived_at = archived ? std::optional(Timestamp::now()) : std::nullopt;
    if (!archived) BIFROST_CHECK(check(call, mapping));
    BIFROST_CHECK(
        store(call, mapping, before, archived ? "studio_mapping.archived" : "studio_mapping.restored"));
    return mapping;
}

} // namespace

Result<> apply_mapping(const StudioMapping& mapping, Layout& layout) {
    BIFROST_ASSIGN(const auto roots, json::parse(mapping.roots.text));
    for (const auto& root : roots.as_object())
        for (const auto& place : root.value().as_object())
            layout.roots.put(std::string(root.key()), std::string(place.key()),
                             std::string(place.value().as_string()));
    BIFROST_ASSIGN(const auto listed, json::parse(mapping.templates.text));
    for (const auto& item : listed.as_array()) {
        json::Reader reader(item);
        Template one = read_listed(reader);
        BIFROST_CHECK(reader.finish());
        layout.templates.put(std::move(one));
    }
    return {};
}

Result<std::vector<StudioMapping>> list_studio_mappings(database::Tx& tx, const access::Actor& actor,
                                                        std::string_view project) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_mappings, found.id));
    std::vector<StudioMapping> mappings;
    for (const auto row : rows) {
        auto mapping = row.as<StudioMapping>();
        if (!mapping.archived_at) mappings.push_back(std::move(mapping));
    }
    return mappings;
}

Result<StudioMapping> get_studio_mapping(database::Tx& tx, const access::Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_mapping, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such studio mapping."};
    const auto mapping = rows[0].as<StudioMapping>();
    BIFROST_CHECK(actor.require(Permission::project_read, mapping.project_id, "studio mapping"));
    return mapping;
}

Result<StudioMapping> create_studio_mapping(Call& call, std::string_view project,
                                            const boost::json::value& body) {
    BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, project));
    BIFROST_CHECK(call.actor.require(Permission::project_update, found.id, "project"));
    json::Reader reader(body);
    StudioMapping mapping;
    mapping.id = Id::make();
    mapping.project_id = found.id;
    mapping.label = reader.code("code");
    mapping.code = fold_code(mapping.label).value_or("");
    mapping.name = mapping.label;
    read_fields(reader, mapping);
    BIFROST_CHECK(reader.finish());
    BIFROST_CHECK(check(call, mapping));
    mapping.created_at = mapping.updated_at = Timestamp::now();
    if (!call.actor.user_id.is_nil()) mapping.created_by = mapping.updated_by = call.actor.user_id;
    auto inserted = call.tx.execute(sql::insert_mapping, mapping.id, mapping.project_id, mapping.code,
                                    mapping.label, mapping.name, mapping.roots, mapping.templates,
                                    mapping.created_at, mapping.created_by, mapping.metadata);
    if (!inserted && inserted.error().code == Errc::conflict)
        return Error{Errc::conflict, "The project has a studio mapping '" + mapping.code +
                                         "' already; change it, or restore it when it is archived."};
    if (!inserted) return inserted.error();
    call.changes.add({"studio_mapping.created", mapping.project_id, "studio_mapping", mapping.id,
                      events::make_patch("", json::to_json(mapping), kDerived)});
    return mapping;
}

Result<StudioMapping> update_studio_mapping(Call& call, const Id& id, const boost::json::value& patch,
                                            std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(StudioMapping mapping, lock_mapping(call, id, if_revision));
    if (mapping.archived_at)
        return Error{Errc::conflict, "The studio mapping is archived; restore it to change it."};
    const std::string before = json::to_json(mapping);
    json::Reader reader(patch);
    reader.refuse_null({"name", "roots", "templates"});
    read_fields(reader, mapping);
    BIFROST_CHECK(reader.finish());
    BIFROST_CHECK(check(call, mapping));
    BIFROST_CHECK(store(call, mapping, before, "studio_mapping.updated"));
    return mapping;
}

Result<StudioMapping> archive_studio_mapping(Call& call, const Id& id,
                                             std::optional<std::int64_t> if_revision) {
    return set_archived(call, id, if_revision, true);
}

Result<StudioMapping> restore_studio_mapping(Call& call, const Id& id,
                                             std::optional<std::int64_t> if_revision) {
    return set_archived(call, id, if_revision, false);
}

} // namespace bifrost::folder
