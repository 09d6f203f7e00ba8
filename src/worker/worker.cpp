#include "worker/worker.hpp"

#include <list>

#include <unistd.h>

#include "core/log.hpp"
#include "core/metrics.hpp"
#include "worker/running_job.hpp"

namespace bifrost::worker {
namespace {

using Clock = std::chrono::steady_clock;

std::string default_name() {
    char host[256] = "worker";
    gethostname(host, sizeof host - 1);
    return std::string(host) + ":" + std::to_string(getpid());
}

} // namespace

struct Worker::Impl {
    Impl(database::Database& database_in, std::vector<JobKind> kinds_in, Options options_in)
        : database(database_in), kinds(std::move(kinds_in)), options(std::move(options_in)) {
        if (options.name.empty()) options.name = default_name();
        for (const auto& kind : kinds) next_run[kind.name] = Clock::now();
    }

    /// Puts recurring jobs into the queue when their time has come; their key keeps them single on the site.
    void enqueue_recurring() {
        for (const auto& kind : kinds) {
            if (kind.every.count() == 0 || Clock::now() < next_run[kind.name]) continue;
            queue::JobSpec spec;
            spec.kind = kind.name;
            spec.unique_key = "every:" + kind.name;
            spec.max_attempts = kind.max_attempts;
            const auto queued = database.write([&](database::Tx& tx) { return queue::enqueue(tx, spec); });
            if (!queued) log::warning("a recurring job could not be queued", {{"kind", kind.name}, {"detail", queued.error().detail}});
            next_run[kind.name] = Clock::now() + kind.every;
        }
    }

    /// Starts as many due jobs as there is room for; whether there were any.
    bool claim_some() {
        queue::ClaimOptions claim;
        claim.worker = options.name;
        claim.lease = options.lease;
        {
            const std::lock_guard lock(mutex);
            claim.limit = static_cast<std::int64_t>(options.concurrency) - static_cast<std::int64_t>(running.size());
            for (const auto& kind : kinds)
                if (running_of(kind.name) < kind.most_at_once) claim.kinds.push_back(kind.name);
        }
        if (claim.limit <= 0 || claim.kinds.empty()) return false;
        // One at a time, so that a kind's limit holds within one claim too.
        claim.limit = 1;
        const auto claimed = queue::claim(database, claim);
        if (!claimed) {
            log::warning("no jobs could be claimed", {{"detail", claimed.error().detail}});
            return false;
        }
        for (const auto& one : *claimed) launch(one);
        return !claimed->empty();
    }

    std::size_t running_of(const std::string& kind) const {
        std::size_t count = 0;
        for (const auto& job : running)
            if (!job->ended() && job->job().kind == kind) ++count;
        return count;
    }

    void launch(const queue::Claim& claim) {
        for (const auto& kind : kinds) {
            if (kind.name != claim.job.kind) continue;
            const std::lock_guard lock(mutex);
            running.push_back(std::make_unique<RunningJob>(database, claim, options.lease, kind));
            running.back()->start();
            return;
        }
    }

    /// Joins what has ended and extends the leases of what hasn't.
    void look_after() {
        std::list<std::unique_ptr<RunningJob>> gone;
        const std::lock_guard lock(mutex);
        for (auto job = running.begin(); job != running.end();) {
            if ((*job)->ended()) {
                gone.splice(gone.end(), running, job++);
            } else {
                (*job)->keep_alive();
                ++job;
            }
        }
    }

    void loop() {
        while (!stopping) {
            last_tick = Clock::now();
            const std::uint64_t seen = queue::notifications();
            look_after();
            enqueue_recurring();
            if (claim_some()) continue;
            queue::wait_for_jobs(seen, options.poll);
        }
    }

    database::Database& database;
    std::vector<JobKind> kinds;
    Options options;
    std::unordered_map<std::string, Clock::time_point> next_run;
    mutable std::mutex mutex;
    std::list<std::unique_ptr<RunningJob>> running;
    std::atomic<bool> stopping{false};
    std::atomic<Clock::time_point> last_tick{Clock::now()};
    std::thread thread;
};

Worker::Worker(database::Database& database, std::vector<JobKind> kinds, Options options)
    : impl_(std::make_unique<Impl>(database, std::move(kinds), std::move(options))) {}

Worker::~Worker() { drain(std::chrono::seconds(0)); }

void Worker::start() {
    impl_->thread = std::thread([this] { impl_->loop(); });
}

void Worker::drain(std::chrono::seconds most) {
    if (!impl_->thread.joinable()) return;
    impl_->stopping = true;
    queue::notify_workers();
    impl_->thread.join();
    const auto deadline = Clock::now() + most;
    while (true) {
        const std::uint64_t seen = queue::notifications();
        impl_->look_after();
        {
            const std::lock_guard lock(impl_->mutex);
            if (impl_->running.empty()) return;
            if (Clock::now() >= deadline)
                for (const auto& job : impl_->running) job->give_back();
        }
        queue::wait_for_jobs(seen, std::chrono::milliseconds(200));
    }
}

std::chrono::milliseconds Worker::last_tick_age() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - impl_->last_tick.load());
}

} // namespace bifrost::worker
