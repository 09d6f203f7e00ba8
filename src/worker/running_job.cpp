#include "worker/running_job.hpp"

#include "core/log.hpp"
#include "core/metrics.hpp"

namespace bifrost::worker {

RunningJob::RunningJob(database::Database& database, queue::Claim claim, std::chrono::seconds lease, const JobKind& kind)
    : database_(database), claim_(std::move(claim)), lease_(lease), kind_(kind) {}

RunningJob::~RunningJob() {
    if (thread_.joinable()) thread_.join();
}

void RunningJob::start() {
    thread_ = std::thread([this] { run(); });
}

void RunningJob::keep_alive() {
    const auto now = std::chrono::steady_clock::now();
    if (now - kept_alive_at_ < lease_ / 3) return;
    kept_alive_at_ = now;
    const auto extended = queue::heartbeat(database_, claim_, progress_, lease_);
    if (extended) {
        if (!*extended) stop_ = true;
        return;
    }
    // A database that is away for a moment doesn't cost the job; the fence decides when it comes back.
    if (extended.error().code != Errc::conflict || ended_) return;
    lost_ = true;
    stop_ = true;
}

void RunningJob::give_back() {
    give_back_ = true;
    stop_ = true;
}

Result<> RunningJob::finish_with(const std::function<Result<json::Raw>(database::Tx&)>& effect) {
    BIFROST_CHECK(database_.write([&](database::Tx& tx) -> Result<bool> {
        BIFROST_ASSIGN(const json::Raw result, effect(tx));
        BIFROST_CHECK(queue::finish(tx, claim_, result));
        return true;
    }));
    finished_ = true;
    return {};
}

Result<> RunningJob::finish_in(database::Tx& tx, const json::Raw& result) {
    BIFROST_CHECK(queue::finish(tx, claim_, result));
    // Whether the caller's transaction commits is the caller's to report: an error from the function undoes this.
    finished_ = true;
    return {};
}

Result<json::Raw> RunningJob::call() {
    try {
        return kind_.run(*this);
    } catch (const std::exception& error) {
        log::error("a job threw", {{"kind", claim_.job.kind}, {"job", claim_.job.id.text()}, {"what", error.what()}});
        return Error{Errc::internal, "A bug stopped the job; the log tells more."};
    }
}

void RunningJob::run() {
    const auto start = std::chrono::steady_clock::now();
    const auto outcome = call();
    close(outcome);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    metrics::histogram("bifrost_job_duration_seconds", "How long jobs ran", {0.01, 0.1, 1, 10, 60, 600}, {{"kind", kind_.name}})
        .observe(took.count());
    metrics::counter("bifrost_jobs_total", "Jobs that ended", {{"kind", kind_.name}, {"outcome", outcome ? "done" : "failed"}}).increment();
    ended_ = true;
    queue::notify_workers();
}

void RunningJob::close(const Result<json::Raw>& outcome) {
    Result<> closed;
    if (lost_) return; // somebody else's by now
    if (outcome) {
        if (finished_) return;
        closed = database_.write([&](database::Tx& tx) { return queue::finish(tx, claim_, *outcome); });
    } else if (give_back_) {
        closed = queue::release(database_, claim_);
    } else {
        log::warning("a job failed", {{"kind", claim_.job.kind}, {"job", claim_.job.id.text()}, {"detail", outcome.error().detail}});
        closed = queue::fail(database_, claim_, outcome.error().detail);
    }
    if (!closed)
        log::warning("a job's end could not be stored", {{"job", claim_.job.id.text()}, {"detail", closed.error().detail}});
}

} // namespace bifrost::worker
