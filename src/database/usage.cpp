#include "database/usage.hpp"

#include <chrono>

#include "core/metrics.hpp"

namespace bifrost::database {
namespace {

struct Series {
    metrics::Counter done;
    metrics::Counter refused;
    metrics::Counter failed;
    metrics::Histogram duration;

    explicit Series(const std::string& kind)
        : done(counter(kind, "done")), refused(counter(kind, "refused")), failed(counter(kind, "failed")),
          duration(metrics::histogram("bifrost_database_transaction_duration_seconds",
                                      "How long transactions took, waiting for a connection included",
                                      {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5},
                                      {{"kind", kind}})) {}

    static metrics::Counter counter(const std::string& kind, const std::string& outcome) {
        return metrics::counter("bifrost_database_transactions_total", "Transactions that ended, by how",
                                {{"kind", kind}, {"outcome", outcome}});
    }
};

const Series& series_of(UsageKind kind) {
    static const Series reads("read");
    static const Series writes("write");
    return kind == UsageKind::read ? reads : writes;
}

} // namespace

Result<> timed(UsageKind kind, const std::function<Result<>()>& body) {
    const Series& series = series_of(kind);
    const auto start = std::chrono::steady_clock::now();
    const Result<> outcome = body();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    series.duration.observe(took.count());
    if (outcome)
        series.done.increment();
    else if (outcome.error().code == Errc::internal || outcome.error().code == Errc::unavailable)
        series.failed.increment();
    else
        series.refused.increment();
    return outcome;
}

} // namespace bifrost::database
