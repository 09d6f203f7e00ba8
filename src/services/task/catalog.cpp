#include "services/task/catalog.hpp"

#include "services/project/project.hpp"
#include "services/task/catalog.sql.hpp"
#include "services/task/catalog_input.hpp"

namespace bifrost::task {
namespace {

using access::Permission;

const std::vector<std::string_view> kDerived = {"revision", "updated_at", "updated_by"};

template <class T>
struct Kind;

template <>
struct Kind<Department> {
    static constexpr std::string_view name = "department";
    static constexpr std::string_view words = "department";
    static constexpr std::string_view list =
        "select c.id, c.created_at, c.created_by, c.updated_at, c.updated_by, c.revision, c.archived_at, "
        "c.code, c.name, c.colour, c.sort_order from department c where 1 = 1";
    static constexpr std::string_view order = " order by c.sort_order, c.code";
    static const database::Query& find() { return sql::find_department; }
    static const database::Query& lock() { return sql::lock_department; }
    static Result<> insert(database::Tx& tx, const Department& d) {
        BIFROST_CHECK(tx.execute(sql::insert_department, d.id, d.created_at, d.created_by, d.updated_at,
                                 d.updated_by, d.revision, d.archived_at, d.code, d.name, d.colour, d.order));
        return {};
    }
    static Result<> update(database::Tx& tx, const Department& d) {
        BIFROST_CHECK(tx.execute(sql::update_department, d.id, d.updated_at, d.updated_by, d.revision,
                                 d.archived_at, d.code, d.name, d.colour, d.order));
        return {};
    }
};

template <>
struct Kind<TaskType> {
    static constexpr std::string_view name = "task_type";
    static constexpr std::string_view words = "task type";
    static constexpr std::string_view list =
        "select c.id, c.created_at, c.created_by, c.updated_at, c.updated_by, c.revision, c.archived_at, "
        "c.project_id, c.code, c.name, c.colour, c.department_id, d.code, c.applies_to, c.depends_on, "
        "c.sort_order from task_type c left join department d on d.id = c.department_id where 1 = 1";
    static constexpr std::string_view order = " order by c.sort_order, c.code, c.id";
    static const database::Query& find() { return sql::find_task_type; }
    static const database::Query& lock() { return sql::lock_task_type; }
    static Result<> insert(database::Tx& tx, const TaskType& t) {
        BIFROST_CHECK(tx.execute(sql::insert_task_type, t.id, t.created_at, t.created_by, t.updated_at,
                                 t.updated_by, t.revision, t.archived_at, t.project_id, t.code, t.name,
                                 t.colour, t.department_id, t.applies_to, t.depends_on, t.order));
        return {};
    }
    static Result<> update(database::Tx& tx, const TaskType& t) {
        BIFROST_CHECK(tx.execute(sql::update_task_type, t.id, t.updated_at, t.updated_by, t.revision,
                                 t.archived_at, t.code, t.name, t.colour, t.department_id, t.applies_to,
                                 t.depends_on, t.order));
        return {};
    }
};

template <>
struct Kind<TaskTemplate> {
    static constexpr std::string_view name = "task_template";
    static constexpr std::string_view words = "task template";
    static constexpr std::string_view list =
        "select c.id, c.created_at, c.created_by, c.updated_at, c.updated_by, c.revision, c.archived_at, "
        "c.project_id, c.code, c.name, c.entity_kind, c.asset_type, c.items from task_template c where 1 = 1";
    static constexpr std::string_view order = " order by c.entity_kind, c.code, c.id";
    static const database::Query& find() { return sql::find_task_template; }
    static const database::Query& lock() { return sql::lock_task_template; }
    static Result<> insert(database::Tx& tx, const TaskTemplate& t) {
        BIFROST_CHECK(tx.execute(sql::insert_task_template, t.id, t.created_at, t.created_by, t.updated_at,
                                 t.updated_by, t.revision, t.archived_at, t.project_id, t.code, t.name,
                                 t.entity_kind, t.asset_type, t.items));
        return {};
    }
    static Result<> update(database::Tx& tx, const TaskTemplate& t) {
        BIFROST_CHECK(tx.execute(sql::update_task_template, t.id, t.updated_at, t.updated_by, t.revision,
                                 t.archived_at, t.code, t.name, t.asset_type, t.items));
        return {};
    }
};

template <class T>
std::optional<Id> project_of(const T& entry) {
    if constexpr (requires { entry.project_id; })
        return entry.project_id;
    else
        return std::nullopt;
}

Error missing(std::string_view words) {
    return Error{Errc::not_found, "There is no such " + std::string(words) + "."};
}

template <class T>
Result<T> look(database::Tx& tx, const access::Actor& actor, const database::Query& query, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(query, id));
    if (rows.empty()) return missing(Kind<T>::words);
    T entry = rows[0].template as<T>();
    if (const auto project = project_of(entry))
        BIFROST_CHECK(actor.require(Permission::project_read, *project, Kind<T>::words));
    return entry;
}

template <class T>
Result<> require_manage(const access::Actor& actor, const T& entry) {
    if (const auto project = project_of(entry))
        return actor.require(Permission::workflow_manage, *project, Kind<T>::words);
    return actor.require_site(Permission::workflow_manage);
}

template <class T>
Result<T> lock_entry(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(T entry, look<T>(call.tx, call.actor, Kind<T>::lock(), id));
    BIFROST_CHECK(require_manage(call.actor, entry));
    if (if_revision && *if_revision != entry.revision)
        return Error{Errc::stale_revision, "It was changed by someone else: it is at revision " +
                                               std::to_string(entry.revision) + ". Read it again."};
    return entry;
}

template <class T>
Error taken(Error error, const T& entry) {
    if (error.code != Errc::conflict || database::is_foreign_key(error)) return error;
    return Error{Errc::conflict, "There is a " + std::string(Kind<T>::words) + " with the code '" +
                                     entry.code + "' already; archived ones keep theirs."};
}

template <class T>
void stamp(const access::Call& call, T& entry) {
    entry.updated_at = Timestamp::now();
    entry.updated_by.reset();
    if (!call.actor.user_id.is_nil()) entry.updated_by = call.actor.user_id;
}

template <class T>
void add_event(access::Call& call, std::string_view verb, const T& entry, std::string_view before) {
    call.changes.add({std::string(Kind<T>::name) + "." + std::string(verb), project_of(entry),
                      std::string(Kind<T>::name), entry.id,
                      events::make_patch(before, json::to_json(entry), kDerived)});
}

template <class T>
Result<T> store(access::Call& call, const std::string& before, T& entry, std::string_view verb) {
    entry.revision += 1;
    stamp(call, entry);
    if (auto updated = Kind<T>::update(call.tx, entry); !updated) return taken(updated.error(), entry);
    add_event(call, verb, entry, before);
    return entry;
}

template <class T>
Result<T> set_archived(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision,
                       bool archived) {
    BIFROST_ASSIGN(T entry, lock_entry<T>(call, id, if_revision));
    if (entry.archived_at.has_value() == archived) return entry;
    const std::string before = json::to_json(entry);
    entry.archived_at = archived ? std::optional(Timestamp::now()) : std::nullopt;
    return store(call, before, entry, archived ? "archived" : "restored");
}

} // namespace

