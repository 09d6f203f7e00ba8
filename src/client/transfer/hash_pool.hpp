#pragma once
// Hashing of many files by a few threads.

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "client/transfer/local_file.hpp"

namespace bifrost::client {

class HashPool {
  public:
    /// Two threads by default: one processor's SHA instructions outrun most disks.
    explicit HashPool(std::size_t threads = 2);
    HashPool(const HashPool&) = delete;
    HashPool& operator=(const HashPool&) = delete;
    /// Drops what has not begun; those get no call.
    ~HashPool();

    using Done = std::function<void(Result<HashedFile>)>;
    /// Queues a file, in order; `done` runs in one of the pool's threads.
    void add(std::filesystem::path path, Done done);
    /// Waits until everything that was added is done.
    void wait();

  private:
    void run();

    struct Work {
        std::filesystem::path path;
        Done done;
    };
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Work> queue_;
    std::size_t running_ = 0;
    bool stop_ = false;
    std::vector<std::thread> threads_;
};

} // namespace bifrost::client
