#include "client/transport/interruption.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>

namespace bifrost::client {
namespace {

// Read by other threads than the one that the signal interrupts; lock-free, so that a handler may write it.
std::atomic<bool> asked = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void note(int signal_number) {
    const int before = errno;
    if (asked.exchange(true, std::memory_order_relaxed)) {
        std::signal(signal_number, SIG_DFL);
        std::raise(signal_number);
    }
    errno = before;
}

} // namespace

void watch_for_interruption() {
    struct sigaction action {};
    action.sa_handler = note;
    sigemptyset(&action.sa_mask);
    for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal_number, &action, nullptr);
}

bool interrupted() { return asked.load(std::memory_order_relaxed); }

} // namespace bifrost::client
