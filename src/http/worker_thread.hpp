#pragma once

#include <functional>
#include <memory>
#include <string>

#include <pthread.h>

namespace bifrost::http {

/// A thread with a small stack (1 MiB: below the size that transparent huge pages would make resident), a
/// name, and SIGPIPE blocked, because sendfile(2) knows no MSG_NOSIGNAL.
class WorkerThread {
  public:
    WorkerThread() = default;
    WorkerThread(const WorkerThread&) = delete;
    WorkerThread& operator=(const WorkerThread&) = delete;
    ~WorkerThread();

    /// False when the system gives no more threads. `name`: at most 15 characters show in ps and gdb.
    [[nodiscard]] bool start(std::string name, std::function<void()> body);
    void join();

  private:
    pthread_t thread_{};
    bool running_ = false;
};

} // namespace bifrost::http
