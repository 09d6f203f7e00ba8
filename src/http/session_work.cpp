// Session: reading bodies, and what lanes do.

#include <boost/asio/buffer.hpp>

#include "core/log.hpp"
#include "http/loop.hpp"
#include "http/session.hpp"

#include <sys/stat.h>

namespace bifrost::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kBodyRead = 64 * 1024;
/// Files up to this size are read by the lane and sent with the head in one write; larger ones are worth
/// sendfile's wake-ups.
constexpr std::int64_t kSmallFile = 64 * 1024;

} // namespace

void Session::read_body() { reader_.framing().chunked ? read_chunked_body() : read_plain_body(); }

void Session::read_plain_body() {
    const std::uint64_t length = reader_.framing().content_length;
    const auto wanted = static_cast<std::size_t>(length - body_seen_);
    const std::string_view held = in_.view().substr(0, wanted);
    if (!keep_body(held)) return;
    in_.consume(held.size());
    if (body_seen_ == length) return run_handler();
    read_more(std::min(wanted - held.size(), kBodyRead));
}

void Session::read_chunked_body() {
    while (true) {
        const ChunkStep step = reader_.read_chunk(in_.view());
        if (refused_chunk(step)) return;
        if (!keep_body(step.body)) return;
        in_.consume(step.consumed);
        if (step.state == ReadState::complete) return run_handler();
        if (step.consumed == 0) break;
    }
    read_more(kBodyRead / 4);
}

/// Appends to the body; false when it was refused for want of memory.
bool Session::keep_body(std::string_view part) {
    if (!body_share_.grow(part.size())) {
        refuse_for_memory();
        return false;
    }
    request_.body += part;
    body_seen_ += part.size();
    return true;
}

void Session::refuse_for_memory() {
    abandon_feed();
    unread_body_ = true;
    request_.body = std::string();
    body_share_.release();
    refuse(
        Error{Errc::unavailable, "The server holds as much of other requests as it can; try again shortly."});
}

void Session::run_handler() { send_away(Task::handler); }

void Session::send_away(Task task) {
    task_ = task;
    phase_ = Phase::away;
    away_ = true;
    dropped_ = false;
    clear_deadline();
    queued_at_ = std::chrono::steady_clock::now();
    LaneThreads& lane = edge_.lane_of(route_);
    if (task == Task::file || task == Task::adopt) return lane.push(*this);
    if (lane.offer(*this)) return loop_.call_soon(lane);
    away_ = false;
    if (task == Task::decision) unread_body_ = reader_.framing().has_body();
    refuse(Error{Errc::unavailable,
                 "The server has more requests than it can take at once; try again shortly."});
}

void Session::run() noexcept {
    const bool admitted = task_ == Task::file || task_ == Task::adopt;
    if (!admitted && std::chrono::steady_clock::now() - queued_at_ > edge_.options.queue_timeout) {
        dropped_ = true;
    } else {
        switch (task_) {
        case Task::handler:
            call_handler();
            break;
        case Task::decision:
            decide();
            break;
        case Task::adopt:
            adopt_file();
            break;
        case Task::file:
            send_slices();
            break;
        }
    }
    loop_.returns().give_back(*this);
}

void Session::dropped() noexcept {
    dropped_ = true;
    loop_.returns().give_back(*this);
}

void Session::call_handler() noexcept {
    try {
        response_ = route_ != nullptr ? route_->handler(request_) : edge_.fallback(request_);
        adopt_file();
    } catch (const std::exception& exception) {
        response_ = bug(exception.what());
    } catch (...) {
        response_ = bug("something unknown");
    }
}

void Session::decide() noexcept {
    try {
        StreamDecision decision = route_->stream(request_);
        sink_ = std::move(decision.sink);
        if (decision.response) {
            response_ = std::move(*decision.response);
            adopt_file();
            sink_.reset();
        } else if (!sink_) {
            response_ = bug("a stream handler gave neither a sink nor a response");
        }
    } catch (const std::exception& exception) {
        response_ = bug(exception.what());
    } catch (...) {
        response_ = bug("something unknown");
    }
}

Response Session::bug(const char* what) const noexcept {
    log::error("A handler is broken.", {{"request_id", request_.request_id},
                                        {"operation", route_ != nullptr ? route_->operation_id : "fallback"},
                                        {"what", what}});
    return edge_.answer_to(
        Error{Errc::internal, "Something is broken in the server; its log knows more under this request id."},
        request_);
}

/// On the lane, right after the handler: owns the descriptor from here on, checks the piece, and reads it
/// when it is small.
void Session::adopt_file() noexcept {
    if (!response_.file) {
        file_.reset();
        return;
    }
    file_ = OpenFile(response_.file->descriptor);
    file_offset_ = response_.file->offset;
    file_left_ = response_.file->length;
    struct stat status {};
    const bool good = file_.is_open() && file_offset_ >= 0 && file_left_ >= 0 &&
                      ::fstat(file_.get(), &status) == 0 && S_ISREG(status.st_mode) &&
                      file_left_ <= status.st_size - file_offset_;
    if (!good) {
        file_.reset();
        response_ = bug("a response's file is not open or shorter than it was said to be");
        return;
    }
    if (file_left_ > kSmallFile || request_.method == Method::head) return;
    std::string small(static_cast<std::size_t>(file_left_), '\0');
    std::size_t held = 0;
    while (held < small.size()) {
        const ssize_t size = ::pread(file_.get(), small.data() + held, small.size() - held,
                                     file_offset_ + static_cast<std::int64_t>(held));
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) {
            file_.reset();
            response_ = bug("a response's file can't be read");
            return;
        }
        held += static_cast<std::size_t>(size);
    }
    file_.reset();
    response_.file.reset();
    response_.static_body = {};
    response_.body = std::move(small);
}

