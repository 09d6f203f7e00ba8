#pragma once

#include "worker/worker.hpp"

namespace bifrost::worker {

/// `tidy`: removes what has lived its time, in small transactions: stored answers of keyed requests (24 h),
/// ended jobs (14 days), expired sessions and sign-in links, deliveries of webhooks (30 days after
/// their end).
JobKind tidy_job();

} // namespace bifrost::worker
