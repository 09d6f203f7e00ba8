#pragma once
// Which reads of a request may go to a replica, and what its writes have reached. Only PostgreSQL with
// replicas makes a difference.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bifrost::database {

/// Up to where a caller has seen the primary's write-ahead log.
struct Seen {
    std::uint64_t wal = 0;   ///< a position (LSN) behind the caller's commit; 0: the writer didn't know it
    std::int64_t second = 0; ///< of the write, since the epoch

    /// What clients send back as X-Bifrost-Consistency: opaque to them, with a check sum, so that what was
    /// cut or made up is noticed.
    [[nodiscard]] std::string text() const;
    /// Nothing when it isn't such a text.
    static std::optional<Seen> parse(std::string_view text);
    bool operator==(const Seen&) const = default;
};

/// Lives on the stack of the thread that serves a request; every read and write of that thread finds it.
/// Reads outside of any scope go to the primary: replicas are for those who ask for them, and never for a
/// read that decides a write.
class RequestScope {
  public:
    RequestScope();
    RequestScope(const RequestScope&) = delete;
    RequestScope& operator=(const RequestScope&) = delete;
    ~RequestScope();

    /// The innermost scope of this thread, or null.
    static RequestScope* current();

    /// From here on reads may be served by a replica that has replayed what was seen. All of them by the same
    /// one, so that they never go back in time.
    void allow_replicas(std::optional<Seen> seen);
    /// From here on reads go to the primary.
    void use_primary() { allowed_ = false; }
    /// Whether a replica served, or failed to serve, any of them.
    [[nodiscard]] bool used_replica() const { return replica_ != nullptr; }
    /// Behind the last commit of this thread in the scope; nothing when there was none, or without replicas.
    [[nodiscard]] const std::optional<Seen>& committed() const { return committed_; }

    // For the database.
    [[nodiscard]] bool replicas_allowed() const { return allowed_; }
    [[nodiscard]] const std::optional<Seen>& seen() const { return seen_; }
    [[nodiscard]] const void* replica() const { return replica_; }
    void stay_with(const void* replica) { replica_ = replica; }
    void note_commit(Seen seen) { committed_ = seen; }

  private:
    friend class PrimaryReads;
    RequestScope* outer_;
    bool allowed_ = false;
    std::optional<Seen> seen_;
    std::optional<Seen> committed_;
    const void* replica_ = nullptr; ///< the one that serves this request
};

/// Reads within go to the primary, whatever the scope around them allows.
class PrimaryReads {
  public:
    PrimaryReads() : scope_(RequestScope::current()), allowed_(scope_ != nullptr && scope_->allowed_) {
        if (scope_ != nullptr) scope_->allowed_ = false;
    }
    PrimaryReads(const PrimaryReads&) = delete;
    PrimaryReads& operator=(const PrimaryReads&) = delete;
    ~PrimaryReads() {
        if (scope_ != nullptr) scope_->allowed_ = allowed_;
    }

  private:
    RequestScope* scope_;
    bool allowed_;
};

} // namespace bifrost::database
