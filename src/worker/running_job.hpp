#pragma once
// One claimed job on a thread of its own.

#include <atomic>
#include <thread>

#include "worker/worker.hpp"

namespace bifrost::worker {

class RunningJob final : public JobContext {
  public:
    RunningJob(database::Database& database, queue::Claim claim, std::chrono::seconds lease, const JobKind& kind);
    ~RunningJob() override;

    void start();
    /// Extends the lease when a third of it has passed. Called by the worker's loop.
    void keep_alive();
    /// Asks the function to stop; its job goes back to the queue untouched.
    void give_back();
    [[nodiscard]] bool ended() const { return ended_; }

    [[nodiscard]] const queue::Job& job() const override { return claim_.job; }
    database::Database& database() override { return database_; }
    void progress(double done) override { progress_ = done; }
    [[nodiscard]] bool stopped() const override { return stop_; }
    Result<> finish_with(const std::function<Result<json::Raw>(database::Tx&)>& effect) override;
    Result<> finish_in(database::Tx& tx, const json::Raw& result) override;

  private:
    void run();
    Result<json::Raw> call();
    void close(const Result<json::Raw>& outcome);

    database::Database& database_;
    queue::Claim claim_;
    std::chrono::seconds lease_;
    const JobKind& kind_;
    std::atomic<double> progress_{0};
    std::atomic<bool> stop_{false};
    std::atomic<bool> give_back_{false};
    std::atomic<bool> lost_{false};
    std::atomic<bool> ended_{false};
    bool finished_ = false; ///< by the function itself
    std::chrono::steady_clock::time_point kept_alive_at_ = std::chrono::steady_clock::now();
    std::thread thread_;
};

} // namespace bifrost::worker
