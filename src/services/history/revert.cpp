#include "services/history/revert.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "events/event_log.hpp"
#include "services/history/history.sql.hpp"
#include "services/history/kinds.hpp"

namespace bifrost::history {
namespace {

using access::Permission;

constexpr std::size_t kMostEvents = 20'000;
constexpr std::size_t kMostConflicts = 100;

struct Event {
    events::Position position;
    std::string action;
    std::optional<Id> project_id;
    std::string kind;
    Id id;
    boost::json::object before;
    boost::json::object after;
};

struct Conflict {
    std::string entity_kind;
    Id entity_id;
    std::string field;
    std::string detail;
    std::string changed_by; ///< the position of the later event
};

enum class Step { archive, restore, update, transition };

/// What becomes of one entity.
struct Plan {
    const Kind* kind = nullptr;
    boost::json::object now;     ///< as it stands
    boost::json::object unwound; ///< as it is after taking back what came so far
    boost::json::object fields;  ///< to be put back
    boost::json::object status;  ///< with what goes along
    std::vector<Step> steps;
};

struct Work {
    access::Call& call;
    Id change_set;
    std::vector<Event> events; ///< newest first
    std::map<Id, Plan> plans;
    std::vector<Id> order; ///< of the entities, as they were met
    std::vector<Conflict> conflicts;

    void refuse(const Event& event, std::string detail, std::string field = "", std::string changed_by = "") {
        if (conflicts.size() < kMostConflicts)
            conflicts.push_back(
                {event.kind, event.id, std::move(field), std::move(detail), std::move(changed_by)});
    }
};

boost::json::object side(const boost::json::value& patch, std::string_view name) {
    const auto* object = patch.if_object();
    const auto* value = object ? object->if_contains(name) : nullptr;
    return value != nullptr && value->is_object() ? value->get_object() : boost::json::object{};
}

Event read_event(const database::Row& row) {
    const auto patch = boost::json::parse(std::string(row.text(10)));
    return {{row.integer(0), row.integer(1), row.integer(2)},
            std::string(row.text(6)),
            row.get<std::optional<Id>>(7),
            std::string(row.text(8)),
            row.id(9),
            side(patch, "before"),
            side(patch, "after")};
}

bool ends(const Event& event, std::string_view verb) {
    return event.action == event.kind + "." + std::string(verb);
}

/// What may be there beside others and needs no undoing of its own.
bool is_echo(const Event& event) {
    return ends(event, "notified") || event.action == "cut.imported" || event.action == "task.time_logged";
}

Result<> read_events(Work& work, std::string_view text, bool only_this) {
    const Error missing{Errc::not_found, "There is no such event."};
    const auto position = events::Position::parse(text);
    if (!position) return missing;
    auto& tx = work.call.tx;
    BIFROST_ASSIGN(const auto found,
                   tx.query(sql::find_event, position->epoch, position->txid, position->number));
    if (found.empty()) return missing;
    const auto project_id = found[0].get<std::optional<Id>>(1);
    if (project_id ? !work.call.actor.may_see(*project_id) : !work.call.actor.is_administrator())
        return missing;
    work.change_set = found[0].id(0);
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_change_set, work.change_set));
    if (rows.size() > kMostEvents)
        return Error{Errc::conflict,
                     "The change set has more than 20,000 events; undo it in parts, event by event."};
    for (const auto row : rows) {
        Event event = read_event(row);
        if (only_this && event.position != *position) continue;
        if (event.project_id)
            BIFROST_CHECK(work.call.actor.require(Permission::history_revert, *event.project_id, "event"));
        else if (!work.call.actor.is_administrator())
            return missing;
        work.events.push_back(std::move(event));
    }
    return {};
}

/// The newest event of the entity that isn't of this change set and came later; `field` empty: any.
Result<std::string> find_later(Work& work, const Event& event, std::string_view field) {
    std::optional<events::Position> before;
    std::string found;
    for (bool more = true; more;) {
        BIFROST_ASSIGN(const auto page, events::entity_history(work.call.tx, event.id, before, 200));
        more = page.size() == 200;
        for (const auto& other : page) {
            before = other.position;
            if (other.position <= event.position) return found;
            if (other.change_set == work.change_set) continue;
            const auto patch = boost::json::parse(other.patch.text);
            if (field.empty() || side(patch, "after").contains(field)) return other.position.text();
        }
    }
    return found;
}

