#include <condition_variable>
#include <map>
#include <mutex>

#include "queue/queue.hpp"

namespace bifrost::queue {
namespace {

struct Bell {
    std::mutex mutex;
    std::condition_variable rung;
    std::uint64_t count = 0;
    std::mutex hooks_mutex;
    std::map<std::uint64_t, std::function<void()>> hooks;
    std::uint64_t last_hook = 0;
};

Bell& bell() {
    static Bell instance;
    return instance;
}

} // namespace

void notify_workers() {
    ring();
    const std::lock_guard lock(bell().hooks_mutex);
    for (const auto& [_, tell] : bell().hooks) tell();
}

void ring() {
    {
        const std::lock_guard lock(bell().mutex);
        ++bell().count;
    }
    bell().rung.notify_all();
}

std::uint64_t notifications() {
    const std::lock_guard lock(bell().mutex);
    return bell().count;
}

void wait_for_jobs(std::uint64_t seen, std::chrono::milliseconds most) {
    std::unique_lock lock(bell().mutex);
    bell().rung.wait_for(lock, most, [&] { return bell().count != seen; });
}

NotificationHook::NotificationHook(std::function<void()> tell) {
    const std::lock_guard lock(bell().hooks_mutex);
    number_ = ++bell().last_hook;
    bell().hooks.emplace(number_, std::move(tell));
}

NotificationHook::~NotificationHook() {
    const std::lock_guard lock(bell().hooks_mutex);
    bell().hooks.erase(number_);
}

} // namespace bifrost::queue
