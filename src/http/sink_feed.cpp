#include "http/sink_feed.hpp"

#include "core/log.hpp"

namespace bifrost::http {

SinkFeed::SinkFeed(std::unique_ptr<BodySink> sink, LaneThreads& lane, Returns& returns, Budget& budget,
                   std::string request_id, std::function<void()> progress)
    : lane_(lane), budget_(budget), returns_(returns), request_id_(std::move(request_id)),
      progress_(std::move(progress)), sink_(std::move(sink)) {}

SinkFeed::~SinkFeed() = default;

SinkFeed::Lack SinkFeed::take(std::size_t wanted, std::optional<Piece>& piece) {
    const std::lock_guard lock(mutex_);
    if (!spare_.empty()) {
        piece = std::move(spare_.back());
        spare_.pop_back();
        piece->size = 0;
        return Lack::none;
    }
    Budget::Share share(budget_);
    const std::size_t capacity = std::min(wanted, kPieceBytes);
    if (pieces_ == kMostPieces || !share.grow(capacity)) {
        if (pieces_ == 0) return Lack::memory;
        starved_ = true; // a stream that has a piece goes on with it, slower
        return Lack::piece;
    }
    ++pieces_;
    piece.emplace();
    piece->share = std::move(share);
    piece->capacity = capacity;
    piece->data.reset(new char[capacity]); // not make_unique: no need to zero it
    return Lack::none;
}

void SinkFeed::give(Piece piece) {
    std::unique_lock lock(mutex_);
    if (concluded_) return;
    full_.push_back(std::move(piece));
    const bool idle = scheduled_ == nullptr;
    if (idle) scheduled_ = shared_from_this();
    lock.unlock();
    if (idle) lane_.push(*this);
}

void SinkFeed::end() {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    schedule();
}

void SinkFeed::abandon() {
    progress_ = nullptr;
    {
        const std::lock_guard lock(mutex_);
        abandoned_ = true;
    }
    schedule();
}

/// Loop: has the lane look at the state, unless it will anyway.
void SinkFeed::schedule() {
    {
        const std::lock_guard lock(mutex_);
        if (concluded_ || scheduled_ != nullptr) return;
        scheduled_ = shared_from_this();
    }
    lane_.push(*this);
}

std::optional<SinkFeed::Outcome> SinkFeed::take_outcome() {
    const std::lock_guard lock(mutex_);
    auto outcome = std::move(outcome_);
    outcome_.reset();
    if (outcome)
        progress_ = nullptr; // one more telling may be on its way: the session need not live until then
    return outcome;
}

void SinkFeed::run() noexcept {
    // Keeps the feed until this function ends, whatever the loop lets go of meanwhile.
    std::shared_ptr<SinkFeed> self;
    while (true) {
        std::optional<Piece> piece;
        {
            const std::lock_guard lock(mutex_);
            if (!self) self = scheduled_;
            if (abandoned_) break;
            if (!full_.empty()) {
                piece = std::move(full_.front());
                full_.pop_front();
            } else if (!ended_) {
                scheduled_.reset();
                return;
            }
        }
        auto outcome = piece ? write(*piece) : std::optional<Outcome>(finish());
        if (outcome) return conclude(std::move(outcome));
        bool tell = false;
        {
            const std::lock_guard lock(mutex_);
            spare_.push_back(std::move(*piece));
            tell = std::exchange(starved_, false);
        }
        if (tell) tell_loop();
    }
    conclude(std::nullopt);
}

void SinkFeed::dropped() noexcept {
    // The lane was stopped: nothing runs there any more, so this thread may destroy the sink.
    std::shared_ptr<SinkFeed> self;
    {
        const std::lock_guard lock(mutex_);
        self = scheduled_;
    }
    conclude(Error{Errc::unavailable, "The server is stopping; send the request again."});
}

/// Lane: the sink is done with, for good or bad.
void SinkFeed::conclude(std::optional<Outcome> outcome) {
    sink_.reset();
    {
        const std::lock_guard lock(mutex_);
        concluded_ = true;
        outcome_ = std::move(outcome);
        full_.clear();
        spare_.clear();
        scheduled_.reset();
        if (abandoned_) return;
    }
    tell_loop();
}

void SinkFeed::tell_loop() {
    {
        const std::lock_guard lock(mutex_);
        if (telling_) return; // the loop has not come to it yet and will see the newer state too
        telling_ = shared_from_this();
    }
    returns_.give_back(*this);
}

void SinkFeed::returned() {
    std::shared_ptr<SinkFeed> self;
    {
        const std::lock_guard lock(mutex_);
        self = std::move(telling_);
        telling_.reset();
    }
    if (const auto progress = progress_) progress();
}

std::optional<SinkFeed::Outcome> SinkFeed::write(const Piece& piece) noexcept {
    try {
        auto written = sink_->write(piece.data.get(), piece.size);
        if (written) return std::nullopt;
        return Outcome(std::move(written).error());
    } catch (const std::exception& exception) {
        return bug(exception.what());
    } catch (...) {
        return bug("something unknown");
    }
}

SinkFeed::Outcome SinkFeed::finish() noexcept {
    try {
        return sink_->finish();
    } catch (const std::exception& exception) {
        return bug(exception.what());
    } catch (...) {
        return bug("something unknown");
    }
}

SinkFeed::Outcome SinkFeed::bug(const char* what) const noexcept {
    log::error("A body sink threw an exception.", {{"request_id", request_id_}, {"what", what}});
    return Error{Errc::internal,
                 "Something is broken in the server; its log knows more under this request id."};
}

} // namespace bifrost::http
