#pragma once
// Counters, gauges and histograms in Prometheus' exposition format (prometheus-cpp's core library behind it).

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bifrost::metrics {

using Labels = std::map<std::string, std::string>;

class Counter {
  public:
    explicit Counter(void* inner) : inner_(inner) {}
    void increment(double by = 1) const;

  private:
    void* inner_;
};

class Gauge {
  public:
    explicit Gauge(void* inner) : inner_(inner) {}
    void set(double value) const;
    void add(double by) const;

  private:
    void* inner_;
};

class Histogram {
  public:
    explicit Histogram(void* inner) : inner_(inner) {}
    void observe(double value) const;

  private:
    void* inner_;
};

/// Names are `bifrost_<noun>_<unit>[_total]`. The same name and labels give the same series; keep the handle,
/// looking one up takes a lock.
Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
Histogram histogram(const std::string& name, const std::string& help, const std::vector<double>& buckets,
                    const Labels& labels = {});
/// Called at each scrape before the values are read, to set gauges that are cheap to ask for.
void on_scrape(std::function<void()> callback);
/// Everything, as `text/plain; version=0.0.4`.
std::string exposition();

} // namespace bifrost::metrics
