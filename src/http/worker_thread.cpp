#include "http/worker_thread.hpp"

#include <csignal>

namespace bifrost::http {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kStackBytes = 8 * 1024 * 1024; // instrumented frames are several times as large
#else
constexpr std::size_t kStackBytes = 1024 * 1024;
#endif

struct Start {
    std::string name;
    std::function<void()> body;
};

void* enter(void* argument) {
    const std::unique_ptr<Start> start(static_cast<Start*>(argument));
    pthread_setname_np(pthread_self(), start->name.substr(0, 15).c_str());
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    start->body();
    return nullptr;
}

} // namespace

WorkerThread::~WorkerThread() { join(); }

bool WorkerThread::start(std::string name, std::function<void()> body) {
    auto start = std::make_unique<Start>();
    start->name = std::move(name);
    start->body = std::move(body);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    const int failed = pthread_create(&thread_, &attributes, &enter, start.get());
    pthread_attr_destroy(&attributes);
    if (failed != 0) return false;
    start.release(); // the thread owns it now
    running_ = true;
    return true;
}

void WorkerThread::join() {
    if (running_) pthread_join(thread_, nullptr);
    running_ = false;
}

} // namespace bifrost::http
