#pragma once
// One claimed job on a thread of its own.

#include <atomic>
#include <mutex>
#include <thread>

#include "worker/group_finisher.hpp"
#include "worker/worker.hpp"

namespace bifrost::worker {

class RunningJob final : public JobContext {
  public:
    RunningJob(database::Database& database, GroupFinisher& finisher, queue::Claim claim,
               std::chrono::milliseconds lease, const JobKind& kind);
    ~RunningJob() override;

    void start();
    /// Extends the lease when a third of it has passed, or sooner when there is progress to tell.
    void keep_alive();
    /// Asks the function to stop; what it doesn't end by itself goes back to the queue.
    void ask_back();
    /// Gives the job back although the function still runs, which can't end it from here on.
    void take_back();
    [[nodiscard]] bool ended() const { return ended_; }

    [[nodiscard]] const queue::Job& job() const override { return claim_.job; }
    database::Database& database() override { return database_; }
    void progress(double done) override { progress_ = done; }
    [[nodiscard]] bool stopped() const override { return stop_; }
    Result<> finish_with(const std::function<Result<json::Raw>(database::Tx&)>& effect) override;
    Result<> finish_in(database::Tx& tx, const json::Raw& result) override;
    Result<> wait_for_children(const std::function<Result<>(database::Tx&)>& enqueue) override;

  private:
    void run();
    Result<json::Raw> call();
    /// Stores how it ended; the word for the metric.
    std::string close(const Result<json::Raw>& outcome);
    std::string fail(const Error& error);

    using Clock = std::chrono::steady_clock;

    database::Database& database_;
    GroupFinisher& finisher_;
    const queue::Claim claim_;
    const std::chrono::milliseconds lease_;
    const JobKind& kind_;
    std::atomic<double> progress_{0};
    std::atomic<bool> stop_{false};
    std::atomic<bool> asked_back_{false};
    std::atomic<bool> lost_{false};
    std::atomic<bool> ended_{false};
    bool finished_ = false; ///< by the function itself
    bool waits_ = false;    ///< for its children
    Clock::time_point kept_alive_at_ = Clock::now();
    double told_ = 0; ///< the progress of the last heartbeat
    std::thread thread_;
};

} // namespace bifrost::worker
