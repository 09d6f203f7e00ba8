#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "database/database.hpp"

namespace bifrost::worker {

/// Keeps the search index behind the event log by well under a second: a thread that takes in new events
/// until there are none, then looks again after `poll`. No job rows: there is always the one cursor, and of
/// several processes whoever comes first does the work.
class SearchIndexer {
  public:
    explicit SearchIndexer(database::Database& database,
                           std::chrono::milliseconds poll = std::chrono::milliseconds(300));
    SearchIndexer(const SearchIndexer&) = delete;
    SearchIndexer& operator=(const SearchIndexer&) = delete;
    /// Stops.
    ~SearchIndexer();

    void start();
    /// Waits for the transaction that runs, if one does.
    void stop();

  private:
    void run();
    /// False when it shall stop.
    bool wait(std::chrono::milliseconds time);

    database::Database& database_;
    std::chrono::milliseconds poll_;
    std::mutex mutex_;
    std::condition_variable stopping_changed_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace bifrost::worker
