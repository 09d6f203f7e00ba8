#pragma once
// Wordless signals between the processes that share a PostgreSQL server (LISTEN, NOTIFY). They may be lost;
// who waits for one also looks now and then. https://www.postgresql.org/docs/15/sql-notify.html

#include <chrono>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::database {

/// One connection. Used by one thread at a time, except for `interrupt`.
class Signals {
  public:
    Signals() = default;
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    virtual ~Signals() = default;

    /// Tells everybody else who listens on the channel. It is sent outside of any transaction: a NOTIFY
    /// inside of one would make commits take turns. unavailable when the connection is lost; open another
    /// then.
    virtual Result<> send() = 0;
    /// True when somebody else has sent; false when the time is over or `interrupt` was called. unavailable
    /// when the connection is lost.
    virtual Result<bool> wait(std::chrono::milliseconds most) = 0;
    /// Ends a `wait`, now or the next. From any thread.
    virtual void interrupt() = 0;
};

/// `channel` consists of a-z and '_'. Signals of those who have the same `sender` (letters, digits and '-')
/// aren't heard.
Result<std::unique_ptr<Signals>> open_signals(const PostgresOptions& options, const std::string& channel,
                                              const std::string& sender);

} // namespace bifrost::database