Result<Plan*> plan_of(Work& work, const Event& event) {
    const auto found = work.plans.find(event.id);
    if (found != work.plans.end()) return &found->second;
    const Kind* kind = find_kind(event.kind);
    if (kind == nullptr) {
        work.refuse(event, "'" + event.action + "' can't be undone.");
        return nullptr;
    }
    auto current = kind->read(work.call.tx, work.call.actor, event.id);
    if (!current && current.error().code == Errc::not_found) {
        work.refuse(event, "It is gone for good.");
        return nullptr;
    }
    if (!current) return current.error();
    Plan plan;
    plan.kind = kind;
    plan.now = boost::json::parse(*current).as_object();
    plan.unwound = plan.now;
    work.order.push_back(event.id);
    return &work.plans.emplace(event.id, std::move(plan)).first->second;
}

boost::json::value value_of(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr ? *value : boost::json::value(nullptr);
}

/// Takes the fields of the event back in `unwound`; what isn't as the event left it is a conflict.
Result<> unwind(Work& work, const Event& event, Plan& plan, boost::json::object& into) {
    for (const auto& member : event.after) {
        const std::string_view field = member.key();
        if (!plan.unwound.contains(field)) continue; // no field of it
        const auto now = json::canonical(value_of(plan.unwound, field));
        if (now != json::canonical(member.value())) {
            BIFROST_ASSIGN(auto later, find_later(work, event, field));
            work.refuse(event, "It was changed since.", std::string(field), std::move(later));
            continue;
        }
        const auto old_value = value_of(event.before, field);
        plan.unwound[field] = old_value;
        into[field] = old_value;
    }
    return {};
}

/// What was made is put away, unless somebody has worked on it since.
Result<> plan_removal(Work& work, const Event& event, Plan& plan) {
    BIFROST_ASSIGN(auto later, find_later(work, event, ""));
    if (!later.empty()) {
        work.refuse(event, "It was changed since it was made.", "", std::move(later));
        return {};
    }
    BIFROST_ASSIGN(const auto children, work.call.tx.query(sql::list_children, event.id));
    for (const auto row : children) {
        const Id child = row.id(0);
        const bool made_along = std::any_of(work.events.begin(), work.events.end(), [&](const auto& other) {
            return other.id == child && ends(other, "created");
        });
        if (made_along) continue;
        work.refuse(event, "Something was made below it since: the " + std::string(row.text(1)) + " " +
                               child.text() + ".");
        return {};
    }
    plan.fields.clear();
    plan.status.clear();
    plan.steps = {Step::archive};
    return {};
}

void add_step(Plan& plan, Step step) {
    if (std::find(plan.steps.begin(), plan.steps.end(), step) == plan.steps.end()) plan.steps.push_back(step);
}

Result<> plan_event(Work& work, const Event& event) {
    if (is_echo(event)) return {};
    BIFROST_ASSIGN(Plan * plan, plan_of(work, event));
    if (plan == nullptr) return {};
    if (ends(event, "created")) return plan_removal(work, event, *plan);
    boost::json::object ignored;
    if (ends(event, "archived") || ends(event, "restored")) {
        BIFROST_CHECK(unwind(work, event, *plan, ignored));
        add_step(*plan, ends(event, "archived") ? Step::restore : Step::archive);
        return {};
    }
    if (ends(event, "updated")) {
        BIFROST_CHECK(unwind(work, event, *plan, plan->fields));
        add_step(*plan, Step::update);
        return {};
    }
    if (ends(event, "transitioned")) {
        BIFROST_CHECK(unwind(work, event, *plan, plan->status));
        add_step(*plan, Step::transition);
        return {};
    }
    work.refuse(event, "'" + event.action + "' can't be undone.");
    return {};
}

/// A merge patch that makes `to` out of `from`.
boost::json::object difference(const boost::json::object& from, const boost::json::object& to) {
    boost::json::object patch;
    for (const auto& member : from)
        if (!to.contains(member.key())) patch[member.key()] = nullptr;
    for (const auto& member : to) {
        const auto* old_value = from.if_contains(member.key());
        if (old_value != nullptr && *old_value == member.value()) continue;
        if (old_value != nullptr && old_value->is_object() && member.value().is_object())
            patch[member.key()] = difference(old_value->get_object(), member.value().get_object());
        else
            patch[member.key()] = member.value();
    }
    return patch;
}

