#include "client/transport/interruption.hpp"

#include <csignal>

namespace bifrost::client {
namespace {

volatile std::sig_atomic_t asked = 0;

void note(int signal_number) {
    if (asked != 0) {
        std::signal(signal_number, SIG_DFL);
        std::raise(signal_number);
    }
    asked = 1;
}

} // namespace

void watch_for_interruption() {
    struct sigaction action {};
    action.sa_handler = note;
    sigemptyset(&action.sa_mask);
    for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal_number, &action, nullptr);
}

bool interrupted() { return asked != 0; }

} // namespace bifrost::client
