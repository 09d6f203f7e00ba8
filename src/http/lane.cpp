#include "http/lane.hpp"

#include "core/log.hpp"

namespace bifrost::http {

LaneThreads::LaneThreads(std::string name, unsigned most_threads, std::size_t most_queued)
    : name_(std::move(name)), most_threads_(most_threads == 0 ? 1 : most_threads), most_queued_(most_queued) {
    workers_.reserve(most_threads_);
    idle_.reserve(most_threads_);
}

LaneThreads::~LaneThreads() { stop(); }

bool LaneThreads::offer(LaneJob& job) {
    const std::lock_guard lock(mutex_);
    return enqueue(job, false);
}

void LaneThreads::call() {
    Worker* called = nullptr;
    {
        const std::lock_guard lock(mutex_);
        if (first_ != nullptr) called = next_to_wake();
    }
    if (called != nullptr) called->wake.notify_one();
}

void LaneThreads::push(LaneJob& job) {
    Worker* called = nullptr;
    bool queued = false;
    {
        const std::lock_guard lock(mutex_);
        queued = enqueue(job, true);
        if (queued) called = next_to_wake();
    }
    if (called != nullptr) called->wake.notify_one();
    if (!queued) job.dropped();
}

/// With the mutex held.
bool LaneThreads::enqueue(LaneJob& job, bool admitted) {
    if (stopped_ || (!admitted && queued_ >= most_queued_)) return false;
    if (workers_.empty()) start_worker();
    if (workers_.empty()) return false;
    job.next_ = nullptr;
    (last_ != nullptr ? last_->next_ : first_) = &job;
    last_ = &job;
    ++queued_;
    return true;
}

/// With the mutex held: the thread to notify, or nullptr when none is needed or one was started.
LaneThreads::Worker* LaneThreads::next_to_wake() {
    if (waking_ || stopped_) return nullptr;
    if (!idle_.empty()) {
        Worker* worker = idle_.back();
        idle_.pop_back();
        worker->called = true;
        waking_ = true;
        return worker;
    }
    if (workers_.size() < most_threads_) start_worker();
    return nullptr;
}

void LaneThreads::start_worker() {
    auto worker = std::make_unique<Worker>();
    worker->called = true;
    Worker& started = *worker;
    if (!started.thread.start("lane-" + name_, [this, &started] { work(started); })) {
        log::error("The system refused another thread for a lane; fewer requests run at once.",
                   {{"lane", name_}});
        return;
    }
    waking_ = true;
    workers_.push_back(std::move(worker));
}

void LaneThreads::work(Worker& worker) {
    std::unique_lock lock(mutex_);
    while (true) {
        if (worker.called) {
            worker.called = false;
            waking_ = false;
        }
        if (stopped_) return;
        if (first_ == nullptr) {
            idle_.push_back(&worker);
            worker.wake.wait(lock, [&] { return worker.called || stopped_; });
            continue;
        }
        LaneJob* job = first_;
        first_ = job->next_;
        if (first_ == nullptr) last_ = nullptr;
        --queued_;
        Worker* called = first_ != nullptr ? next_to_wake() : nullptr;
        lock.unlock();
        if (called != nullptr) called->wake.notify_one();
        job->run();
        lock.lock();
    }
}

void LaneThreads::stop() {
    LaneJob* waiting = nullptr;
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        waiting = first_;
        first_ = last_ = nullptr;
        queued_ = 0;
        for (auto& worker : workers_) worker->wake.notify_one();
    }
    while (waiting != nullptr) {
        LaneJob* job = waiting;
        waiting = job->next_;
        job->dropped();
    }
    for (auto& worker : workers_) worker->thread.join();
}

} // namespace bifrost::http
