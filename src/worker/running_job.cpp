#include "worker/running_job.hpp"

#include "core/log.hpp"
#include "core/metrics.hpp"

namespace bifrost::worker {
namespace {

constexpr std::chrono::milliseconds kProgressEvery{2000};

void count(const std::string& kind, const std::string& outcome, std::chrono::duration<double> took) {
    metrics::histogram("bifrost_job_duration_seconds", "How long jobs ran",
                       {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3600}, {{"kind", kind}})
        .observe(took.count());
    metrics::counter("bifrost_jobs_total", "Jobs that ended, by how", {{"kind", kind}, {"outcome", outcome}})
        .increment();
}

} // namespace

RunningJob::RunningJob(database::Database& database, GroupFinisher& finisher, queue::Claim claim,
                       std::chrono::milliseconds lease, const JobKind& kind)
    : database_(database), finisher_(finisher), claim_(std::move(claim)), lease_(lease), kind_(kind) {}

RunningJob::~RunningJob() {
    if (thread_.joinable()) thread_.join();
}

void RunningJob::start() {
    thread_ = std::thread([this] { run(); });
}

void RunningJob::keep_alive() {
    const auto passed = Clock::now() - kept_alive_at_;
    const double done = progress_;
    const bool is_news = done != told_ && passed >= std::min<Clock::duration>(lease_ / 3, kProgressEvery);
    if (ended_ || lost_ || (passed < lease_ / 3 && !is_news)) return;
    kept_alive_at_ = Clock::now();
    const auto extended = queue::heartbeat(database_, claim_, done, lease_);
    if (extended) {
        told_ = done;
        if (!*extended) stop_ = true;
    } else if (extended.error().code == Errc::conflict && !ended_) {
        // Or the function has just ended it, and then this changes nothing.
        lost_ = true;
        stop_ = true;
    }
    // A database that is away for a moment doesn't cost the job; the fence decides when it comes back.
}

void RunningJob::ask_back() {
    asked_back_ = true;
    stop_ = true;
}

void RunningJob::take_back() {
    if (ended_ || lost_.exchange(true)) return;
    if (const auto released = queue::release(database_, claim_); !released) {
        log::warning("a job could not be given back; its lease will run out",
                     {{"job", claim_.job.id.text()}, {"detail", released.error().detail}});
    }
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
    // Whether the caller's transaction commits is the caller's to report: an error from the function undoes
    // this.
    finished_ = true;
    return {};
}

Result<> RunningJob::wait_for_children(const std::function<Result<>(database::Tx&)>& enqueue) {
    BIFROST_CHECK(database_.write([&](database::Tx& tx) -> Result<> {
        BIFROST_CHECK(enqueue(tx));
        return queue::wait_for_children(tx, claim_);
    }));
    waits_ = true;
    queue::notify_workers();
    return {};
}

Result<json::Raw> RunningJob::call() {
    std::string what = "something that is no exception";
    try {
        return kind_.run(*this);
    } catch (const std::exception& error) {
        what = error.what();
    } catch (...) {
    }
    return Error{Errc::internal, "threw " + what};
}

void RunningJob::run() {
    const auto start = Clock::now();
    const auto outcome = call();
    const std::string word = close(outcome);
    count(kind_.name, word, Clock::now() - start);
    ended_ = true;
    queue::ring();
}

std::string RunningJob::close(const Result<json::Raw>& outcome) {
    if (outcome && finished_) return "done";
    if (waits_) return "waiting";
    if (!outcome && !lost_ && !asked_back_) return fail(outcome.error());
    if (lost_) return "lost"; // somebody else's by now
    const auto closed = outcome ? finisher_.finish({&claim_, *outcome}) : queue::release(database_, claim_);
    if (closed) return outcome ? "done" : "released";
    log::warning("how a job ended could not be stored; it will run again when its lease has run out",
                 {{"kind", kind_.name}, {"job", claim_.job.id.text()}, {"detail", closed.error().detail}});
    return "lost";
}

std::string RunningJob::fail(const Error& error) {
    // Jobs are shown to people, and what is internal stays in the log.
    const std::string sentence = error.code == Errc::internal
                                     ? "An internal error broke the job off; the server's log tells more."
                                     : error.detail;
    const auto state = queue::fail(database_, claim_, sentence);
    log::write(error.code == Errc::internal ? log::Level::error : log::Level::warning, "a job failed",
               {{"kind", kind_.name},
                {"job", claim_.job.id.text()},
                {"attempt", std::to_string(claim_.job.attempts)},
                {"detail", error.detail},
                {"state", state ? *state : "unknown: " + state.error().detail}});
    return state ? *state : "lost";
}

} // namespace bifrost::worker
