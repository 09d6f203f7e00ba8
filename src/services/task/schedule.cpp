#include "services/task/schedule.hpp"

#include <algorithm>
#include <unordered_map>

#include "services/project/project.hpp"
#include "services/task/task.sql.hpp"
#include "services/task/task_write.hpp"

namespace bifrost::task {
namespace {

constexpr std::int64_t kLastDay = 2'932'896; // 9999-12-31

struct Bar {
    Shift shift;
    std::optional<std::int64_t> start;
    std::optional<std::int64_t> due;
    bool is_closed = false;
    std::vector<TaskDependency> waits;
    std::size_t open_waits = 0;
};

using Bars = std::unordered_map<Id, Bar>;

Result<Bars> read_bars(access::Call& call, const Id& project_id) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::lock_schedule, project_id));
    Bars bars;
    for (const auto row : rows) {
        Bar bar;
        bar.shift = {row.id(0),
                     std::string(row.text(1)),
                     std::string(row.text(5)),
                     row.get<std::optional<std::string>>(2),
                     row.get<std::optional<std::string>>(3),
                     0};
        if (bar.shift.start_date) bar.start = day_number(*bar.shift.start_date);
        if (bar.shift.due_date) bar.due = day_number(*bar.shift.due_date);
        bar.is_closed = !row.is_null(4);
        bars.emplace(bar.shift.id, std::move(bar));
    }
    BIFROST_ASSIGN(const auto edges, call.tx.query(sql::list_edges, project_id));
    for (const auto row : edges) {
        const auto bar = bars.find(row.id(0));
        if (bar == bars.end() || !bars.contains(row.id(1))) continue;
        bar->second.waits.push_back(row.as<TaskDependency>(1));
        ++bar->second.open_waits;
    }
    return bars;
}

/// Those that wait for nothing first, each behind what it waits for.
std::vector<Bar*> in_order(Bars& bars) {
    std::unordered_map<Id, std::vector<Bar*>> followers;
    std::vector<Bar*> order;
    for (auto& [id, bar] : bars) {
        for (const auto& wait : bar.waits) followers[wait.task_id].push_back(&bar);
        if (bar.open_waits == 0) order.push_back(&bar);
    }
    for (std::size_t at = 0; at < order.size(); ++at)
        for (Bar* next : followers[order[at]->shift.id])
            if (--next->open_waits == 0) order.push_back(next);
    return order;
}

Result<> move(Bar& bar, const Bars& bars) {
    std::int64_t days = 0;
    for (const auto& wait : bar.waits) {
        const Bar& other = bars.at(wait.task_id);
        days = std::max(days,
                        days_to_move(wait.kind, wait.lag_days, other.start, other.due, bar.start, bar.due));
    }
    if (days == 0 || bar.is_closed) return {};
    if (std::max(bar.start.value_or(0), bar.due.value_or(0)) + days > kLastDay)
        return Error{Errc::conflict, "The task '" + bar.shift.name + "' would move behind the year 9999."};
    bar.shift.days = days;
    if (bar.start) bar.shift.start_date = date_text(*bar.start += days);
    if (bar.due) bar.shift.due_date = date_text(*bar.due += days);
    return {};
}

std::string dates(const std::optional<std::string>& start, const std::optional<std::string>& due) {
    std::string text;
    json::ObjectWriter(text).member("start_date", start).member("due_date", due);
    return text;
}

Result<> store(access::Call& call, const Id& project_id, const std::vector<Shift>& shifts) {
    const auto now = Timestamp::now();
    std::optional<Id> actor;
    if (!call.actor.user_id.is_nil()) actor = call.actor.user_id;
    std::vector<database::Params> rows;
    std::vector<database::Params> entities;
    for (const auto& shift : shifts) {
        rows.push_back(database::make_params(shift.id, shift.start_date, shift.due_date));
        entities.push_back(database::make_params(shift.id, now, actor));
        const auto back = [&](const std::optional<std::string>& date) {
            return date ? std::optional(date_text(*day_number(*date) - shift.days)) : std::nullopt;
        };
        call.changes.add({"task.updated", project_id, "task", shift.id,
                          events::make_patch(dates(back(shift.start_date), back(shift.due_date)),
                                             dates(shift.start_date, shift.due_date))});
    }
    if (rows.empty()) return {};
    BIFROST_CHECK(call.tx.execute_many(sql::set_dates, rows));
    BIFROST_CHECK(call.tx.execute_many(sql::raise_revision, entities));
    return {};
}

} // namespace

std::int64_t days_to_move(std::string_view kind, std::int64_t lag_days,
                          std::optional<std::int64_t> other_start, std::optional<std::int64_t> other_due,
                          std::optional<std::int64_t> start, std::optional<std::int64_t> due) {
    const bool from_start = kind.starts_with("start_");
    const bool to_start = kind.ends_with("_start");
    const auto& from = from_start ? other_start : other_due;
    const auto& to = to_start ? start : due;
    if (!from || !to) return 0;
    const std::int64_t gap = !from_start && to_start ? 1 : 0; // the due date is a day of work
    return std::max<std::int64_t>(0, *from + gap + lag_days - *to);
}

Result<Reschedule> reschedule(access::Call& call, std::string_view project, const boost::json::value& body) {
    BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, project));
    BIFROST_CHECK(call.actor.require(access::Permission::task_update, found.id, "project"));
    json::Reader reader(body);
    Reschedule outcome;
    outcome.dry_run = reader.optional_boolean("dry_run").value_or(false);
    BIFROST_CHECK(reader.finish());
    BIFROST_ASSIGN(auto bars, read_bars(call, found.id));
    for (Bar* bar : in_order(bars)) {
        BIFROST_CHECK(move(*bar, bars));
        if (bar->shift.days > 0) outcome.data.push_back(bar->shift);
    }
    std::sort(outcome.data.begin(), outcome.data.end(),
              [](const auto& a, const auto& b) { return a.id.text() < b.id.text(); });
    if (!outcome.dry_run) BIFROST_CHECK(store(call, found.id, outcome.data));
    return outcome;
}

} // namespace bifrost::task
