#include <algorithm>

#include <CLI/CLI.hpp>

#include "client/field_options.hpp"
#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"
#include "core/timestamp.hpp"

namespace bifrost::client {
namespace {

constexpr const char* kTaskHelp = "The task's id, or ENTITY#TYPE: sq010/sh0010#animation";

void add_fields(FieldOptions& fields, CLI::App& command) {
    fields.text(command, "--name", "name", "For people");
    fields.text(command, "--description", "description", "A few sentences");
    fields.text(command, "--priority", "priority", "low, normal, high or urgent");
    fields.text(command, "--start", "start_date", "The first day of work: 2026-01-31");
    fields.text(command, "--due", "due_date", "The last day of work");
    fields.json(command, "--bid", "bid_minutes", "How many minutes it should take");
    fields.texts(command, "--assign", "assignees", "Who does it: codes of users");
    fields.json(command, "--depends-on", "depends_on", R"(JSON: [{"task_id": …, "kind": …, "lag_days": …}])");
    fields.json(command, "--metadata", "metadata", "A JSON object");
}

/// The task behind an id or ENTITY#TYPE.
Result<boost::json::value> find_task(Context& context, const std::string& text) {
    const std::size_t hash = text.rfind('#');
    if (hash == std::string::npos) {
        BIFROST_ASSIGN(Api * api, context.api());
        BIFROST_ASSIGN(const Answer answer, api->get("/tasks/" + percent_encode(text)));
        return answer.body;
    }
    BIFROST_ASSIGN(const Location location, locate(context, text.substr(0, hash), {}));
    BIFROST_ASSIGN(Api * api, context.api());
    BIFROST_ASSIGN(const Answer answer,
                   api->get("/projects/" + location.project_id + "/tasks",
                            {{"entity_id", location.id}, {"type", text.substr(hash + 1)}, {"limit", "10"}}));
    const auto& found = array_of(answer.body, "data");
    if (found.size() == 1) return found.front();
    if (found.empty()) return Error{Errc::not_found, "There is no task '" + text + "'."};
    std::string names;
    for (const auto& one : found)
        names += (names.empty() ? "" : ", ") + text_or(one, "name", "") + " (" + text_or(one, "id", "") + ")";
    return usage_error("There are several tasks '" + text + "'; give the id of one: " + names);
}

Result<std::string> task_path(Context& context, const std::string& text) {
    BIFROST_ASSIGN(const auto task, find_task(context, text));
    BIFROST_ASSIGN(const auto id, get_text(task, "id"));
    return "/tasks/" + id;
}

struct ListOptions {
    std::string entity, assignee, query, sort, due_before;
    std::vector<std::string> types, departments, statuses;
    std::size_t limit = 0;
    bool open = false;
    bool archived = false;
};

void add_values(Query& query, const std::string& name, const std::vector<std::string>& values) {
    std::string list;
    for (const auto& value : values) (list += list.empty() ? "" : ",") += value;
    if (!list.empty()) query.emplace_back(name, list);
}

Query to_query(const ListOptions& options) {
    Query query{
        {"limit", std::to_string(options.limit == 0 ? 1000 : std::min<std::size_t>(options.limit, 1000))}};
    add_values(query, "type", options.types);
    add_values(query, "department", options.departments);
    add_values(query, "status", options.statuses);
    if (!options.assignee.empty()) query.emplace_back("assignee", options.assignee);
    if (!options.due_before.empty()) query.emplace_back("due_before", options.due_before);
    if (!options.query.empty()) query.emplace_back("q", options.query);
    if (!options.sort.empty()) query.emplace_back("sort", options.sort);
    if (options.open) query.emplace_back("open", "true");
    if (options.archived) query.emplace_back("archived", "include");
    return query;
}

Result<> print_list(Context& context, const std::string& path, const Query& query, std::size_t limit) {
    BIFROST_ASSIGN(Api * api, context.api());
    ListPrinter printer{context.format,
                        {{"ENTITY", "entity_address"},
                         {"TYPE", "task_type"},
                         {"NAME", "name"},
                         {"STATUS", "status"},
                         {"PRIORITY", "priority"},
                         {"DUE", "due_date"},
                         {"ID", "id"}}};
    std::size_t count = 0;
    BIFROST_CHECK(api->list(path, query, [&](const auto& task) {
        printer.add(task);
        return ++count != limit;
    }));
    printer.finish();
    return {};
}

void add_filters(CLI::App& list, ListOptions& options) {
    list.add_option("--type", options.types, "Only these task types")->delimiter(',');
    list.add_option("--department", options.departments, "Only of these departments")->delimiter(',');
    list.add_option("--status", options.statuses, "Only these states")->delimiter(',');
    list.add_option("--due-before", options.due_before, "Only what is due before this day");
    list.add_option("-q,--query", options.query, "Only what matches these words");
    list.add_option("--sort", options.sort, "due_date, priority, status, type, …; - in front for descending");
    list.add_option("--limit", options.limit, "At most so many");
    list.add_flag("--open", options.open, "Only what is neither done nor retired");
    list.add_flag("--archived", options.archived, "Archived ones too");
}

void add_lists(CLI::App& noun, const ContextPtr& context) {
    const auto options = std::make_shared<ListOptions>();
    auto* list =
        add_command(noun, context, "list", "List the tasks of a project", [context, options]() -> Result<> {
            Query query = to_query(*options);
            std::string project;
            if (options->entity.empty()) {
                BIFROST_ASSIGN(project, context->get_project());
            } else {
                BIFROST_ASSIGN(const Location location, locate(*context, options->entity, {}));
                query.emplace_back("entity_id", location.id);
                project = location.project_id;
            }
            return print_list(*context, "/projects/" + percent_encode(project) + "/tasks", query,
                              options->limit);
        });
    list->add_option("ENTITY", options->entity, "Only the tasks on this asset, episode, sequence or shot");
    list->add_option("--assignee", options->assignee, "Only of this user, of `me` or of `none`");
    add_filters(*list, *options);

    const auto own = std::make_shared<ListOptions>();
    auto* mine = add_command(noun, context, "mine", "List your own tasks in every project",
                             [context, own]() -> Result<> {
                                 return print_list(*context, "/me/tasks", to_query(*own), own->limit);
                             });
    add_filters(*mine, *own);
}

void add_create(CLI::App& noun, const ContextPtr& context) {
    const auto entity = std::make_shared<std::string>();
    const auto type = std::make_shared<std::string>();
    const auto fields = std::make_shared<FieldOptions>();
    auto* create =
        add_command(noun, context, "create", "Make a task", [context, entity, type, fields]() -> Result<> {
            BIFROST_ASSIGN(boost::json::object body, fields->body());
            BIFROST_ASSIGN(const Location location, locate(*context, *entity, {}));
            BIFROST_ASSIGN(Api * api, context->api());
            body["entity_id"] = location.id;
            body["task_type"] = *type;
            BIFROST_ASSIGN(const Answer answer,
                           api->post("/projects/" + location.project_id + "/tasks", body));
            print_result(context->format, answer.body,
                         "Made the task " + location.address + "#" +
                             text_or(answer.body, "task_type", *type));
            return {};
        });
    create->add_option("ENTITY", *entity, "The asset, episode, sequence or shot that it is done on")
        ->required();
    create->add_option("TYPE", *type, "The code of its task type")->required();
    add_fields(*fields, *create);
}

void add_create_many(CLI::App& noun, const ContextPtr& context) {
    const auto entities = std::make_shared<std::vector<std::string>>();
    const auto pattern = std::make_shared<std::string>();
    auto* command = add_command(
        noun, context, "from-template", "Make the tasks that entities usually have",
        [context, entities, pattern]() -> Result<> {
            boost::json::array ids;
            std::string project;
            for (const auto& entity : *entities) {
                BIFROST_ASSIGN(const Location location, locate(*context, entity, {}));
                ids.emplace_back(location.id);
                project = location.project_id;
            }
            boost::json::object body{{"entity_ids", std::move(ids)}};
            if (!pattern->empty()) body["template_id"] = *pattern;
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer,
                           api->post("/projects/" + project + "/tasks/from-template", body));
            print_result(context->format, answer.body,
                         "Made " + std::to_string(array_of(answer.body, "data").size()) + " tasks; " +
                             std::to_string(integer_or(answer.body, "existing", 0)) + " were there");
            return {};
        });
    command->add_option("ENTITY", *entities, "Assets, episodes, sequences or shots of one project")
        ->required();
    command->add_option("--template", *pattern, "The id of a template, instead of the one that fits best");
}

void add_changes(CLI::App& noun, const ContextPtr& context) {
    const auto task = std::make_shared<std::string>();
    const auto fields = std::make_shared<FieldOptions>();
    auto* show = add_command(noun, context, "show", "Show one task", [context, task]() -> Result<> {
        BIFROST_ASSIGN(const auto found, find_task(*context, *task));
        print_object(context->format, found);
        return {};
    });
    show->add_option("TASK", *task, kTaskHelp)->required();

    auto* set = add_command(noun, context, "set", "Change a task", [context, task, fields]() -> Result<> {
        BIFROST_ASSIGN(const boost::json::object body, fields->body());
        if (body.empty())
            return usage_error("Nothing to set. See `bifrost task set --help`; the status changes with "
                               "`bifrost task status`.");
        BIFROST_ASSIGN(const std::string path, task_path(*context, *task));
        BIFROST_ASSIGN(Api * api, context->api());
        BIFROST_ASSIGN(const Answer answer, api->patch(path, body));
        print_result(context->format, answer.body, "Changed " + *task);
        return {};
    });
    set->add_option("TASK", *task, kTaskHelp)->required();
    add_fields(*fields, *set);

    auto* archive = add_command(noun, context, "archive", "Put a task away; it can be restored",
                                [context, task]() -> Result<> {
                                    BIFROST_ASSIGN(const std::string path, task_path(*context, *task));
                                    BIFROST_ASSIGN(Api * api, context->api());
                                    BIFROST_ASSIGN(const Answer answer, api->remove(path));
                                    print_result(context->format, answer.body, *task + " is archived");
                                    return {};
                                });
    archive->add_option("TASK", *task, kTaskHelp)->required();

    auto* restore =
        add_command(noun, context, "restore", "Bring an archived task back", [context, task]() -> Result<> {
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer,
                           api->post("/tasks/" + percent_encode(*task) + "/restore", nullptr));
            print_result(context->format, answer.body, *task + " is back");
            return {};
        });
    restore->add_option("TASK", *task, "The task's id")->required();
}

