#include "database/sqlite/writer.hpp"

#include <algorithm>
#include <utility>

#include "core/log.hpp"
#include "database/nesting.hpp"
#include "database/sqlite/sqlite_tx.hpp"

namespace bifrost::database::sqlite {
namespace {

constexpr int kMostUndone = 3;
/// The log is moved into the file when nobody waits and it has this many pages of 4 KiB (SQLite's own
/// default), …
constexpr int kLogPages = 1'000;
/// … even while others wait when it has this many, …
constexpr int kLogPagesBusy = 4'000;
/// … and readers are waited for, so that it begins anew, from this length on, …
constexpr int kLogPagesRestart = 16'000;
constexpr std::chrono::milliseconds kRestartPatience{250};
/// … but not more often than this: a long reader would make every write wait.
constexpr std::chrono::seconds kRestartPause{5};

} // namespace

Writer::Writer(std::unique_ptr<Connection> connection, const Database& database, const SqliteOptions& options)
    : connection_(std::move(connection)), database_(database),
      most_grouped_(std::max<std::size_t>(options.most_grouped, 1)), deadline_(options.deadline),
      thread_([this] { loop(); }) {}

Writer::~Writer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        arrived_.notify_one();
    }
    thread_.join();
}

Result<> Writer::run(const Body& body) {
    Job job{body, Connection::Clock::now() + deadline_};
    std::unique_lock lock(mutex_);
    queue_.push_back(&job);
    arrived_.notify_one();
    if (!job.changed.wait_until(lock, job.deadline, [&] { return job.done; })) {
        if (std::erase(queue_, &job) > 0)
            return Error{Errc::unavailable, "The database is too busy; try again."};
        job.changed.wait(lock, [&] { return job.done; }); // it runs now; its end is near
    }
    lock.unlock();
    if (job.thrown) std::rethrow_exception(job.thrown);
    return job.outcome;
}

std::size_t Writer::waiting() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

void Writer::loop() {
    for (;;) {
        Job* first = nullptr;
        {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) return;
            first = queue_.front();
            queue_.pop_front();
        }
        write_group(*first);
        keep_log_short();
    }
}

Writer::Job* Writer::take() {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) return nullptr;
    Job* job = queue_.front();
    queue_.pop_front();
    return job;
}

void Writer::write_group(Job& first) {
    if (!begin(first)) return;
    std::vector<Job*> group;
    for (Job* job = &first; job != nullptr; job = group.size() < most_grouped_ ? take() : nullptr) {
        group.push_back(job);
        run_job(*job);
        if (!connection_->in_transaction()) return group_was_undone(group, *job);
    }
    commit(group);
}

bool Writer::begin(Job& first) {
    connection_->stop_at(first.deadline); // another process may hold the lock
    const auto begun = connection_->execute("begin immediate", {});
    if (begun) return true;
    first.outcome = begun.error();
    answer({&first});
    return false;
}

void Writer::run_job(Job& job) {
    job.outcome = {};
    connection_->stop_at(Connection::Clock::now() + deadline_);
    if (const auto saved = connection_->execute("savepoint one", {}); !saved) {
        job.outcome = saved.error();
        return;
    }
    SqliteTx tx(*connection_);
    try {
        const InTransaction inside(database_);
        job.outcome = job.body(tx);
    } catch (...) {
        job.thrown = std::current_exception();
    }
    if (job.outcome && tx.failed()) job.outcome = *tx.failed();
    if (!job.outcome || job.thrown) {
        undo_job(job);
    } else if (const auto released = connection_->execute("release one", {}); !released) {
        job.outcome = released.error();
        undo_job(job);
    }
}

void Writer::undo_job(Job& job) {
    if (!connection_->in_transaction()) return; // SQLite has undone everything by itself
    auto undone = connection_->execute("rollback to one", {});
    if (undone) undone = connection_->execute("release one", {});
    if (undone) return;
    // What this body did can't be told from what the others did: nothing of the group may stay.
    log::error("a savepoint could not be undone; the group is rolled back");
    if (job.outcome) job.outcome = undone.error();
    if (connection_->in_transaction()) (void)connection_->execute("rollback", {});
}

void Writer::commit(std::vector<Job*>& group) {
    const bool any = std::ranges::any_of(group, [](const Job* job) { return job->outcome && !job->thrown; });
    connection_->stop_at(Connection::Clock::now() + deadline_);
    const auto ended = connection_->execute(any ? "commit" : "rollback", {});
    if (!ended) {
        for (Job* job : group)
            if (job->outcome) job->outcome = ended.error();
        if (connection_->in_transaction()) (void)connection_->execute("rollback", {});
    }
    answer(group);
}

void Writer::group_was_undone(std::vector<Job*>& group, Job& culprit) {
    // Bodies are repeatable: the others run again, without the one whose failure made SQLite undo everything.
    std::vector<Job*> answered;
    {
        const std::lock_guard lock(mutex_);
        for (auto job = group.rbegin(); job != group.rend(); ++job) {
            const bool failed_itself = !(*job)->outcome || (*job)->thrown;
            if (*job == &culprit || failed_itself || ++(*job)->undone_by_others > kMostUndone) {
                if (!failed_itself)
                    (*job)->outcome = Error{Errc::unavailable, "The database is too busy; try again."};
                answered.push_back(*job);
            } else {
                queue_.push_front(*job);
            }
        }
    }
    answer(answered);
}

void Writer::answer(const std::vector<Job*>& group) {
    const std::lock_guard lock(mutex_);
    for (Job* job : group) {
        job->done = true;
        job->changed.notify_one(); // under the lock: the job lives on another thread's stack
    }
}

void Writer::keep_log_short() {
    const int pages = connection_->log_pages();
    if (pages < kLogPages) return;
    const bool others_wait = waiting() > 0;
    if (others_wait && pages < kLogPagesBusy) return;
    const auto now = Connection::Clock::now();
    const bool restart = pages >= kLogPagesRestart && now >= next_restart_;
    if (restart) next_restart_ = now + kRestartPause;
    connection_->stop_at(now + kRestartPatience);
    if (const auto moved = connection_->checkpoint(restart); !moved)
        log::warning(
            "the write-ahead log could not be moved into the database file; it is tried again later");
}

} // namespace bifrost::database::sqlite
