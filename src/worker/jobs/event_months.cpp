#include "worker/jobs/event_months.hpp"

#include "core/log.hpp"
#include "events/event_months.hpp"

namespace bifrost::worker {
namespace {

Result<json::Raw> make_months(JobContext& context) {
    BIFROST_ASSIGN(const auto made, events::make_event_months(context.database(), Timestamp::now()));
    for (const auto& name : made) log::info("a month of the event log was made", {{"partition", name}});
    json::Raw result{""};
    json::ObjectWriter(result.text).member("made", made);
    return result;
}

} // namespace

JobKind event_months_job() {
    JobKind kind;
    kind.name = "event_months";
    kind.run = make_months;
    kind.most_at_once = 1;
    kind.every = std::chrono::hours(1);
    return kind;
}

} // namespace bifrost::worker
