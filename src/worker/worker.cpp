#include "worker/worker.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <unistd.h>

#include "core/log.hpp"
#include "worker/queue_metrics.hpp"
#include "worker/recurring.hpp"
#include "worker/running_job.hpp"

namespace bifrost::worker {
namespace {

using Clock = std::chrono::steady_clock;

std::string default_name() {
    char host[256] = "worker";
    static_cast<void>(gethostname(host, sizeof host - 1)); // the name is for people; the default will do
    return std::string(host) + ":" + std::to_string(getpid());
}

} // namespace

struct Worker::Impl {
    Impl(database::Database& database_in, std::vector<JobKind> kinds_in, Options options_in)
        : database(database_in), kinds(std::move(kinds_in)), options(std::move(options_in)), recurring(kinds),
          metrics(database), finisher(database) {
        if (options.name.empty()) options.name = default_name();
    }

    using Jobs = std::vector<std::shared_ptr<RunningJob>>;

    Jobs running_jobs() {
        const std::lock_guard lock(mutex);
        return running;
    }

    /// Forgets what has ended.
    void reap() {
        Jobs gone; // joined when the lock is free again
        const std::lock_guard lock(mutex);
        const auto ended = std::stable_partition(running.begin(), running.end(),
                                                 [](const auto& job) { return !job->ended(); });
        gone.assign(std::make_move_iterator(ended), std::make_move_iterator(running.end()));
        running.erase(ended, running.end());
    }

    /// Starts as many due jobs as there is room for; whether there were any.
    bool claim_some() {
        queue::ClaimOptions claim;
        claim.worker = options.name;
        claim.lease = options.lease;
        const Jobs jobs = running_jobs();
        claim.limit = static_cast<std::int64_t>(options.concurrency) - static_cast<std::int64_t>(jobs.size());
        if (claim.limit <= 0) return false;
        for (const auto& kind : kinds) {
            claim.kinds.push_back(kind.name);
            if (kind.most_at_once >= options.concurrency) continue;
            const auto busy = std::count_if(jobs.begin(), jobs.end(),
                                            [&](const auto& job) { return job->job().kind == kind.name; });
            claim.most_of_kind[kind.name] = static_cast<std::int64_t>(kind.most_at_once) - busy;
        }
        const auto claimed = queue::claim(database, claim);
        if (!claimed) {
            // Told once, not at every poll of a database that is away.
            if (!std::exchange(is_failing, true)) {
                log::warning("no jobs can be claimed at the moment", {{"detail", claimed.error().detail}});
            }
            return false;
        }
        if (std::exchange(is_failing, false)) log::info("jobs can be claimed again");
        for (const auto& one : *claimed) launch(one);
        return !claimed->empty();
    }

    void launch(const queue::Claim& claim) {
        const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                       [&](const JobKind& one) { return one.name == claim.job.kind; });
        auto job = std::make_shared<RunningJob>(database, finisher, claim, options.lease, *kind);
        {
            const std::lock_guard lock(mutex);
            running.push_back(job);
        }
        job->start();
    }

    void loop() {
        while (!stopping) {
            last_tick = Clock::now();
            const std::uint64_t seen = queue::notifications();
            reap();
            recurring.queue_due(database);
            if (!claim_some() && !stopping) queue::wait_for_jobs(seen, options.poll);
        }
    }

    /// A thread of its own, so that leases are kept however long a claim takes.
    void keep_leases() {
        const auto pause = std::clamp<Clock::duration>(options.lease / 12, std::chrono::milliseconds(10),
                                                       std::chrono::milliseconds(500));
        std::unique_lock lock(mutex);
        while (!end_of_leases.wait_for(lock, pause, [&] { return is_drained; })) {
            const Jobs jobs = running;
            lock.unlock();
            for (const auto& job : jobs) job->keep_alive();
            lock.lock();
        }
    }

    bool wait_for_end(std::chrono::milliseconds most) {
        const auto deadline = Clock::now() + most;
        while (true) {
            const std::uint64_t seen = queue::notifications();
            reap();
            if (running_jobs().empty()) return true;
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
            if (left.count() <= 0) return false;
            queue::wait_for_jobs(seen, left);
        }
    }

    database::Database& database;
    const std::vector<JobKind> kinds;
    Options options;
    Recurring recurring;
    QueueMetrics metrics;
    GroupFinisher finisher;
    std::mutex mutex;
    std::condition_variable end_of_leases;
    Jobs running;
    bool is_drained = false;
    bool is_failing = false;
    std::atomic<bool> stopping{false};
    std::atomic<Clock::time_point> last_tick{Clock::now()};
    std::thread loop_thread;
    std::thread lease_thread;
};

Worker::Worker(database::Database& database, std::vector<JobKind> kinds, Options options)
    : impl_(std::make_unique<Impl>(database, std::move(kinds), std::move(options))) {}

Worker::~Worker() { drain(std::chrono::milliseconds(0)); }

void Worker::start() {
    impl_->loop_thread = std::thread([this] { impl_->loop(); });
    impl_->lease_thread = std::thread([this] { impl_->keep_leases(); });
}

bool Worker::drain(std::chrono::milliseconds most) {
    if (!impl_->loop_thread.joinable()) return impl_->wait_for_end(std::chrono::milliseconds(0));
    impl_->stopping = true;
    queue::ring();
    impl_->loop_thread.join();
    for (const auto& job : impl_->running_jobs()) job->ask_back();
    const bool all_ended = impl_->wait_for_end(most);
    for (const auto& job : impl_->running_jobs()) job->take_back();
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->is_drained = true;
    }
    impl_->end_of_leases.notify_all();
    impl_->lease_thread.join();
    return all_ended;
}

std::chrono::milliseconds Worker::last_tick_age() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - impl_->last_tick.load());
}

} // namespace bifrost::worker
