#pragma once
// What lanes give back to an event loop, in batches: the loop is woken only when nothing was waiting for it
// yet.

#include <functional>
#include <memory>
#include <mutex>

namespace bifrost::http {

class Returned {
  public:
    Returned() = default;
    Returned(const Returned&) = delete;
    Returned& operator=(const Returned&) = delete;

    /// On the event loop. The object may be destroyed within.
    virtual void returned() = 0;

  protected:
    virtual ~Returned() = default;

  private:
    friend class Returns;
    Returned* next_ = nullptr;
};

class Returns {
  public:
    /// `wake` makes the loop call deliver(); it is called from any thread.
    explicit Returns(std::function<void()> wake) : wake_(std::move(wake)) {}

    /// From any thread; `item` must not be waiting already.
    void give_back(Returned& item) {
        bool was_empty = false;
        {
            const std::lock_guard lock(mutex_);
            was_empty = first_ == nullptr;
            item.next_ = nullptr;
            (was_empty ? first_ : last_->next_) = &item;
            last_ = &item;
        }
        if (was_empty) wake_();
    }

    /// On the loop: everything given back so far, in order.
    void deliver() {
        Returned* item = nullptr;
        {
            const std::lock_guard lock(mutex_);
            item = first_;
            first_ = last_ = nullptr;
        }
        while (item != nullptr) {
            Returned* next = item->next_;
            item->returned();
            item = next;
        }
    }

  private:
    std::function<void()> wake_;
    std::mutex mutex_;
    Returned* first_ = nullptr;
    Returned* last_ = nullptr;
};

} // namespace bifrost::http
