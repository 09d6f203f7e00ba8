#pragma once
// What the sources of this room share: reading the fields that episodes, sequences and shots have in common,
// and writing a change with its event.

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/project/entity.hpp"
#include "services/project/field.hpp"

namespace bifrost::shot {

/// What never stands in an event: it follows from something else.
const std::vector<std::string_view>& derived_fields();

constexpr std::int64_t kMostOrder = 1'000'000'000;

/// The project behind an id or a code that new things may be put into: not_found, forbidden without
/// shot:create, conflict while it is archived.
Result<Id> open_project(access::Call& call, std::string_view project);

/// A row of the entity table that things may be put under: its kind, not archived, in this project; a bad
/// field ("/sequence_id") otherwise.
Result<project::Entity> get_parent(access::Call& call, const Id& id, const Id& project_id,
                                   std::string_view kind, std::string_view key);

/// project::check_metadata, where there is anything to check.
Result<json::Raw> check_fields_of(access::Call& call, const project::MetadataChange& change,
                                  const json::Raw& after);

/// The members that creation and change have in common, read into `entity`; those of the common row into the
/// outcome. `is_new`: code is required and nulls mean absence.
template <class T>
project::EntityChange read_common(json::Reader& reader, T& entity, bool is_new) {
    project::EntityChange change;
    if (is_new)
        change.typed_code = reader.code("code");
    else
        change.typed_code = reader.optional_code("code");
    if (!is_new) reader.refuse_null({"code", "name", "order"});
    if (auto name = reader.optional_text("name", {1, 200})) entity.name = *name;
    if (auto text = reader.optional_text("description", {0, 20'000, true})) entity.description = *text;
    if (reader.is_null("description")) entity.description.clear();
    if (const auto order = reader.optional_integer("order", 0, kMostOrder)) entity.order = *order;
    if (reader.optional_object("metadata"))
        change.metadata = json::merge_patch(entity.metadata, *reader.member("metadata"));
    else if (reader.is_null("metadata") && !is_new)
        change.metadata = json::Raw{};
    if (change.metadata && change.metadata->text.size() > std::size_t{64} * 1024)
        reader.add_error("metadata", "would become larger than 64 KiB");
    return change;
}

/// After reading, when nothing failed: code, label and metadata as they will be; the name is the code's label
/// unless one was given.
template <class T>
void take_change(T& entity, const project::EntityChange& change) {
    if (change.typed_code) {
        entity.label = *change.typed_code;
        entity.code = fold_code(entity.label).value_or("");
    }
    if (change.metadata) entity.metadata = *change.metadata;
    if (entity.name.empty()) entity.name = entity.label;
}

/// The metadata as the project's fields want it, after take_change. `parent_id` of a new one.
template <class T>
Result<> check_fields(access::Call& call, std::string_view kind, const json::Raw& before, T& entity,
                      const std::optional<Id>& parent_id, const boost::json::value& body) {
    BIFROST_ASSIGN(entity.metadata, check_fields_of(call,
                                                    {kind, entity.project_id, parent_id, before,
                                                     parent_id.has_value(), project::metadata_in(body)},
                                                    entity.metadata));
    return {};
}

/// Inserts the common row of a new episode, sequence or shot and takes over what it says.
template <class T>
Result<> insert_common(access::Call& call, T& entity, std::string_view kind, const Id& parent_id) {
    BIFROST_ASSIGN(const auto fields,
                   project::insert_entity(call, {Id::make(), std::string(kind), entity.project_id, parent_id,
                                                 entity.label, entity.metadata}));
    static_cast<project::EntityFields&>(entity) = fields;
    return {};
}

/// The event of what became of an entity; false when nothing that people see has changed.
bool add_event(access::Call& call, std::string action, std::string_view kind, const Id& project_id,
               const Id& id, std::string_view before, std::string_view after);

bool texts_differ(std::string_view before, std::string_view after);
template <class T>
bool differs(const T& before, const T& after) {
    return texts_differ(json::to_json(before), json::to_json(after));
}

Result<> set_parent(access::Call& call, const Id& id, const Id& parent_id, std::string_view code);

} // namespace bifrost::shot
