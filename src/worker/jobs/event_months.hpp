#pragma once
// Keeps the event log's monthly partitions ahead of the calendar.

#include "worker/worker.hpp"

namespace bifrost::worker {

JobKind event_months_job();

} // namespace bifrost::worker
