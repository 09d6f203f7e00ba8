#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage/shared_files/project_folder.hpp"
#include "worker/worker.hpp"

namespace bifrost::worker {

/// `materialise` {version_id}: puts a published version into the folder of projects. Repeatable; a version
/// that is there is checked and put right.
JobKind materialise_job(storage::ProjectFolder& folder);

/// Queues that job for every version that is published, by following the event log: a thread as the search
/// indexer's, for workers that have PROJECTS_ROOT.
class MaterialiseFollower {
  public:
    explicit MaterialiseFollower(database::Database& database,
                                 std::chrono::milliseconds poll = std::chrono::milliseconds(1'000));
    MaterialiseFollower(const MaterialiseFollower&) = delete;
    MaterialiseFollower& operator=(const MaterialiseFollower&) = delete;
    /// Stops.
    ~MaterialiseFollower();

    void start();
    void stop();

  private:
    void run();

    database::Database& database_;
    std::chrono::milliseconds poll_;
    std::mutex mutex_;
    std::condition_variable stopping_changed_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace bifrost::worker