template <class T>
Result<std::vector<T>> list_catalog(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                    bool archived) {
    std::string text(Kind<T>::list);
    database::Params params;
    if (!archived) text += " and c.archived_at is null";
    if constexpr (requires(T entry) { entry.project_id; }) {
        text += " and (c.project_id is null or ";
        if (project.empty()) {
            text += access::visible_projects(actor, "c.project_id", params);
        } else {
            BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
            params.push_back(database::to_value(found.id));
            text += "c.project_id = $1";
        }
        text += ")";
    }
    text += Kind<T>::order;
    BIFROST_ASSIGN(const auto rows, tx.query_text(text, params));
    std::vector<T> entries;
    for (const auto row : rows) entries.push_back(row.template as<T>());
    return entries;
}

template <class T>
Result<T> get_catalog(database::Tx& tx, const access::Actor& actor, const Id& id) {
    return look<T>(tx, actor, Kind<T>::find(), id);
}

template <class T>
Result<T> create_catalog(access::Call& call, const boost::json::value& body) {
    T entry;
    json::Reader reader(body);
    if constexpr (requires { entry.project_id; }) {
        if (const auto project = reader.optional_text("project_id", {1, 64})) {
            BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, *project));
            entry.project_id = found.id;
        }
    }
    BIFROST_CHECK(require_manage(call.actor, entry));
    BIFROST_CHECK(read_members(call, reader, entry, true));
    BIFROST_CHECK(reader.finish());
    entry.id = Id::make();
    stamp(call, entry);
    entry.created_at = entry.updated_at;
    entry.created_by = entry.updated_by;
    if (auto inserted = Kind<T>::insert(call.tx, entry); !inserted) return taken(inserted.error(), entry);
    add_event(call, "created", entry, "");
    return entry;
}

template <class T>
Result<T> update_catalog(access::Call& call, const Id& id, const boost::json::value& patch,
                         std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(T entry, lock_entry<T>(call, id, if_revision));
    const std::string before = json::to_json(entry);
    json::Reader reader(patch);
    BIFROST_CHECK(read_members(call, reader, entry, false));
    BIFROST_CHECK(reader.finish());
    if (entry.archived_at) return Error{Errc::conflict, "It is archived: restore it before changing it."};
    if (json::to_json(entry) == before) return entry;
    return store(call, before, entry, "updated");
}

template <class T>
Result<T> archive_catalog(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    return set_archived<T>(call, id, if_revision, true);
}

template <class T>
Result<T> restore_catalog(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    return set_archived<T>(call, id, if_revision, false);
}

#define BIFROST_CATALOG(T)                                                                                   \
    template Result<std::vector<T>> list_catalog<T>(database::Tx&, const access::Actor&, std::string_view,   \
                                                    bool);                                                   \
    template Result<T> get_catalog<T>(database::Tx&, const access::Actor&, const Id&);                       \
    template Result<T> create_catalog<T>(access::Call&, const boost::json::value&);                          \
    template Result<T> update_catalog<T>(access::Call&, const Id&, const boost::json::value&,                \
                                         std::optional<std::int64_t>);                                       \
    template Result<T> archive_catalog<T>(access::Call&, const Id&, std::optional<std::int64_t>);            \
    template Result<T> restore_catalog<T>(access::Call&, const Id&, std::optional<std::int64_t>)
BIFROST_CATALOG(Department);
BIFROST_CATALOG(TaskType);
BIFROST_CATALOG(TaskTemplate);
#undef BIFROST_CATALOG

Result<std::vector<TaskType>> usable_types(database::Tx& tx, const Id& project_id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_usable_types, project_id));
    std::vector<TaskType> types;
    for (const auto row : rows) types.push_back(row.as<TaskType>());
    return types;
}

} // namespace bifrost::task
