// What follows from a move.

#include <algorithm>

#include <boost/json/parse.hpp>

#include "services/asset/asset.hpp"
#include "services/folder/scan.hpp"
#include "services/publish/preview.hpp"
#include "services/publish/version.hpp"
#include "services/shot/shot.hpp"
#include "services/task/catalog.hpp"
#include "services/task/task.hpp"
#include "services/webhook/webhook.hpp"
#include "services/workflow/bulk.sql.hpp"
#include "services/workflow/guard.hpp"
#include "services/workflow/workflow.hpp"
#include "services/workflow/workflow.sql.hpp"

namespace bifrost::workflow {
namespace {

Result<> create_tasks(access::Call& call, const Mover& mover, const boost::json::object& effect) {
    Id place = mover.id;
    if (mover.kind == "task") {
        BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_task_owner, mover.id));
        if (rows.empty()) return {};
        place = rows[0].id(0);
    }
    BIFROST_ASSIGN(const auto entity, project::find_entity(call.tx, place));
    if (!entity) return {};
    for (const auto& type : effect.at("task_types").as_array())
        BIFROST_CHECK(task::ensure_task(call, *entity, std::string_view(type.as_string())));
    return {};
}

Result<> set_metadata(access::Call& call, const Mover& mover, const boost::json::object& effect) {
    BIFROST_ASSIGN(const auto entity, project::find_entity(call.tx, mover.id));
    if (!entity) return {};
    const json::Raw before{json::canonical(boost::json::parse(entity->metadata.text))};
    const json::Raw after = json::merge_patch(before, effect.at("metadata"));
    if (after == before) return {};
    BIFROST_CHECK(call.tx.execute(sql::set_metadata, mover.id, after));
    const auto wrap = [](const json::Raw& metadata) { return "{\"metadata\":" + metadata.text + "}"; };
    call.changes.add({mover.kind + ".updated", mover.project_id, mover.kind, mover.id,
                      events::make_patch(wrap(before), wrap(after))});
    return {};
}

/// Members of an effect that may be missing.
std::vector<std::string> texts_of(const boost::json::object& effect, std::string_view key) {
    std::vector<std::string> texts;
    if (const auto* list = effect.if_contains(key))
        for (const auto& item : list->as_array()) texts.emplace_back(std::string_view(item.as_string()));
    return texts;
}

/// An event that those who tell people listen to.
Result<> notify(access::Call& call, const Mover& mover, const boost::json::object& effect) {
    std::vector<Id> users;
    const auto add = [&](const database::Rows& rows) {
        for (const auto row : rows)
            if (!row.is_null(0) && std::find(users.begin(), users.end(), row.id(0)) == users.end())
                users.push_back(row.id(0));
    };
    for (const auto& who : texts_of(effect, "who")) {
        BIFROST_ASSIGN(
            const auto rows,
            call.tx.query(who == "creator" ? sql::find_creator : sql::list_assignee_ids, mover.id));
        add(rows);
    }
    for (const auto& code : texts_of(effect, "users")) {
        BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_user_of_code, code));
        add(rows);
    }
    if (users.empty()) return {};
    std::string after;
    {
        json::ObjectWriter object(after);
        if (const auto* text = effect.if_contains("text"))
            object.member("text", std::string_view(text->as_string()));
        object.member("users", users);
    }
    call.changes.add({mover.kind + ".notified", mover.project_id, mover.kind, mover.id,
                      "{\"after\":" + after + ",\"before\":{}}"});
    return {};
}

template <class T>
Result<> without_value(const Result<T>& result) {
    if (!result) return result.error();
    return {};
}

Result<> update_fields(access::Call& call, const Mover& mover, const boost::json::value& fields) {
    if (mover.kind == "asset") return without_value(asset::update_asset(call, mover.id, fields, {}));
    if (mover.kind == "shot") return without_value(shot::update_shot(call, mover.id, fields, {}));
    if (mover.kind == "task") return without_value(task::update_task(call, mover.id, fields, {}));
    if (mover.kind == "version") return without_value(publish::update_version(call, mover.id, fields, {}));
    return Error{Errc::conflict, "Nothing can be set on a " + mover.kind + "."};
}

/// What was sound when it was saved may not fit this entity.
Result<> set_fields(access::Call& call, const Mover& mover, const boost::json::object& effect) {
    auto done = update_fields(call, mover, effect.at("fields"));
    if (done || done.error().code != Errc::invalid) return done;
    std::string why;
    for (const auto& field : done.error().fields)
        why += " " + field.pointer.substr(1) + " " + field.detail + ".";
    return Error{Errc::conflict, "What follows from it can't be done, so it isn't either:" + why};
}

