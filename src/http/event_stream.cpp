#include "http/event_stream.hpp"

namespace bifrost::http {

bool EventStream::send(Bytes bytes) {
    std::unique_lock lock(mutex_);
    if (over_) return false;
    if (waiting_bytes_ + bytes->size() > most_pending_) {
        over_ = cut_ = true;
        waiting_.clear();
        waiting_bytes_ = 0;
    } else {
        waiting_bytes_ += bytes->size();
        waiting_.push_back(std::move(bytes));
    }
    const bool taken = !over_;
    ring(lock);
    return taken;
}

void EventStream::end() {
    std::unique_lock lock(mutex_);
    over_ = ended_ = true;
    ring(lock);
}

bool EventStream::is_over() const {
    const std::lock_guard lock(mutex_);
    return over_;
}

bool EventStream::was_cut() const {
    const std::lock_guard lock(mutex_);
    return cut_;
}

std::size_t EventStream::pending() const {
    const std::lock_guard lock(mutex_);
    return waiting_bytes_;
}

void EventStream::attach(Returns& returns, std::function<void()> on_ready) {
    std::unique_lock lock(mutex_);
    returns_ = &returns;
    on_ready_ = std::move(on_ready);
    if (!waiting_.empty() || over_) ring(lock);
}

void EventStream::detach() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    returns_ = nullptr;
    on_ready_ = nullptr;
    waiting_.clear();
    waiting_bytes_ = 0;
}

EventStream::Taken EventStream::take() {
    const std::lock_guard lock(mutex_);
    Taken taken;
    taken.bytes.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
    waiting_.clear();
    waiting_bytes_ = 0;
    taken.ended = ended_;
    taken.cut = cut_;
    return taken;
}

/// Tells the loop, once until it comes. It gives back under the lock, so that the loop still stands: a
/// session detaches before its loop ends.
void EventStream::ring(std::unique_lock<std::mutex>&) {
    if (returns_ == nullptr || ringing_) return;
    ringing_ = shared_from_this();
    returns_->give_back(*this);
}

void EventStream::returned() {
    std::shared_ptr<EventStream> self;
    std::function<void()> on_ready;
    {
        const std::lock_guard lock(mutex_);
        self = std::move(ringing_);
        on_ready = on_ready_;
    }
    if (on_ready) on_ready();
}

} // namespace bifrost::http
