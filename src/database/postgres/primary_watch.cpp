#include "database/postgres/primary_watch.hpp"

#include <algorithm>

#include "database/postgres/replica.sql.hpp"

namespace bifrost::database::postgres {

namespace sql = bifrost::postgres::sql;

namespace {

constexpr std::chrono::milliseconds kEvery{200};
constexpr std::size_t kMostSamples = 150;
constexpr std::chrono::milliseconds kDeadline{2'000};

PostgresOptions limited(PostgresOptions options) {
    options.deadline = std::min(options.deadline, kDeadline);
    options.connect_deadline = std::min(options.connect_deadline, kDeadline);
    return options;
}

} // namespace

PrimaryWatch::PrimaryWatch(const PostgresOptions& options)
    : options_(limited(options)),
      horizon_age_(metrics::gauge("bifrost_event_horizon_age_seconds",
                                  "For how long readers of the event log have been waiting for the oldest "
                                  "writing transaction of the PostgreSQL cluster")),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

PrimaryWatch::~PrimaryWatch() {
    thread_.request_stop();
    thread_.join();
}

void PrimaryWatch::work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        lock.unlock();
        look();
        lock.lock();
        changed_.wait_for(lock, stop, kEvery, [] { return false; });
    }
}

void PrimaryWatch::look() {
    if (!connection_) {
        auto opened = Connection::open(options_, Conninfo::Session::watch);
        if (!opened) return; // whoever needs it says so; tried again at the next turn
        connection_ = std::move(*opened);
    }
    const Params none;
    if (!connection_->queue(sql::look_at_primary.postgres, none)) return connection_.reset();
    const auto results = connection_->exchange();
    if (!results) return connection_.reset();
    note(results->back().get());
}

void PrimaryWatch::note(const pg_result* result) {
    const auto numbers = integers_of(result);
    if (numbers.size() != 3) return connection_.reset(); // not a primary any more
    const auto now = Clock::now();
    const std::int64_t oldest = numbers[1];
    const bool hides = oldest < numbers[2]; // else no later one has ended, whose events would have to wait
    if (!hides) {
        oldest_.reset();
    } else if (!oldest_ || oldest_->transaction != oldest) {
        oldest_ = Oldest{oldest, now};
    }
    horizon_age_.set(oldest_ ? std::chrono::duration<double>(now - oldest_->since).count() : 0);
    const std::lock_guard lock(mutex_);
    samples_.push_back({now, static_cast<std::uint64_t>(numbers[0])});
    if (samples_.size() > kMostSamples) samples_.pop_front();
}

std::optional<PrimaryWatch::Sample> PrimaryWatch::newest() const {
    const std::lock_guard lock(mutex_);
    if (samples_.empty()) return std::nullopt;
    return samples_.back();
}

std::chrono::milliseconds PrimaryWatch::lag_of(std::uint64_t replayed) const {
    const std::lock_guard lock(mutex_);
    const auto ahead =
        std::ranges::find_if(samples_, [&](const Sample& sample) { return sample.wal > replayed; });
    if (ahead == samples_.end()) return std::chrono::milliseconds{0};
    return std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - ahead->at);
}

} // namespace bifrost::database::postgres
