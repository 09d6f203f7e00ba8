#include <condition_variable>
#include <mutex>

#include "queue/queue.hpp"

namespace bifrost::queue {
namespace {

struct Bell {
    std::mutex mutex;
    std::condition_variable rung;
    std::uint64_t count = 0;
};

Bell& bell() {
    static Bell instance;
    return instance;
}

} // namespace

void notify_workers() {
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

} // namespace bifrost::queue
