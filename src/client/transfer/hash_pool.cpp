#include "client/transfer/hash_pool.hpp"

namespace bifrost::client {

HashPool::HashPool(std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

HashPool::~HashPool() {
    {
        const std::scoped_lock lock{mutex_};
        stop_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
}

void HashPool::add(std::filesystem::path path, Done done) {
    {
        const std::scoped_lock lock{mutex_};
        queue_.push_back({std::move(path), std::move(done)});
    }
    changed_.notify_one();
}

void HashPool::wait() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return queue_.empty() && running_ == 0; });
}

void HashPool::run() {
    std::unique_lock lock{mutex_};
    while (true) {
        changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
        if (stop_) return;
        const Work work = std::move(queue_.front());
        queue_.pop_front();
        ++running_;
        lock.unlock();
        work.done(hash_file(work.path));
        lock.lock();
        --running_;
        if (queue_.empty() && running_ == 0) changed_.notify_all();
    }
}

} // namespace bifrost::client
