#pragma once
// The one thread that writes. Transactions that come while another is being made durable share the next
// COMMIT.

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "database/database.hpp"
#include "database/sqlite/connection.hpp"

namespace bifrost::database::sqlite {

class Writer {
  public:
    using Body = std::function<Result<>(Tx&)>;

    Writer(std::unique_ptr<Connection> connection, const Database& database, const SqliteOptions& options);
    /// Waits for what has begun; nobody may be inside `run`.
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Runs `body` in a transaction on the writer's thread and returns when it is durable or undone. What it
    /// throws is thrown here.
    Result<> run(const Body& body);
    [[nodiscard]] std::size_t waiting() const;

  private:
    /// One call of `run`; lives on its caller's stack. All but `body` is guarded by `mutex_` or the writer's
    /// own.
    struct Job {
        const Body& body;
        Connection::Clock::time_point deadline;
        Result<> outcome{};
        std::exception_ptr thrown{};
        int undone_by_others = 0;
        bool done = false;
        std::condition_variable changed{};
    };

    void loop();
    Job* take();
    /// Runs one group: BEGIN, a savepoint for each, COMMIT, answers.
    void write_group(Job& first);
    bool begin(Job& first);
    void run_job(Job& job);
    void undo_job(Job& job);
    void commit(std::vector<Job*>& group);
    void group_was_undone(std::vector<Job*>& group, Job& culprit);
    void answer(const std::vector<Job*>& group);
    void keep_log_short();

    const std::unique_ptr<Connection> connection_;
    const Database& database_;
    const std::size_t most_grouped_;
    const std::chrono::milliseconds deadline_;
    Connection::Clock::time_point next_restart_{}; ///< the writer's own

    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Job*> queue_;
    bool stopping_ = false;
    std::thread thread_; ///< last: it uses all the others
};

} // namespace bifrost::database::sqlite
