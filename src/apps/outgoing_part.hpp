#pragma once
// The threads of a worker that tell others of what happened.

#include <atomic>
#include <memory>
#include <vector>

#include "core/config.hpp"
#include "database/database.hpp"
#include "outbound/outside.hpp"
#include "worker/jobs/event_follower.hpp"

namespace bifrost::apps {

/// What the settings let be called for somebody; without the networks, and logged, when one of them is none.
std::shared_ptr<const outbound::Outside> make_outside(const config::Config& config);

class OutgoingPart {
  public:
    OutgoingPart(const config::Config& config, database::Database& database);

    void start();
    /// Breaks off what is on its way; it goes out again later.
    void stop();

  private:
    std::shared_ptr<const outbound::Outside> outside_;
    std::atomic<bool> stopping_{false};
    std::vector<std::unique_ptr<worker::EventFollower>> followers_;
};

} // namespace bifrost::apps
