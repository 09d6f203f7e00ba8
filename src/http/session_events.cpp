// Session: answers without an end.

#include <array>

#include <boost/asio/buffer.hpp>

#include "http/loop.hpp"
#include "http/session.hpp"

namespace bifrost::http {
namespace asio = boost::asio;

/// The head is out; from here on the stream's bytes are written as they come.
void Session::begin_events() {
    if (edge_.draining) return lost();
    phase_ = Phase::events;
    clear_deadline();
    observe();
    events_ = std::move(response_.stream);
    response_ = Response{};
    request_.body = std::string();
    in_.release_if_large();
    watch_for_end();
    // The stream may outlive the session, and its call may come after the end.
    events_->attach(loop_.returns(), [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->phase_ != Phase::events) return;
        if (!self->events_blocked_) return self->write_events();
        if (self->events_->was_cut()) self->close();
    });
}

void Session::write_events() {
    while (!events_blocked_) {
        if (event_bytes_.empty()) {
            auto taken = events_->take();
            if (taken.cut) return close();
            events_ended_ = taken.ended;
            event_bytes_ = std::move(taken.bytes);
            event_done_ = 0;
            if (event_bytes_.empty()) {
                if (events_ended_) return linger();
                return;
            }
        }
        std::vector<asio::const_buffer> buffers;
        for (const auto& bytes : event_bytes_) {
            const std::size_t done = buffers.empty() ? event_done_ : 0;
            buffers.emplace_back(bytes->data() + done, bytes->size() - done);
            if (buffers.size() == 64) break;
        }
        boost::system::error_code failed;
        std::size_t sent = socket_.send(buffers, 0, failed);
        if (failed == asio::error::would_block || failed == asio::error::try_again) {
            events_blocked_ = true;
            set_deadline(edge_.options.body_timeout);
            break;
        }
        if (failed) return lost();
        std::size_t whole = 0;
        for (; whole < event_bytes_.size(); ++whole) {
            const std::size_t left = event_bytes_[whole]->size() - event_done_;
            if (sent < left) break;
            sent -= left;
            event_done_ = 0;
        }
        event_done_ += sent;
        event_bytes_.erase(event_bytes_.begin(), event_bytes_.begin() + static_cast<std::ptrdiff_t>(whole));
    }
    if (!events_blocked_) return;
    socket_.async_wait(asio::socket_base::wait_write,
                       [self = shared_from_this()](boost::system::error_code failed) {
                           if (self->phase_ != Phase::events) return;
                           if (failed) return self->lost();
                           self->events_blocked_ = false;
                           self->clear_deadline();
                           self->write_events();
                       });
}

/// A client that goes away shows as the end of what it sends; nothing that it sends is expected.
void Session::watch_for_end() {
    socket_.async_wait(
        asio::socket_base::wait_read, [self = shared_from_this()](boost::system::error_code failed) {
            if (self->phase_ != Phase::events) return;
            std::array<char, 512> unwanted{};
            const std::size_t size = failed ? 0 : self->socket_.receive(asio::buffer(unwanted), 0, failed);
            const bool nothing = failed == asio::error::would_block || failed == asio::error::try_again;
            if ((failed && !nothing) || (!failed && size == 0)) return self->lost();
            self->watch_for_end();
        });
}

} // namespace bifrost::http
