// Setting the same values on many assets or versions.

#include <algorithm>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/asset/asset_type.hpp"
#include "services/project/field.hpp"
#include "services/workflow/bulk.sql.hpp"
#include "services/workflow/bulk_change.hpp"

namespace bifrost::workflow {
namespace {

constexpr std::size_t kMostMetadataBytes = std::size_t{64} * 1024;
constexpr std::size_t kMostTags = 100;

/// What a change of an asset compares and an event shows.
struct AssetFields {
    json::Raw metadata;
    std::string type;
    std::string name;
    std::string description;
    json::Raw tags;
    bool is_assembly = false;
};
BOOST_DESCRIBE_STRUCT(AssetFields, (), (metadata, type, name, description, tags, is_assembly))

struct VersionFields {
    json::Raw metadata;
    std::string comment;
};
BOOST_DESCRIBE_STRUCT(VersionFields, (), (metadata, comment))

struct TagChange {
    std::optional<std::vector<std::string>> set;
    std::vector<std::string> remove;
    std::vector<std::string> add;
};

struct AssetValues {
    std::optional<std::string> name;
    std::optional<std::string> type;
    std::optional<std::string> description;
    std::optional<bool> is_assembly;
    std::optional<TagChange> tags;
    const boost::json::value* metadata = nullptr;
};

std::optional<TagChange> read_tag_change(json::Reader& reader) {
    const auto* value = reader.member("tags");
    if (value == nullptr) return std::nullopt;
    json::Reader nested(*value, "/set/tags");
    TagChange change;
    change.set = nested.optional_texts("set", kMostTags, {1, 64});
    change.remove = nested.optional_texts("remove", kMostTags, {1, 64}).value_or(std::vector<std::string>{});
    change.add = nested.optional_texts("add", kMostTags, {1, 64}).value_or(std::vector<std::string>{});
    reader.merge(nested);
    return change;
}

const boost::json::value* read_metadata(json::Reader& reader) {
    return reader.optional_object("metadata") ? reader.member("metadata") : nullptr;
}

Result<> refuse_empty(const boost::json::value& set) {
    if (set.is_object() && set.get_object().empty())
        return invalid_field("/set", "must name what shall change");
    return {};
}

Result<AssetValues> read_asset_values(BulkWork& work) {
    BIFROST_CHECK(refuse_empty(*work.request.set));
    json::Reader reader(*work.request.set, "/set");
    AssetValues values;
    values.name = reader.optional_text("name", {1, 200});
    values.type = reader.optional_text("type", {1, 64});
    values.description = reader.optional_text("description", {0, 20'000, true});
    values.is_assembly = reader.optional_boolean("is_assembly");
    values.tags = read_tag_change(reader);
    values.metadata = read_metadata(reader);
    if (reader.has("status")) {
        reader.member("status");
        reader.add_error("status", "is never set; ask for a `transition` instead");
    }
    BIFROST_CHECK(reader.finish());
    if (!values.type) return values;
    auto type = asset::get_asset_type(work.call.tx, work.project_id, *values.type);
    if (!type) {
        Error error = type.error();
        for (auto& field : error.fields) field.pointer = "/set" + field.pointer;
        return error;
    }
    values.type = type->code;
    return values;
}

/// The list after the change, each tag once whatever its case.
std::vector<std::string> apply(const TagChange& change, const json::Raw& tags) {
    std::vector<std::string> list;
    std::vector<std::string> keys;
    const auto put = [&](const std::string& tag) {
        std::string key = fold_case(tag);
        if (std::find(keys.begin(), keys.end(), key) != keys.end()) return;
        keys.push_back(std::move(key));
        list.push_back(tag);
    };
    if (change.set) {
        for (const auto& tag : *change.set) put(tag);
    } else {
        const auto standing = boost::json::parse(tags.text);
        for (const auto& tag : standing.as_array()) put(std::string(tag.get_string()));
    }
    for (const auto& tag : change.remove) {
        const auto at = std::find(keys.begin(), keys.end(), fold_case(tag)) - keys.begin();
        if (at == std::ssize(keys)) continue;
        keys.erase(keys.begin() + at);
        list.erase(list.begin() + at);
    }
    for (const auto& tag : change.add) put(tag);
    return list;
}

AssetFields changed_fields(const AssetFields& before, const AssetValues& values) {
    AssetFields after = before;
    if (values.name) after.name = *values.name;
    if (values.type) after.type = *values.type;
    if (values.description) after.description = *values.description;
    if (values.is_assembly) after.is_assembly = *values.is_assembly;
    if (values.tags) after.tags.text = json::to_json(apply(*values.tags, before.tags));
    if (values.metadata != nullptr) after.metadata = json::merge_patch(before.metadata, *values.metadata);
    return after;
}

json::Raw canonical(std::string_view text) {
    if (text == "{}") return {};
    return {json::canonical(boost::json::parse({text.data(), text.size()}))};
}

/// Those of the assets that have components and therefore stay assemblies.
Result<std::set<Id>> filled_assemblies(BulkWork& work) {
    std::set<Id> filled;
    BIFROST_ASSIGN(const auto rows,
                   work.call.tx.query(sql::list_filled_assemblies, json::to_json(work.request.ids)));
    for (const auto row : rows) filled.insert(row.id(0));
    return filled;
}

bool is_too_large(BulkWork& work, const Id& id, const json::Raw& metadata) {
    if (metadata.text.size() <= kMostMetadataBytes) return false;
    work.conflicts.push_back({id, "Its metadata would become larger than 64 KiB."});
    return true;
}

/// The statements of a bulk, row by row.
struct AssetWrites {
    std::vector<database::Params> entities;
    std::vector<database::Params> assets;
    std::vector<database::Params> tag_owners;
    std::vector<database::Params> tags;

    void add(const BulkWork& work, const Id& id, const AssetFields& before, const AssetFields& after) {
        entities.push_back(work.change_params(id));
        entities.back().push_back(database::to_value(after.metadata));
        assets.push_back(database::make_params(id, after.name, fold_case(after.name), after.type,
                                               after.description, after.tags, after.is_assembly));
        if (before.tags == after.tags) return;
        tag_owners.push_back(database::make_params(id));
        const auto list = boost::json::parse(after.tags.text);
        for (const auto& tag : list.as_array())
            tags.push_back(database::make_params(id, fold_case(std::string_view(tag.get_string()))));
    }
};

} // namespace

Result<> bulk_set_assets(BulkWork& work) {
    BIFROST_ASSIGN(const AssetValues values, read_asset_values(work));
    BIFROST_ASSIGN(const auto rows,
                   work.call.tx.query(sql::lock_assets, work.project_id, json::to_json(work.request.ids)));
    std::set<Id> filled;
    if (values.is_assembly == false) {
        BIFROST_ASSIGN(filled, filled_assemblies(work));
    }
    project::FieldRules rules;
    if (values.metadata != nullptr) {
        BIFROST_ASSIGN(rules, project::load_rules(work.call.tx, work.project_id, "asset"));
    }
    AssetWrites writes;
    for (const auto row : rows) {
        const Id id = row.id(0);
        if (!work.admit(id, row.integer(1), !row.is_null(9))) continue;
        AssetFields before{canonical(row.text(2)),   std::string(row.text(4)),   std::string(row.text(5)),
                           std::string(row.text(6)), {std::string(row.text(7))}, row.boolean(8)};
        AssetFields after = changed_fields(before, values);
        if (!rules.empty()) {
            const auto checked = project::check_metadata(
                work.call, rules, {"asset", work.project_id, {}, before.metadata, false, values.metadata},
                after.metadata);
            if (!checked) {
                const auto& fields = checked.error().fields;
                work.conflicts.push_back({id, fields.empty() ? checked.error().detail
                                                             : fields[0].pointer + " " + fields[0].detail});
                continue;
            }
            after.metadata = *checked;
        }
        const std::string before_text = json::to_json(before);
        const std::string after_text = json::to_json(after);
        if (before_text == after_text) continue;
        if (filled.contains(id)) {
            work.conflicts.push_back({id, "It has components and therefore stays an assembly."});
            continue;
        }
        if (is_too_large(work, id, after.metadata)) continue;
        if (boost::json::parse(after.tags.text).as_array().size() > kMostTags) {
            work.conflicts.push_back({id, "It would have more than 100 tags."});
            continue;
        }
        work.change(id, "asset.updated", events::make_patch(before_text, after_text));
        writes.add(work, id, before, after);
    }
    if (!work.shall_write()) return {};
    BIFROST_CHECK(work.run(sql::change_metadata, writes.entities));
    BIFROST_CHECK(work.run(sql::change_asset, writes.assets));
    BIFROST_CHECK(work.run(sql::delete_asset_tags, writes.tag_owners));
    return work.run(sql::insert_asset_tag, writes.tags);
}

Result<> bulk_set_versions(BulkWork& work) {
    BIFROST_CHECK(refuse_empty(*work.request.set));
    json::Reader reader(*work.request.set, "/set");
    const auto comment = reader.optional_text("comment", {0, 20'000, true});
    const auto* metadata = read_metadata(reader);
    BIFROST_CHECK(reader.finish());
    BIFROST_ASSIGN(const auto rows,
                   work.call.tx.query(sql::lock_versions, work.project_id, json::to_json(work.request.ids)));
    std::vector<database::Params> entities;
    std::vector<database::Params> comments;
    for (const auto row : rows) {
        const Id id = row.id(0);
        const access::Actor& actor = work.call.actor;
        // A draft is its author's alone.
        if (row.text(5) != "published" && row.id(6) != actor.user_id && !actor.is_administrator()) continue;
        if (!work.admit(id, row.integer(1), !row.is_null(7))) continue;
        const VersionFields before{canonical(row.text(2)), std::string(row.text(4))};
        VersionFields after = before;
        if (comment) after.comment = *comment;
        if (metadata != nullptr) after.metadata = json::merge_patch(before.metadata, *metadata);
        const std::string before_text = json::to_json(before);
        const std::string after_text = json::to_json(after);
        if (before_text == after_text || is_too_large(work, id, after.metadata)) continue;
        work.change(id, "version.updated", events::make_patch(before_text, after_text));
        entities.push_back(work.change_params(id));
        entities.back().push_back(database::to_value(after.metadata));
        comments.push_back(database::make_params(id, after.comment));
    }
    if (!work.shall_write()) return {};
    BIFROST_CHECK(work.run(sql::change_metadata, entities));
    return work.run(sql::change_comment, comments);
}

} // namespace bifrost::workflow
