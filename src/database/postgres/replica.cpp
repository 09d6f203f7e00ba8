#include "database/postgres/replica.hpp"

#include <algorithm>

#include "core/log.hpp"
#include "database/postgres/replica.sql.hpp"

namespace bifrost::database::postgres {

namespace sql = bifrost::postgres::sql;

namespace {

constexpr std::chrono::milliseconds kEvery{100};
/// A look says that it is fit for so long: a replica that hangs is left out without anybody's saying so.
constexpr std::chrono::milliseconds kFitFor{1'000};
/// What is slower than this on a replica is asked of the primary.
constexpr std::chrono::milliseconds kDeadline{2'000};
constexpr std::size_t kReadyConnections = 4;

PostgresOptions options_of(PostgresOptions options, std::size_t number) {
    options.url = options.replica_urls[number - 1];
    options.deadline = std::min(options.deadline, kDeadline);
    options.connect_deadline = std::min(options.connect_deadline, kDeadline);
    options.most_connections = std::max<std::size_t>(options.most_connections, 1);
    return options;
}

} // namespace

Replica::Replica(const PostgresOptions& options, std::size_t number, const PrimaryWatch& watch)
    : options_(options_of(options, number)), most_lag_(options.most_replica_lag),
      name_(std::to_string(number)), watch_(watch),
      reads_(metrics::counter("bifrost_database_reads_total", "Reads by the server that they were sent to",
                              {{"target", "replica_" + name_}})),
      lag_(metrics::gauge("bifrost_database_replica_lag_seconds",
                          "For how long the primary has been ahead of what the replica has replayed",
                          {{"replica", name_}})),
      up_(metrics::gauge("bifrost_database_replica_up", "1 while the replica serves reads",
                         {{"replica", name_}})),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

Replica::~Replica() {
    thread_.request_stop();
    thread_.join();
}

void Replica::work(const std::stop_token& stop) {
    auto next_look = Clock::now();
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        lock.unlock();
        if (Clock::now() >= next_look) {
            look();
            next_look = Clock::now() + kEvery;
        }
        open_more();
        lock.lock();
        wanted_.wait_until(lock, stop, next_look, [&] { return look_now_ || lacks_connections(); });
        if (std::exchange(look_now_, false)) next_look = Clock::now();
    }
}

void Replica::look() {
    if (!look_) {
        auto opened = Connection::open(options_, Conninfo::Session::replica);
        if (!opened) return set_fit(false, "it can't be reached");
        look_ = std::move(*opened);
    }
    const auto began = Clock::now();
    const bool is_diverged = diverged();
    if (!ask_replayed(*look_)) {
        const bool silent = look_->lost();
        look_.reset();
        if (silent) cut_borrowed();
        return set_fit(false, silent ? "it doesn't answer" : "it is not a replica");
    }
    looked_at_ = began;
    replayed_then_ = replayed_;
    const auto lag = watch_.lag_of(replayed_);
    lag_ms_ = lag.count();
    lag_.set(static_cast<double>(lag.count()) / 1e3);
    if (is_diverged) return set_fit(false, "it is ahead of the primary, and so not its replica");
    if (lag > most_lag_) return set_fit(false, "it is too far behind");
    // Without a look at the primary nobody knows how far behind it is.
    if (!watch_.newest()) return set_fit(false, "the primary wasn't reached yet");
    set_fit(true, "");
}

/// What it had replayed at the last look, the primary must have had in its log at a later one.
bool Replica::diverged() const {
    const auto newest = watch_.newest();
    return newest && replayed_then_ > 0 && newest->at > looked_at_ && newest->wal < replayed_then_;
}

std::optional<std::uint64_t> Replica::ask_replayed(Connection& connection) {
    const Params none;
    if (!connection.queue(sql::look_at_replica.postgres, none)) return std::nullopt;
    const auto results = connection.exchange();
    if (!results) return std::nullopt;
    const auto numbers = integers_of(results->back().get());
    if (numbers.empty()) return std::nullopt;
    const auto wal = static_cast<std::uint64_t>(numbers[0]);
    std::uint64_t known = replayed_;
    while (known < wal && !replayed_.compare_exchange_weak(known, wal)) {
    }
    return wal;
}

/// With the mutex held: somebody waits, and another connection may be opened.
bool Replica::lacks_connections() const {
    return waiting_ > 0 && idle_.empty() && serves() && borrowed_.size() < options_.most_connections;
}

void Replica::set_fit(bool fit, const char* why) {
    fit_until_ = fit ? (Clock::now() + kFitFor).time_since_epoch().count() : 0;
    up_.set(fit ? 1 : 0);
    if (fit == was_fit_ && said_) return;
    if (fit)
        log::info("a replica serves reads", {{"replica", name_}});
    else
        log::warning("a replica is left out", {{"replica", name_}, {"why", why}});
    was_fit_ = fit;
    said_ = true;
    if (fit) return;
    replayed_ = 0; // it may come back as another server with an older state
    replayed_then_ = 0;
    std::vector<std::unique_ptr<Connection>> closed;
    const std::lock_guard lock(mutex_);
    closed.swap(idle_);
}

/// A few stand ready; more are opened for those that wait.
void Replica::open_more() {
    while (serves()) {
        {
            const std::lock_guard lock(mutex_);
            const std::size_t open = idle_.size() + borrowed_.size();
            const std::size_t wanted = std::max(kReadyConnections, borrowed_.size() + waiting_);
            if (open >= std::min(wanted, options_.most_connections)) return;
        }
        auto opened = Connection::open(options_, Conninfo::Session::replica);
        if (!opened) return set_fit(false, "it takes no more connections");
        // A server that crashed may come back with less than what it had shown before.
        const std::uint64_t known = replayed_;
        const auto replayed = ask_replayed(**opened);
        if (!replayed || *replayed < known) return set_fit(false, "it was started again");
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(*opened));
        returned_.notify_one();
    }
}

Replica::Lease Replica::borrow(Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    for (;;) {
        while (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            if (!connection->alive()) continue;
            borrowed_.push_back(connection.get());
            return {*this, std::move(connection)};
        }
        ++waiting_;
        wanted_.notify_one();
        const bool timely = returned_.wait_until(lock, deadline) == std::cv_status::no_timeout;
        --waiting_;
        if ((!timely && idle_.empty()) || !serves()) return {};
    }
}

void Replica::take_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    std::erase(borrowed_, connection.get());
    if (connection->lost()) {
        fit_until_ = 0; // until the next look, which comes at once
        look_now_ = true;
        wanted_.notify_one();
        return;
    }
    idle_.push_back(std::move(connection));
    if (waiting_ > 0) returned_.notify_one();
}

/// Those who wait for a server that says nothing needn't wait for their deadline.
void Replica::cut_borrowed() {
    const std::lock_guard lock(mutex_);
    for (Connection* connection : borrowed_) connection->cut();
}

bool Replica::has_replayed(Lease& lease, std::uint64_t wal, Clock::time_point deadline) {
    auto pause = std::chrono::microseconds(500);
    while (replayed_ < wal) {
        const auto left = deadline - Clock::now();
        if (left <= Clock::duration::zero() || !serves()) return false;
        if (!ask_replayed(*lease)) return false;
        if (replayed_ >= wal) return true;
        if (std::chrono::milliseconds(lag_ms_) > left) return false;
        std::this_thread::sleep_for(std::min<Clock::duration>(pause, left));
        pause = std::min(pause * 2, std::chrono::microseconds(5'000));
    }
    return true;
}

} // namespace bifrost::database::postgres
