#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace bifrost::http {

/// The bytes that all request bodies together may hold in memory: ten thousand clients must not fill it with
/// a megabyte each.
class Budget {
  public:
    /// A part of the budget that is held; given back with it.
    class Share {
      public:
        Share() = default;
        explicit Share(Budget& budget) : budget_(&budget) {}
        Share(Share&& other) noexcept : budget_(other.budget_), held_(std::exchange(other.held_, 0)) {}
        Share& operator=(Share&& other) noexcept {
            if (this == &other) return *this;
            release();
            budget_ = other.budget_;
            held_ = std::exchange(other.held_, 0);
            return *this;
        }
        ~Share() { release(); }

        /// Takes more, or nothing at all when that would be over the budget.
        [[nodiscard]] bool grow(std::size_t bytes) {
            if (!budget_->take(bytes)) return false;
            held_ += bytes;
            return true;
        }
        void release() {
            if (held_ > 0) budget_->used_.fetch_sub(std::exchange(held_, 0), std::memory_order_relaxed);
        }

      private:
        Budget* budget_ = nullptr;
        std::size_t held_ = 0;
    };

    explicit Budget(std::size_t most) : most_(most) {}

  private:
    bool take(std::size_t bytes) {
        if (used_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= most_) return true;
        used_.fetch_sub(bytes, std::memory_order_relaxed);
        return false;
    }

    const std::size_t most_;
    std::atomic<std::size_t> used_{0};
};

} // namespace bifrost::http
