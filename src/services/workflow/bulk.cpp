#include "services/workflow/bulk.hpp"

#include <unordered_set>

#include "core/json_reader.hpp"
#include "services/project/project.hpp"
#include "services/workflow/bulk_change.hpp"

namespace bifrost::workflow {
namespace {

using access::Permission;

constexpr std::size_t kMostIds = 10'000;
constexpr std::size_t kMostErrors = 100; // more of the same tell nobody more

void read_ids(json::Reader& reader, BulkRequest& request) {
    const auto* items = reader.array("ids", kMostIds, true);
    if (items == nullptr) return;
    if (items->empty()) reader.add_error("ids", "must not be empty");
    std::unordered_set<Id> seen;
    std::size_t errors = 0;
    for (std::size_t i = 0; i < items->size() && errors < kMostErrors; ++i) {
        const auto* text = (*items)[i].if_string();
        const auto id = text ? Id::parse({text->data(), text->size()}) : std::nullopt;
        if (id && seen.insert(*id).second) {
            request.ids.push_back(*id);
            continue;
        }
        reader.add_item_error("ids", i, id ? "stands there twice" : "must be an id (a UUID)");
        ++errors;
    }
}

void read_revisions(json::Reader& reader, BulkRequest& request) {
    const auto* value = reader.member("if_revisions");
    if (value == nullptr) return;
    const auto* object = value->if_object();
    bool sound = object != nullptr;
    for (std::size_t i = 0; sound && i < object->size(); ++i) {
        const auto& member = *(object->begin() + static_cast<std::ptrdiff_t>(i));
        const auto id = Id::parse(std::string_view(member.key()));
        sound = id && member.value().is_int64();
        if (sound) request.if_revisions.emplace(*id, member.value().get_int64());
    }
    if (!sound) reader.add_error("if_revisions", "must be an object of revisions by id");
}

BulkRequest read_request(json::Reader& reader) {
    BulkRequest request;
    request.kind = reader.optional_choice("kind", {"asset", "shot", "task", "version"}).value_or("");
    if (request.kind.empty() && !reader.failed())
        reader.add_error("kind", "is required: asset, shot, task or version");
    read_ids(reader, request);
    request.set = reader.member("set");
    if (const auto* move = reader.member("transition")) {
        json::Reader nested(*move, "/transition");
        request.move =
            MoveRequest{nested.text("to", {1, 64}), nested.optional_text("comment", {0, 20'000, true})};
        reader.merge(nested);
    }
    if ((request.set != nullptr) == request.move.has_value())
        reader.add_error("set", "is what shall change, or else `transition`: one of the two");
    read_revisions(reader, request);
    request.dry_run = reader.optional_boolean("dry_run").value_or(false);
    return request;
}

Permission permission_to_set(std::string_view kind) {
    if (kind == "version") return Permission::version_update;
    return kind == "task" ? Permission::task_update : Permission::asset_update;
}

Result<> refuse_missing(const BulkWork& work) {
    Error error{Errc::invalid, "Some of the ids name nothing that could be changed here."};
    for (std::size_t i = 0; i < work.request.ids.size() && error.fields.size() < kMostErrors; ++i)
        if (!work.rows.contains(work.request.ids[i]))
            error.fields.push_back(
                {"/ids/" + std::to_string(i), "is no " + work.request.kind + " of this project"});
    if (error.fields.empty()) return {};
    return error;
}

Error conflict_of(const BulkWork& work) {
    std::string list = "[";
    for (const auto& conflict : work.conflicts) {
        if (list.size() > 1) list += ',';
        json::ObjectWriter object(list);
        object.member("id", conflict.id).member("detail", conflict.detail);
        if (conflict.revision) object.member("revision", *conflict.revision);
        if (conflict.open) object.member("open", *conflict.open);
    }
    return Error{Errc::conflict, std::to_string(work.conflicts.size()) + " of " +
                                     std::to_string(work.request.ids.size()) +
                                     " can't be changed so; nothing was changed."}
        .with("conflicts", list + "]");
}

} // namespace

bool BulkWork::admit(const Id& id, std::int64_t revision, bool archived) {
    rows[id] = {id, revision, false};
    if (archived) {
        conflicts.push_back({id, "It is archived: restore it before changing it.", revision, std::nullopt});
        return false;
    }
    const auto wanted = request.if_revisions.find(id);
    if (wanted == request.if_revisions.end() || wanted->second == revision) return true;
    conflicts.push_back({id,
                         "It was changed by someone else: it is at revision " + std::to_string(revision) +
                             ", not " + std::to_string(wanted->second) + ".",
                         revision, std::nullopt});
    return false;
}

void BulkWork::change(const Id& id, std::string action, std::string patch) {
    BulkRow& row = rows[id];
    row.changed = true;
    if (request.dry_run) return;
    row.revision += 1;
    call.changes.add({std::move(action), project_id, request.kind, id, std::move(patch)});
}

database::Params BulkWork::change_params(const Id& id) const {
    const auto actor = call.actor.user_id.is_nil() ? std::nullopt : std::optional(call.actor.user_id);
    return database::make_params(id, now, actor);
}

Result<> BulkWork::run(const database::Query& query, const std::vector<database::Params>& params) {
    if (!params.empty()) BIFROST_CHECK(call.tx.execute_many(query, params));
    return {};
}

Result<BulkOutcome> bulk(access::Call& call, std::string_view project, const boost::json::value& body) {
    BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, project));
    json::Reader reader(body);
    const BulkRequest request = read_request(reader);
    if (request.set != nullptr && request.kind == "shot")
        reader.add_error("kind", "shots are moved in bulk, not set");
    if (request.set != nullptr)
        BIFROST_CHECK(call.actor.require(permission_to_set(request.kind), found.id, "project"));
    BIFROST_CHECK(reader.finish());
    BulkWork work{call, found.id, request, {}, {}};
    if (request.move)
        BIFROST_CHECK(bulk_move(work));
    else if (request.kind == "asset")
        BIFROST_CHECK(bulk_set_assets(work));
    else if (request.kind == "task")
        BIFROST_CHECK(bulk_set_tasks(work));
    else
        BIFROST_CHECK(bulk_set_versions(work));
    BIFROST_CHECK(refuse_missing(work));
    if (!work.conflicts.empty()) return conflict_of(work);
    BulkOutcome outcome;
    outcome.dry_run = request.dry_run;
    for (const auto& id : request.ids) {
        outcome.data.push_back(work.rows.at(id));
        outcome.changed += outcome.data.back().changed ? 1 : 0;
    }
    return outcome;
}

} // namespace bifrost::workflow
