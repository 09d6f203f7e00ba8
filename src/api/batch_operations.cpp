#include "api/batch_operations.hpp"

#include <array>

#include "services/asset/asset.hpp"
#include "services/project/project.hpp"
#include "services/publish/file.hpp"
#include "services/publish/product.hpp"
#include "services/publish/publish_version.hpp"
#include "services/publish/version.hpp"
#include "services/shot/episode.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot.hpp"
#include "services/task/task.hpp"
#include "services/workflow/workflow.hpp"

namespace bifrost::api {
namespace {

using access::Call;
using Outcome = Result<BatchOutcome>;

/// The outcome of a service that gives the entity.
template <class T>
Outcome outcome(Result<T> entity, int status = 200) {
    if (!entity) return entity.error();
    return BatchOutcome{status, entity->id, entity->revision};
}

/// An entity's id in a path; nothing can have what is none.
Result<Id> parse_id(std::string_view text) {
    if (const auto id = Id::parse(text)) return *id;
    return Error{Errc::not_found, "There is nothing with the id '" + std::string(text) + "'."};
}

using Run = Outcome (*)(Call&, const Id&, const BatchStep&);
using RunInProject = Outcome (*)(Call&, std::string_view, const BatchStep&);

struct Row {
    std::string_view op;
    std::string_view pattern; ///< "*" stands for the id
    Run run = nullptr;
    RunInProject run_in_project = nullptr; ///< where a code will do
};

Outcome publish(Call& call, const Id& id, const BatchStep& step) {
    auto version = publish::publish_version(call, id, step.if_revision);
    if (!version) return version.error();
    // All or nothing: a failed version is no outcome of a batch.
    BIFROST_CHECK(publish::refuse_failed(*version));
    return BatchOutcome{version->state == "published" ? 200 : 202, version->id, version->revision};
}

Outcome add_files(Call& call, const Id& id, const BatchStep& step) {
    BIFROST_CHECK(publish::add_files(call, id, step.body));
    BIFROST_ASSIGN(const auto version, publish::get_version(call.tx, call.actor, id));
    return BatchOutcome{201, id, version.revision};
}

constexpr std::string_view kShot = "shot";
constexpr std::string_view kSequence = "sequence";
constexpr std::string_view kEpisode = "episode";

template <const std::string_view& owner_kind>
Outcome create_product(Call& call, const Id& id, const BatchStep& step) {
    return outcome(publish::create_product(call, id, owner_kind, step.body), 201);
}

template <auto service>
Outcome update(Call& call, const Id& id, const BatchStep& step) {
    return outcome(service(call, id, step.body, step.if_revision));
}

template <auto service>
Outcome move(Call& call, const Id& id, const BatchStep& step) {
    return outcome(service(call, id, step.if_revision));
}

const std::array kRows = {
    Row{"create", "/projects/*/assets", nullptr,
        [](Call& call, std::string_view project, const BatchStep& step) {
            return outcome(asset::create_asset(call, project, step.body), 201);
        }},
    Row{"create", "/assets/*/products",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(publish::create_product(call, id, "asset", step.body), 201);
        }},
    Row{"create", "/projects/*/episodes", nullptr,
        [](Call& call, std::string_view project, const BatchStep& step) {
            return outcome(shot::create_episode(call, project, step.body), 201);
        }},
    Row{"create", "/projects/*/sequences", nullptr,
        [](Call& call, std::string_view project, const BatchStep& step) {
            return outcome(shot::create_sequence(call, project, step.body), 201);
        }},
    Row{"create", "/projects/*/shots", nullptr,
        [](Call& call, std::string_view project, const BatchStep& step) {
            return outcome(shot::create_shot(call, project, step.body), 201);
        }},
    Row{"create", "/projects/*/tasks", nullptr,
        [](Call& call, std::string_view project, const BatchStep& step) {
            return outcome(task::create_task(call, project, step.body), 201);
        }},
    Row{"create", "/shots/*/products", create_product<kShot>},
    Row{"create", "/sequences/*/products", create_product<kSequence>},
    Row{"create", "/episodes/*/products", create_product<kEpisode>},
    Row{"create", "/products/*/versions",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(publish::create_version(call, id, step.body), 201);
        }},
    Row{"create", "/versions/*/files", add_files},