boost::json::object patch_of(const Plan& plan) {
    boost::json::object patch = plan.fields;
    // The code is what was typed, folded.
    if (const auto* label = patch.if_contains("label")) {
        const boost::json::value typed = *label;
        patch.erase("label");
        if (typed.is_string()) patch["code"] = typed;
    }
    if (auto* metadata = patch.if_contains("metadata"); metadata != nullptr && metadata->is_object())
        *metadata = difference(plan.now.at("metadata").as_object(), metadata->get_object());
    return patch;
}

Result<> run_step(Work& work, const Id& id, const Plan& plan, Step step) {
    switch (step) {
    case Step::archive:
        return plan.kind->archive(work.call, id);
    case Step::restore:
        return plan.kind->restore(work.call, id);
    case Step::update:
        return plan.kind->update(work.call, id, patch_of(plan));
    case Step::transition:
        return put_back_status(work.call, plan.kind->name, id, plan.status, plan.now);
    }
    return {};
}

/// What was archived has to be back before its fields can change.
std::vector<Step> in_order(const Plan& plan) {
    std::vector<Step> steps = plan.steps;
    std::stable_sort(steps.begin(), steps.end(), [](Step a, Step b) {
        const auto rank = [](Step step) { return step == Step::restore ? 0 : step == Step::archive ? 2 : 1; };
        return rank(a) < rank(b);
    });
    return steps;
}

Result<> apply(Work& work) {
    for (const Id& id : work.order) {
        const Plan& plan = work.plans.at(id);
        for (const Step step : in_order(plan)) {
            auto done = run_step(work, id, plan, step);
            if (done) continue;
            Error error = std::move(done).error();
            if (error.code != Errc::invalid && error.code != Errc::conflict) return error;
            std::string detail = error.detail;
            for (const auto& field : error.fields) detail += " " + field.pointer + " " + field.detail + ".";
            work.conflicts.push_back({std::string(plan.kind->name), id, "", detail, ""});
            return {}; // the transaction is given up
        }
    }
    return {};
}

std::string_view step_name(Step step) {
    switch (step) {
    case Step::archive:
        return "archive";
    case Step::restore:
        return "restore";
    case Step::update:
        return "update";
    case Step::transition:
        return "transition";
    }
    return "";
}

std::vector<Reversal> describe(const Work& work) {
    std::vector<Reversal> out;
    for (const Id& id : work.order) {
        const Plan& plan = work.plans.at(id);
        for (const Step step : in_order(plan)) {
            Reversal one{std::string(plan.kind->name), id, std::string(step_name(step)), {}};
            const auto& fields = step == Step::transition ? plan.status : plan.fields;
            if (step == Step::update || step == Step::transition)
                for (const auto& field : fields) one.fields.emplace_back(field.key());
            out.push_back(std::move(one));
        }
    }
    return out;
}

Error conflict_of(const Work& work) {
    std::string list = "[";
    for (const auto& conflict : work.conflicts) {
        if (list.size() > 1) list += ',';
        json::ObjectWriter object(list);
        object.member("entity_kind", conflict.entity_kind).member("entity_id", conflict.entity_id);
        if (!conflict.field.empty()) object.member("field", conflict.field);
        object.member("detail", conflict.detail);
        if (!conflict.changed_by.empty()) object.member("changed_by", conflict.changed_by);
    }
    return Error{Errc::conflict, "Something stands in the way, so nothing was undone; see `conflicts`."}.with(
        "conflicts", list + "]");
}

} // namespace

Result<Reverted> revert(access::Call& call, std::string_view position, const boost::json::value& body) {
    json::Reader reader(body);
    Reverted reverted;
    reverted.dry_run = reader.optional_boolean("dry_run").value_or(false);
    const bool only_this = reader.optional_boolean("only_this_event").value_or(false);
    Work work{call, {}, {}, {}, {}, {}};
    BIFROST_CHECK(read_events(work, position, only_this));
    BIFROST_CHECK(reader.finish());
    for (const auto& event : work.events) BIFROST_CHECK(plan_event(work, event));
    if (work.order.empty() && work.conflicts.empty())
        return Error{Errc::conflict, "There is nothing in this change set that could be undone."};
    if (!work.conflicts.empty()) return conflict_of(work);
    reverted.changes = describe(work);
    if (reverted.dry_run) return reverted;
    BIFROST_CHECK(apply(work));
    if (!work.conflicts.empty()) return conflict_of(work);
    return reverted;
}

} // namespace bifrost::history
