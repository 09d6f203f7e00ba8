#pragma once
// What somebody may not see of metadata, taken out of whatever leaves: answers, events, history.

#include <chrono>
#include <mutex>
#include <vector>

#include <boost/json/value.hpp>

#include "access/actor.hpp"
#include "database/database.hpp"
#include "http/message.hpp"
#include "services/project/field.hpp"

namespace bifrost::api {

/// Thread-safe. Knows the fields that not everybody sees; reads them again when they are older than half a
/// second, and after changed().
class HiddenFields {
  public:
    /// The keys that the actor doesn't see, by project and kind; nothing for most.
    Result<project::HiddenKeys> of(database::Database& database, const access::Actor& actor);
    /// This process has changed the definitions.
    void changed();

  private:
    using Clock = std::chrono::steady_clock;
    std::mutex mutex_;
    std::vector<project::Field> restricted_;
    Clock::time_point read_at_{};
};

/// Takes the keys out of every `metadata` in a JSON value, whether it is an entity's, of an event's patch or
/// of a change in a history.
void strip(boost::json::value& value, const project::HiddenKeys& hidden);
/// The same for an answer that is JSON.
void strip(http::Response& response, const project::HiddenKeys& hidden);

} // namespace bifrost::api