    Row{"update", "/projects/*", nullptr,
        [](Call& call, std::string_view project, const BatchStep& step) {
            return outcome(project::update_project(call, project, step.body, step.if_revision));
        }},
    Row{"update", "/assets/*",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(asset::update_asset(call, id, step.body, step.if_revision));
        }},
    Row{"update", "/episodes/*", update<shot::update_episode>},
    Row{"update", "/sequences/*", update<shot::update_sequence>},
    Row{"update", "/shots/*", update<shot::update_shot>},
    Row{"update", "/tasks/*", update<task::update_task>},
    Row{"update", "/products/*",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(publish::update_product(call, id, step.body, step.if_revision));
        }},
    Row{"update", "/versions/*",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(publish::update_version(call, id, step.body, step.if_revision));
        }},

    Row{"archive", "/projects/*", nullptr,
        [](Call& call, std::string_view project, const BatchStep& step) {
            return outcome(project::archive_project(call, project, step.if_revision));
        }},
    Row{"archive", "/assets/*",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(asset::archive_asset(call, id, step.if_revision));
        }},
    Row{"archive", "/episodes/*", move<shot::archive_episode>},
    Row{"archive", "/sequences/*", move<shot::archive_sequence>},
    Row{"archive", "/shots/*", move<shot::archive_shot>},
    Row{"archive", "/tasks/*", move<task::archive_task>},
    Row{"archive", "/products/*",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(publish::archive_product(call, id, step.if_revision));
        }},
    Row{"archive", "/versions/*",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(publish::archive_version(call, id, step.if_revision));
        }},

    Row{"restore", "/projects/*", nullptr,
        [](Call& call, std::string_view project, const BatchStep& step) {
            return outcome(project::restore_project(call, project, step.if_revision));
        }},
    Row{"restore", "/assets/*",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(asset::restore_asset(call, id, step.if_revision));
        }},
    Row{"restore", "/episodes/*", move<shot::restore_episode>},
    Row{"restore", "/sequences/*", move<shot::restore_sequence>},
    Row{"restore", "/shots/*", move<shot::restore_shot>},
    Row{"restore", "/tasks/*", move<task::restore_task>},
    Row{"restore", "/products/*",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(publish::restore_product(call, id, step.if_revision));
        }},
    Row{"restore", "/versions/*",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(publish::restore_version(call, id, step.if_revision));
        }},

    Row{"publish", "/versions/*", publish},
    Row{"transition", "/assets/*",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(workflow::transition(call, "asset", id, step.body, step.if_revision));
        }},
    Row{"transition", "/shots/*",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(workflow::transition(call, "shot", id, step.body, step.if_revision));
        }},
    Row{"transition", "/tasks/*",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(workflow::transition(call, "task", id, step.body, step.if_revision));
        }},
    Row{"transition", "/versions/*",
        [](Call& call, const Id& id, const BatchStep& step) {
            return outcome(workflow::transition(call, "version", id, step.body, step.if_revision));
        }},
};

/// What stands for "*" when the path has the pattern's form.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
    const std::size_t star = pattern.find('*');
    const std::string_view before = pattern.substr(0, star);
    const std::string_view after = pattern.substr(star + 1);
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
        return std::nullopt;
    const auto middle = path.substr(before.size(), path.size() - before.size() - after.size());
    if (middle.find('/') != std::string_view::npos) return std::nullopt;
    return middle;
}

/// "/versions/<id>/publish" is as good as "/versions/<id>".
std::string_view without_action(std::string_view path, std::string_view op) {
    const std::string action = "/" + std::string(op == "transition" ? "transitions" : op);
    if (op != "create" && op != "update" && path.ends_with(action)) path.remove_suffix(action.size());
    return path;
}

bool takes_body(std::string_view op) { return op == "create" || op == "update" || op == "transition"; }

bool is_nothing(const boost::json::value& body) {
    return body.is_null() || (body.is_object() && body.get_object().empty());
}

Outcome run_in_project(Call& call, const Row& row, std::string_view project, const BatchStep& step,
                       ProjectIds& known) {
    if (step.op != "create") {
        known.clear(); // its code may change
        return row.run_in_project(call, project, step);
    }
    auto found = known.find(project);
    if (found == known.end()) {
        BIFROST_ASSIGN(const auto named, project::get_project(call.tx, call.actor, project));
        found = known.emplace(project, named.id.text()).first;
    }
    return row.run_in_project(call, found->second, step);
}

} // namespace

Result<BatchOutcome> run_step(Call& call, const BatchStep& step, ProjectIds& known) {
    const std::string_view path = without_action(step.path, step.op);
    for (const auto& row : kRows) {
        if (row.op != step.op) continue;
        const auto id_text = match(row.pattern, path);
        if (!id_text) continue;
        if (!takes_body(step.op) && !is_nothing(step.body))
            return invalid_field("/body", "must be absent or empty: '" + step.op + "' takes no body");
        if (row.run_in_project != nullptr) return run_in_project(call, row, *id_text, step, known);
        BIFROST_ASSIGN(const Id id, parse_id(*id_text));
        return row.run(call, id, step);
    }
    return invalid_field("/path",
                         "is nothing that a batch can " + step.op +
                             "; it reaches projects, assets, episodes, sequences, shots, products and "
                             "versions");
}

} // namespace bifrost::api
