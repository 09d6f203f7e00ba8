#pragma once
// A request body on its way from the event loop to a BodySink on a lane.

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "http/budget.hpp"
#include "http/lane.hpp"
#include "http/message.hpp"
#include "http/returns.hpp"

namespace bifrost::http {

struct Piece {
    std::unique_ptr<char[]> data;
    std::size_t capacity = 0;
    std::size_t size = 0;
    Budget::Share share{};

    [[nodiscard]] std::size_t room() const { return capacity - size; }
};

/// Up to three pieces travel: one is filled from the socket while another is written; when all are full, the
/// socket is not read. Made and called on the loop; the sink is called and destroyed on the lane, in order.
class SinkFeed final : public std::enable_shared_from_this<SinkFeed>, private LaneJob, private Returned {
  public:
    using Outcome = std::variant<Response, Error>;

    static constexpr std::size_t kPieceBytes = 256 * 1024;
    static constexpr unsigned kMostPieces = 3;

    /// `progress` is called on the loop when a piece came back that was waited for, or when there is an
    /// outcome.
    SinkFeed(std::unique_ptr<BodySink> sink, LaneThreads& lane, Returns& returns, Budget& budget,
             std::string request_id, std::function<void()> progress);
    ~SinkFeed() override;

    enum class Lack {
        none,
        piece, ///< all are in flight; progress follows when one is back
        memory ///< not even the first piece is within the budget
    };
    /// An empty piece with room for `wanted` bytes or kPieceBytes.
    Lack take(std::size_t wanted, std::optional<Piece>& piece);
    void give(Piece piece);
    /// The body is complete: finish() comes next.
    void end();
    /// The client is gone or was refused: the sink is destroyed without finish(). No progress is told any
    /// more.
    void abandon();
    /// What the sink said in the end; once.
    std::optional<Outcome> take_outcome();

  private:
    void run() noexcept override;
    void dropped() noexcept override;
    void returned() override;

    std::optional<Outcome> write(const Piece& piece) noexcept;
    Outcome finish() noexcept;
    Outcome bug(const char* what) const noexcept;
    void conclude(std::optional<Outcome> outcome);
    void schedule();
    void tell_loop();

    LaneThreads& lane_;
    Budget& budget_;
    Returns& returns_;
    const std::string request_id_;
    std::function<void()> progress_; ///< loop only
    std::unique_ptr<BodySink> sink_; ///< lane only, once something was scheduled

    std::mutex mutex_; ///< guards what follows
    std::deque<Piece> full_;
    std::vector<Piece> spare_;
    unsigned pieces_ = 0;
    bool starved_ = false;
    bool ended_ = false;
    bool abandoned_ = false;
    bool concluded_ = false;
    std::optional<Outcome> outcome_;
    std::shared_ptr<SinkFeed> scheduled_; ///< this, while queued or running on the lane
    std::shared_ptr<SinkFeed> telling_;   ///< this, while waiting to be delivered to the loop
};

} // namespace bifrost::http