void add_status(CLI::App& noun, const ContextPtr& context) {
    const auto task = std::make_shared<std::string>();
    const auto to = std::make_shared<std::string>();
    const auto comment = std::make_shared<std::string>();
    auto* status = add_command(
        noun, context, "status", "Show where a task may go in its workflow, or move it there",
        [context, task, to, comment]() -> Result<> {
            BIFROST_ASSIGN(const std::string path, task_path(*context, *task));
            BIFROST_ASSIGN(Api * api, context->api());
            if (!to->empty()) {
                boost::json::object body{{"to", *to}};
                if (!comment->empty()) body["comment"] = *comment;
                BIFROST_ASSIGN(const Answer answer, api->post(path + "/transitions", body));
                print_result(context->format, answer.body,
                             *task + " is " + text_or(answer.body, "status", *to));
                return {};
            }
            BIFROST_ASSIGN(const Answer answer, api->get(path + "/transitions"));
            if (context->format != Format::table) {
                print_object(context->format, answer.body);
                return {};
            }
            print_result(context->format, answer.body, *task + " is " + text_or(answer.body, "status", "-"));
            ListPrinter printer{Format::table,
                                {{"TO", "to"}, {"NAME", "name"}, {"OPEN", "open"}, {"WHY NOT", "why_not"}}};
            for (const auto& one : array_of(answer.body, "data")) printer.add(one);
            printer.finish();
            return {};
        });
    status->add_option("TASK", *task, kTaskHelp)->required();
    status->add_option("TO", *to, "The state to move to");
    status->add_option("-m,--comment", *comment, "Why");
}