Result<> run_job(access::Call& call, const Mover& mover, const boost::json::object& effect) {
    if (effect.at("job") == "previews") return publish::remake_previews(call, mover.id);
    return without_value(folder::request_scan(call, mover.project_id.text(), boost::json::object{}));
}

Result<> call_webhook(access::Call& call, const Mover& mover, const boost::json::object& effect) {
    const auto id = Id::parse(std::string_view(effect.at("webhook").as_string()));
    BIFROST_ASSIGN(const bool usable, webhook::is_usable(call.tx, *id, mover.project_id));
    // One that was deleted since has nobody to tell.
    if (usable) webhook::add_call(call.changes, *id, mover.project_id, mover.kind, mover.id, "effect");
    return {};
}

Result<> move_dependents(access::Call& call, const Mover& mover, const boost::json::object& effect) {
    if (mover.kind != "task") return {};
    const std::string from(std::string_view(effect.at("from").as_string()));
    const MoveRequest move{std::string(std::string_view(effect.at("to").as_string())), std::nullopt};
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::lock_free_dependents, mover.id, from));
    const auto now = Timestamp::now();
    for (const auto row : rows) {
        const Id id = row.id(0);
        // Its type may have another workflow, without such a move.
        BIFROST_ASSIGN(const auto states,
                       list_reachable(call.tx, "task", mover.project_id, std::string(row.text(1)), from));
        const bool leads = std::any_of(states.begin(), states.end(), [&](const auto& state) {
            return state.code == move.to && state.permission && !state.is_closed();
        });
        if (!leads) continue;
        BIFROST_CHECK(call.tx.execute(sql::raise_revision, id, now, std::optional<Id>{}));
        BIFROST_CHECK(call.tx.execute(sql::set_task_status, id, move.to, 0, std::optional<Timestamp>{}));
        call.changes.add({"task.transitioned", mover.project_id, "task", id, patch_of_move(from, move)});
    }
    return {};
}

} // namespace

Result<> run_effect(access::Call& call, const Mover& mover, const boost::json::object& effect) {
    const std::string_view kind = effect.at("kind").as_string();
    if (kind == "create_tasks") return create_tasks(call, mover, effect);
    if (kind == "set_fields") return set_fields(call, mover, effect);
    if (kind == "set_metadata") return set_metadata(call, mover, effect);
    if (kind == "notify") return notify(call, mover, effect);
    if (kind == "run_job") return run_job(call, mover, effect);
    if (kind == "webhook") return call_webhook(call, mover, effect);
    return move_dependents(call, mover, effect);
}

Result<> run_effects(access::Call& call, const Mover& mover, const Reachable& state) {
    if (!state.effects || *state.effects == "[]") return {};
    const auto effects = boost::json::parse(*state.effects);
    // Whoever moved: what follows is the workflow's.
    const auto workflow = access::Actor::system();
    access::Call by_workflow{call.tx, workflow, call.changes};
    for (const auto& item : effects.as_array())
        BIFROST_CHECK(run_effect(by_workflow, mover, item.as_object()));
    return {};
}

Result<> check_effect(database::Tx& tx, const std::optional<Id>& project_id,
                      const boost::json::object& effect, const std::string& pointer,
                      std::vector<FieldError>& errors) {
    if (effect.contains("task_types")) {
        BIFROST_ASSIGN(const auto types, task::usable_types(tx, project_id.value_or(Id{})));
        const auto wanted = texts_of(effect, "task_types");
        for (std::size_t i = 0; i < wanted.size(); ++i)
            if (std::none_of(types.begin(), types.end(),
                             [&](const auto& type) { return type.code == wanted[i]; }))
                errors.push_back(
                    {pointer + "/task_types/" + std::to_string(i), "is no task type that can be used here"});
    }
    if (const auto* hook = effect.if_contains("webhook")) {
        const auto id = Id::parse(std::string_view(hook->as_string()));
        bool usable = false;
        if (id) {
            BIFROST_ASSIGN(usable, webhook::is_usable(tx, *id, project_id.value_or(Id{})));
        }
        if (!usable) errors.push_back({pointer + "/webhook", "is no webhook of the project or of the site"});
    }
    return {};
}

} // namespace bifrost::workflow
