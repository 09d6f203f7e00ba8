#pragma once
// Remembers the ETags of list answers, so that "has it changed?" costs one index look-up instead of the list.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/result.hpp"
#include "database/database.hpp"
#include "events/change_set.hpp"

namespace bifrost::api {

/// Every change of anything writes an event, so an answer is unchanged while the log's end is. In PostgreSQL
/// that holds only for an end behind which no older transaction was running when the answer was made;
/// `log_end` knows.
class AnswerCache {
  public:
    /// The log's end, or nothing while an older transaction may still commit in front of it.
    static Result<std::optional<events::Position>> log_end(database::Tx& tx);

    /// The ETag remembered for `key` when it was made at `end`.
    std::optional<std::string> find(const std::string& key, const events::Position& end);
    void put(const std::string& key, const events::Position& end, std::string etag);

  private:
    struct Entry {
        events::Position end;
        std::string etag;
    };
    static constexpr std::size_t kMost = 10'000;
    std::mutex mutex_;
    std::unordered_map<std::string, Entry> entries_;
};

} // namespace bifrost::api
