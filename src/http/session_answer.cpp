// Session: writing responses.

#include <boost/asio/buffer.hpp>

#include "core/log.hpp"
#include "http/loop.hpp"
#include "http/session.hpp"

#include <sys/sendfile.h>

namespace bifrost::http {
namespace asio = boost::asio;
namespace {

/// How much one turn of the loop or of a lane sends for one client before others get theirs.
constexpr std::size_t kTurnBytes = 1024 * 1024;
constexpr std::int64_t kTurnFileBytes = 4 * 1024 * 1024;

std::string allow_list(const std::vector<Method>& methods) {
    std::string text;
    for (const Method method : methods) {
        if (!text.empty()) text += ", ";
        text += method_name(method);
    }
    return text;
}

} // namespace

void Session::send_continue() {
    // A client that has begun to send already needs no invitation.
    if (!reader_.framing().expects_continue || !in_.empty()) return;
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    // A client that does not get it sends after a moment all the same (RFC 9110, 10.1.1), and a lost one
    // shows at the next read.
    boost::system::error_code ignored;
    socket_.send(asio::buffer(kContinue), 0, ignored);
}

/// Answers an error that the edge or a sink found.
void Session::refuse(const Error& error) {
    file_.reset();
    response_ = edge_.answer_to(error, request_);
    if (error.code == Errc::method_not_allowed && !has_header(response_, "allow") && !allowed_.empty())
        response_.header("Allow", allow_list(allowed_));
    if (response_.file) return send_away(Task::adopt);
    answer();
}

void Session::refuse_plainly(int status, std::string_view detail) {
    unread_body_ = true;
    response_ = Edge::plain_problem(status, detail, request_);
    answer();
}

void Session::answer() {
    if (response_.status < 200 || response_.status > 599) {
        response_ = bug("a handler gave a status that is no answer");
        file_.reset();
    }
    edge_.cross_origin.permit(request_, response_);
    const bool head_only = request_.method == Method::head;
    const bool bodiless = head_only || has_no_body(response_.status);
    const bool from_file = file_.is_open();
    const std::string_view body =
        response_.body.empty() ? response_.static_body : std::string_view(response_.body);
    const bool endless = response_.stream != nullptr && !bodiless;
    if (response_.stream && !endless) {
        response_.stream->detach();
        response_.stream.reset();
    }
    keep_alive_ = keep_alive_ && !endless && !response_.close && !unread_body_ && !edge_.draining;

    HeadFacts facts;
    facts.length = from_file ? file_left_ : static_cast<std::int64_t>(body.size());
    facts.head_only = head_only;
    facts.http_1_0 = reader_.framing().http_1_0;
    facts.keep_alive = keep_alive_;
    facts.endless = endless;
    facts.request_id = request_.request_id;
    facts.date = loop_.date();
    out_.clear();
    append_head(out_, response_, facts);

    body_ = bodiless || from_file ? std::string_view{} : body;
    if (bodiless) file_.reset();
    written_ = 0;
    phase_ = Phase::writing;
    set_deadline(edge_.options.body_timeout);
    write_out();
}

void Session::write_out() {
    const std::size_t all = out_.size() + body_.size();
    const std::size_t turn_end = written_ + kTurnBytes;
    while (written_ < all) {
        if (written_ >= turn_end) return wait_writable();
        const std::size_t head_done = std::min(written_, out_.size());
        const std::string_view body = body_.substr(written_ - head_done);
        const std::array<asio::const_buffer, 2> buffers{
            asio::buffer(out_.data() + head_done, out_.size() - head_done),
            asio::buffer(body.data(), std::min(body.size(), kTurnBytes))};
        boost::system::error_code failed;
        const std::size_t sent = socket_.send(buffers, file_.is_open() ? MSG_MORE : 0, failed);
        if (failed == asio::error::would_block || failed == asio::error::try_again) return wait_writable();
        if (failed) return lost();
        written_ += sent;
        bytes_sent_ += static_cast<std::int64_t>(sent);
        set_deadline(edge_.options.body_timeout);
    }
    if (file_.is_open()) return send_away(Task::file);
    if (response_.stream) return begin_events();
    finish();
}

void Session::wait_writable() {
    socket_.async_wait(asio::socket_base::wait_write,
                       [self = shared_from_this()](boost::system::error_code failed) {
                           if (self->phase_ != Phase::writing) return;
                           if (failed) return self->lost();
                           // The file's turn comes when the head is out.
                           if (self->written_ < self->out_.size() + self->body_.size())
                               return self->write_out();
                           self->send_away(Task::file);
                       });
}

/// On the lane, because the file's pages may have to be read from a disk first. Never waits for the client.
void Session::send_slices() noexcept {
    file_blocked_ = false;
    file_failed_ = false;
    std::int64_t left_in_turn = std::min(kTurnFileBytes, file_left_);
    while (left_in_turn > 0) {
        off_t offset = file_offset_;
        const ssize_t sent =
            ::sendfile(descriptor_, file_.get(), &offset,
                       static_cast<std::size_t>(std::min(left_in_turn, std::int64_t{1024 * 1024})));
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            file_blocked_ = true;
            return;
        }
        if (sent <= 0) {
            // 0: the file was shortened meanwhile. The promised length can't be kept: only closing tells the
            // client.
            if (sent == 0)
                log::error("A file became shorter while it was sent.", {{"request_id", request_.request_id}});
            file_failed_ = true;
            return;
        }
        file_offset_ += sent;
        file_left_ -= sent;
        left_in_turn -= sent;
        bytes_sent_ += sent;
    }
}

void Session::file_returned() {
    phase_ = Phase::writing; // also for the observer: the answer had begun
    if (cut_ || dropped_ || file_failed_) return lost();
    if (file_left_ == 0) {
        file_.reset();
        return finish();
    }
    if (!file_blocked_) return send_away(Task::file);
    set_deadline(edge_.options.body_timeout);
    wait_writable();
}

/// The response is out: tells the observer, and goes on to the next request or to the end.
void Session::finish() {
    observe();
    const bool keep = keep_alive_;
    const bool may_send_more = unread_body_ || !in_.empty() || reading_;
    response_ = Response{};
    body_ = {};
    file_.reset();
    if (!reading_) filling_.reset();
    if (!keep) return may_send_more ? linger() : close();
    if (request_.body.capacity() > 4096) request_.body = std::string();
    body_share_.release();
    request_.headers.clear();
    request_.body.clear();
    request_.path_params.clear();
    reader_.reset();
    route_ = nullptr;
    unread_body_ = false;
    bytes_sent_ = 0;
    phase_ = Phase::idle;
    advance();
}

void Session::observe() {
    if (!std::exchange(active_, false) || !edge_.observer) return;
    Served served;
    served.request = &request_;
    served.route = route_;
    served.status = phase_ == Phase::writing || phase_ == Phase::events ? response_.status : 499;
    served.bytes_sent = bytes_sent_;
    served.duration =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started_);
    try {
        edge_.observer(served);
    } catch (const std::exception& exception) {
        log::error("The observer of requests threw an exception.",
                   {{"request_id", request_.request_id}, {"what", exception.what()}});
    }
}

} // namespace bifrost::http
