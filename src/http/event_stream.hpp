#pragma once
// An answer without an end, for many readers that mostly wait: the bytes come from any thread, the event loop
// writes them.

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/returns.hpp"

namespace bifrost::http {

/// Made by a handler and put into its Response; whoever has bytes keeps a reference and sends. A stream costs
/// its connection and this object, no thread.
class EventStream final : public std::enable_shared_from_this<EventStream>, private Returned {
  public:
    using Bytes = std::shared_ptr<const std::string>;

    /// A reader that is further behind than `most_pending` bytes is cut off.
    explicit EventStream(std::size_t most_pending = 1024 * 1024) : most_pending_(most_pending) {}
    ~EventStream() override = default;

    // From any thread.
    /// False when there is no reader any more, or it was too slow: nothing will be sent again.
    bool send(Bytes bytes);
    /// Sends what waits and ends the answer.
    void end();
    [[nodiscard]] bool is_over() const;
    /// Over because its reader was too slow.
    [[nodiscard]] bool was_cut() const;
    /// Bytes that the loop has not taken yet.
    [[nodiscard]] std::size_t pending() const;

    // For the session, on its loop.
    /// `on_ready` is called on the loop of `returns` when there is something to take.
    void attach(Returns& returns, std::function<void()> on_ready);
    /// The connection is gone, or the answer ended.
    void detach();
    struct Taken {
        std::vector<Bytes> bytes;
        bool ended = false; ///< nothing comes after these
        bool cut = false;   ///< the reader was too slow
    };
    Taken take();

  private:
    void ring(std::unique_lock<std::mutex>& lock);
    void returned() override;

    const std::size_t most_pending_;
    mutable std::mutex mutex_;
    std::deque<Bytes> waiting_;
    std::size_t waiting_bytes_ = 0;
    bool over_ = false;  ///< no more is taken in
    bool ended_ = false; ///< by whoever sends
    bool cut_ = false;
    Returns* returns_ = nullptr;
    std::shared_ptr<EventStream> ringing_; ///< itself, while the loop was told and has not come yet
    std::function<void()> on_ready_;       ///< used on the loop only
};

} // namespace bifrost::http
