#pragma once
// How long the queue is, as gauges.

#include <memory>

#include "database/database.hpp"

namespace bifrost::worker {

/// From construction to destruction each scrape asks the database and sets bifrost_queue_jobs{kind,state} and
/// bifrost_queue_oldest_seconds{kind,state}.
class QueueMetrics {
  public:
    explicit QueueMetrics(database::Database& database);
    QueueMetrics(const QueueMetrics&) = delete;
    QueueMetrics& operator=(const QueueMetrics&) = delete;
    ~QueueMetrics();

  private:
    struct Asked;
    std::shared_ptr<Asked> asked_;
};

} // namespace bifrost::worker
