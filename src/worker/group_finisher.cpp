#include "worker/group_finisher.hpp"

#include <utility>

namespace bifrost::worker {

Result<> GroupFinisher::finish(const queue::Finished& job) {
    Waiting mine{&job};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&mine);
    while (!mine.outcome) {
        if (is_busy_)
            changed_.wait(lock);
        else
            finish_waiting(lock);
    }
    return *mine.outcome;
}

void GroupFinisher::finish_waiting(std::unique_lock<std::mutex>& lock) {
    const std::deque<Waiting*> group = std::exchange(waiting_, {});
    is_busy_ = true;
    lock.unlock();
    std::vector<queue::Finished> jobs;
    for (const Waiting* one : group) jobs.push_back(*one->job);
    std::vector<Result<>> outcomes = queue::finish_all(database_, jobs);
    lock.lock();
    for (std::size_t i = 0; i < group.size(); ++i) group[i]->outcome = std::move(outcomes[i]);
    is_busy_ = false;
    changed_.notify_all();
}

} // namespace bifrost::worker
