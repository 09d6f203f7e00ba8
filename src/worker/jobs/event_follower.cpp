#include "worker/jobs/event_follower.hpp"

#include "core/log.hpp"

namespace bifrost::worker {
namespace {

constexpr std::chrono::milliseconds kLongestPause{10'000};

} // namespace

EventFollower::EventFollower(std::string what, std::function<Result<std::int64_t>()> take_in,
                             std::chrono::milliseconds poll)
    : what_(std::move(what)), take_in_(std::move(take_in)), poll_(poll) {}

EventFollower::~EventFollower() { stop(); }

void EventFollower::start() {
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void EventFollower::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stopping_changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool EventFollower::wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !stopping_changed_.wait_for(lock, time, [this] { return stopping_; });
}

void EventFollower::run() {
    auto pause = poll_;
    bool failing = false;
    while (wait(pause)) {
        const auto taken = take_in_();
        if (!taken) {
            // Told once, not at every look at a database that is away.
            if (!failing)
                log::error("a consumer can't follow the log",
                           {{"what", what_}, {"detail", taken.error().detail}});
            failing = true;
            pause = std::min(pause * 2 + poll_, kLongestPause);
            continue;
        }
        if (failing) log::info("a consumer follows the log again", {{"what", what_}});
        failing = false;
        pause = *taken > 0 ? std::chrono::milliseconds(0) : poll_;
    }
}

} // namespace bifrost::worker
