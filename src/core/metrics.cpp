#include "core/metrics.hpp"

#include <mutex>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace bifrost::metrics {
namespace {

prometheus::Registry& registry() {
    static prometheus::Registry instance(prometheus::Registry::InsertBehavior::Merge);
    return instance;
}

struct Callbacks {
    std::mutex mutex;
    std::vector<std::function<void()>> list;
};

Callbacks& callbacks() {
    static Callbacks instance;
    return instance;
}

} // namespace

void Counter::increment(double by) const { static_cast<prometheus::Counter*>(inner_)->Increment(by); }
void Gauge::set(double value) const { static_cast<prometheus::Gauge*>(inner_)->Set(value); }
void Gauge::add(double by) const { static_cast<prometheus::Gauge*>(inner_)->Increment(by); }
void Histogram::observe(double value) const { static_cast<prometheus::Histogram*>(inner_)->Observe(value); }

Counter counter(const std::string& name, const std::string& help, const Labels& labels) {
    return Counter(&prometheus::BuildCounter().Name(name).Help(help).Register(registry()).Add(labels));
}

Gauge gauge(const std::string& name, const std::string& help, const Labels& labels) {
    return Gauge(&prometheus::BuildGauge().Name(name).Help(help).Register(registry()).Add(labels));
}

Histogram histogram(const std::string& name, const std::string& help, const std::vector<double>& buckets,
                    const Labels& labels) {
    return Histogram(
        &prometheus::BuildHistogram().Name(name).Help(help).Register(registry()).Add(labels, buckets));
}

void on_scrape(std::function<void()> callback) {
    const std::lock_guard lock(callbacks().mutex);
    callbacks().list.push_back(std::move(callback));
}

std::string exposition() {
    {
        const std::lock_guard lock(callbacks().mutex);
        for (const auto& callback : callbacks().list) callback();
    }
    return prometheus::TextSerializer().Serialize(registry().Collect());
}

} // namespace bifrost::metrics