void Session::returned() {
    const auto self = shared_from_this();
    away_ = false;
    if (task_ == Task::file) return file_returned();
    if (cut_) return lost();
    if (dropped_) {
        file_.reset();
        if (task_ == Task::decision) unread_body_ = reader_.framing().has_body();
        return refuse(
            Error{Errc::unavailable, "The server is too busy to answer in time; try again shortly."});
    }
    if (task_ == Task::decision) {
        if (sink_) return start_streaming();
        unread_body_ = reader_.framing().has_body();
    }
    answer();
}

void Session::start_streaming() {
    feed_ = std::make_shared<SinkFeed>(std::move(sink_), edge_.lane_of(route_), loop_.returns(), edge_.bodies,
                                       request_.request_id, [this] { on_feed_progress(); });
    phase_ = Phase::streaming;
    body_seen_ = 0;
    body_ended_ = false;
    feed_ended_ = false;
    set_deadline(edge_.options.body_timeout);
    if (reader_.framing().has_body()) {
        send_continue();
    } else {
        body_ended_ = true;
    }
    advance();
}

/// Moves bytes of the body from the socket into pieces until the socket, the sink or the body has no more.
void Session::pump() {
    const Framing& framing = reader_.framing();
    while (!feed_ended_) {
        // A chunked read may bring up to kBodyRead bytes at once: the piece must have room for them.
        if (filling_ && (body_ended_ || filling_->room() < (framing.chunked ? kBodyRead : 1))) {
            if (filling_->size > 0) feed_->give(std::move(*filling_));
            filling_.reset();
        }
        if (body_ended_) {
            clear_deadline();
            feed_ended_ = true;
            return feed_->end();
        }
        if (!filling_) {
            const std::uint64_t left =
                framing.chunked ? SinkFeed::kPieceBytes : framing.content_length - body_seen_;
            const auto wanted =
                static_cast<std::size_t>(std::min<std::uint64_t>(left, SinkFeed::kPieceBytes));
            const auto lack = feed_->take(wanted, filling_);
            if (lack == SinkFeed::Lack::memory) return refuse_for_memory();
            if (lack == SinkFeed::Lack::piece) return clear_deadline(); // the sink is behind, not the client
        }
        if (!(framing.chunked ? fill_from_chunks() : fill_from_plain())) return;
    }
}

bool Session::fill_from_plain() {
    if (in_.empty()) {
        read_into_piece();
        return false;
    }
    const std::uint64_t left = reader_.framing().content_length - body_seen_;
    const std::string_view held =
        in_.view().substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, filling_->room())));
    held.copy(filling_->data.get() + filling_->size, held.size());
    filling_->size += held.size();
    body_seen_ += held.size();
    in_.consume(held.size());
    body_ended_ = body_seen_ == reader_.framing().content_length;
    return true;
}

/// One step through the chunks; false when a read was begun or the request refused.
bool Session::fill_from_chunks() {
    const ChunkStep step = reader_.read_chunk(in_.view().substr(0, kBodyRead));
    if (refused_chunk(step)) return false;
    step.body.copy(filling_->data.get() + filling_->size, step.body.size());
    filling_->size += step.body.size();
    body_seen_ += step.body.size();
    in_.consume(step.consumed);
    body_ended_ = step.state == ReadState::complete;
    if (body_ended_ || step.consumed > 0) return true;
    set_deadline(edge_.options.body_timeout);
    read_more(kBodyRead / 2);
    return false;
}

/// Refuses a body that is too long or not what chunks look like.
bool Session::refused_chunk(const ChunkStep& step) {
    if (over_limit(step.body.size())) {
        abandon_feed();
        unread_body_ = true;
        request_.body.clear();
        if (route_ == nullptr) {
            run_handler();
        } else {
            refuse(too_large());
        }
        return true;
    }
    if (step.state != ReadState::malformed && step.state != ReadState::too_large) return false;
    abandon_feed();
    unread_body_ = true;
    refuse(Error{Errc::malformed, step.state == ReadState::too_large ? "The frame of a chunk is too large."
                                                                     : reader_.problem()});
    return true;
}

void Session::read_into_piece() {
    reading_ = true;
    set_deadline(edge_.options.body_timeout);
    const auto left = static_cast<std::size_t>(reader_.framing().content_length - body_seen_);
    socket_.async_read_some(
        asio::buffer(filling_->data.get() + filling_->size, std::min(left, filling_->room())),
        [self = shared_from_this()](boost::system::error_code failed, std::size_t size) {
            if (self->phase_ == Phase::streaming) {
                self->filling_->size += size;
                self->body_seen_ += size;
                self->body_ended_ = self->body_seen_ == self->reader_.framing().content_length;
            }
            self->on_read(0, static_cast<bool>(failed));
        });
}

void Session::on_feed_progress() {
    const auto self = shared_from_this();
    if (phase_ != Phase::streaming) return;
    auto outcome = feed_->take_outcome();
    if (!outcome) return advance();
    feed_.reset();
    unread_body_ = !body_ended_;
    if (auto* error = std::get_if<Error>(&*outcome)) return refuse(*error);
    response_ = std::get<Response>(std::move(*outcome));
    if (response_.file) return send_away(Task::adopt);
    answer();
}

void Session::abandon_feed() {
    if (feed_) feed_->abandon();
    feed_.reset();
}

} // namespace bifrost::http