void add_time(CLI::App& noun, const ContextPtr& context) {
    const auto task = std::make_shared<std::string>();
    const auto minutes = std::make_shared<int>(0);
    const auto date = std::make_shared<std::string>();
    const auto comment = std::make_shared<std::string>();
    auto* log = add_command(
        noun, context, "log", "Log your time on a task, or list what was logged",
        [context, task, minutes, date, comment]() -> Result<> {
            BIFROST_ASSIGN(const std::string path, task_path(*context, *task));
            BIFROST_ASSIGN(Api * api, context->api());
            if (*minutes == 0) {
                BIFROST_ASSIGN(const Answer answer, api->get(path + "/time-logs"));
                ListPrinter printer{
                    context->format,
                    {{"DATE", "date"}, {"MINUTES", "minutes"}, {"COMMENT", "comment"}, {"ID", "id"}}};
                for (const auto& one : array_of(answer.body, "data")) printer.add(one);
                printer.finish();
                return {};
            }
            const std::string day = date->empty() ? Timestamp::now().text().substr(0, 10) : *date;
            boost::json::object body{{"date", day}, {"minutes", *minutes}};
            if (!comment->empty()) body["comment"] = *comment;
            BIFROST_ASSIGN(const Answer answer, api->post(path + "/time-logs", body));
            print_result(context->format, answer.body,
                         "Logged " + std::to_string(*minutes) + " minutes on " + *task + " for " + day);
            return {};
        });
    log->add_option("TASK", *task, kTaskHelp)->required();
    log->add_option("MINUTES", *minutes, "How many minutes you worked")->check(CLI::Range(1, 1440));
    log->add_option("--date", *date, "On which day; today (UTC) unless said otherwise");
    log->add_option("-m,--comment", *comment, "What you did");
}

} // namespace

void add_task_commands(CLI::App& app, const ContextPtr& context) {
    CLI::App* noun = add_noun(app, "task", "Tasks");
    add_lists(*noun, context);
    add_create(*noun, context);
    add_create_many(*noun, context);
    add_changes(*noun, context);
    add_status(*noun, context);
    add_time(*noun, context);
}

} // namespace bifrost::client
