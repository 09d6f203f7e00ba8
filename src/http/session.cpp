#include "http/session.hpp"

#include <boost/asio/buffer.hpp>

#include "core/id.hpp"
#include "http/loop.hpp"

namespace bifrost::http {
namespace asio = boost::asio;
namespace {

/// Bodies that no route asked for (the fallback's); what Route allows by default.
constexpr std::size_t kMostUnroutedBody = 1024 * 1024;
/// After an early answer the client's bytes are still read for a while: closing at once would reset the
/// connection, and the client would lose the answer (RFC 9112, 9.6).
constexpr std::size_t kMostDiscarded = 16 * 1024 * 1024;
constexpr std::chrono::seconds kLingerTime{5};

bool is_sane_request_id(std::string_view id) {
    if (id.empty() || id.size() > 64) return false;
    for (const char c : id) {
        const bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                          c == '.' || c == '_' || c == '-';
        if (!good) return false;
    }
    return true;
}

std::string request_id_of(const Request& request) {
    const auto given = request.header("x-request-id");
    return given && is_sane_request_id(*given) ? std::string(*given) : Id::make().text();
}

} // namespace

Session::Session(Loop& loop, Socket socket, std::string peer)
    : loop_(loop), edge_(loop.edge()), socket_(std::move(socket)), peer_(std::move(peer)),
      descriptor_(socket_.native_handle()), reader_(edge_.options.most_header_bytes),
      body_share_(edge_.bodies) {}

Session::~Session() = default;

void Session::start() { advance(); }

void Session::turn_away() {
    started_ = std::chrono::steady_clock::now();
    begin_unreadable();
    refuse(Error{Errc::unavailable, "The server has as many connections as it takes; try again shortly."});
}

/// Calls step() until it has nothing to do; never nested, so that pipelined requests don't grow the stack.
void Session::advance() {
    if (advancing_) {
        again_ = true;
        return;
    }
    advancing_ = true;
    do {
        again_ = false;
        step();
    } while (again_);
    advancing_ = false;
}

void Session::step() {
    if (reading_) return;
    switch (phase_) {
    case Phase::idle:
    case Phase::head:
        return read_head();
    case Phase::body:
        return read_body();
    case Phase::streaming:
        return pump();
    case Phase::lingering:
        return discard();
    case Phase::away:
    case Phase::writing:
    case Phase::events:
    case Phase::closed:
        return;
    }
}

void Session::read_more(std::size_t least) {
    reading_ = true;
    char* to = in_.prepare(least);
    socket_.async_read_some(asio::buffer(to, in_.room()),
                            [self = shared_from_this()](boost::system::error_code failed, std::size_t size) {
                                self->on_read(size, static_cast<bool>(failed));
                            });
}

void Session::on_read(std::size_t size, bool failed) {
    reading_ = false;
    if (phase_ == Phase::closed) return;
    in_.commit(size);
    if (failed) {
        // While an answer is being written the writing finds out by itself whether anyone still listens.
        if (phase_ != Phase::away && phase_ != Phase::writing && phase_ != Phase::events) lost();
        return;
    }
    if (phase_ == Phase::body || phase_ == Phase::streaming) set_deadline(edge_.options.body_timeout);
    advance();
}

void Session::read_head() {
    if (in_.empty() && phase_ == Phase::idle) {
        if (edge_.draining) return close();
        in_.release_if_large();
        set_deadline(edge_.options.idle_timeout);
        return read_more(1);
    }
    if (phase_ == Phase::idle) {
        phase_ = Phase::head;
        started_ = std::chrono::steady_clock::now();
        deadline_ = started_ + edge_.options.header_timeout;
    }
    std::size_t consumed = 0;
    switch (reader_.read_head(in_.view(), request_, consumed)) {
    case ReadState::need_more:
        return read_more(1);
    case ReadState::complete:
        in_.consume(consumed);
        return begin_request();
    case ReadState::malformed:
        begin_unreadable();
        return refuse(Error{Errc::malformed, reader_.problem()});
    case ReadState::too_large:
        begin_unreadable();
        return refuse_plainly(431, "The request's head is larger than the " +
                                       std::to_string(edge_.options.most_header_bytes) +
                                       " bytes that this server takes.");
    }
}

/// A request whose head is not understood, or not there: enough of one to be answered and logged.
void Session::begin_unreadable() {
    active_ = true;
    unread_body_ = true;
    request_.remote_address = peer_;
    request_.request_id = request_id_of(request_);
}

void Session::begin_request() {
    active_ = true;
    keep_alive_ = reader_.framing().keep_alive;
    request_.request_id = request_id_of(request_);
    edge_.proxies.apply(peer_, request_);
    if (edge_.cross_origin.is_preflight(request_)) {
        unread_body_ = reader_.framing().has_body();
        response_ = edge_.cross_origin.answer_preflight(request_);
        return answer();
    }
    if (auto match = edge_.router.match(request_.method, request_.path, allowed_)) {
        route_ = match->route;
        request_.path_params = std::move(match->params);
    } else if (!allowed_.empty()) {
        unread_body_ = reader_.framing().has_body();
        return refuse(Error{Errc::method_not_allowed,
                            "This address does not know the method; the Allow header names those it knows."});
    }
    expect_body();
}

/// Decides by the head alone what becomes of the body.
void Session::expect_body() {
    const Framing& framing = reader_.framing();
    body_seen_ = 0;
    if (over_limit(0)) {
        unread_body_ = true;
        if (route_ == nullptr) return run_handler();
        return refuse(too_large());
    }
    if (route_ != nullptr && route_->stream) return send_away(Task::decision);
    if (!framing.has_body()) return run_handler();
    phase_ = Phase::body;
    set_deadline(edge_.options.body_timeout);
    send_continue();
    advance();
}

Error Session::too_large() const {
    return {Errc::too_large, "The body is larger than the " + std::to_string(route_->most_body) +
                                 " bytes that this address takes."};
}

bool Session::over_limit(std::size_t more) const {
    const std::uint64_t most = route_ != nullptr ? route_->most_body : kMostUnroutedBody;
    const Framing& framing = reader_.framing();
    return framing.chunked ? body_seen_ + more > most : framing.content_length > most;
}

void Session::sweep(SteadyTime now) {
    if (now < deadline_) return;
    switch (phase_) {
    case Phase::head:
        begin_unreadable();
        return refuse_plainly(408, "The head of the request did not arrive in time.");
    case Phase::streaming:
        abandon_feed();
        [[fallthrough]];
    case Phase::body:
        return refuse_plainly(408, "The body of the request stopped arriving.");
    case Phase::idle:
    case Phase::writing:
    case Phase::events:
    case Phase::lingering:
    case Phase::away:
    case Phase::closed:
        return lost();
    }
}

void Session::drain() {
    if (phase_ == Phase::idle || phase_ == Phase::events || phase_ == Phase::lingering) close();
}

void Session::cut() { lost(); }

/// The client's connection is of no use any more.
void Session::lost() {
    if (phase_ == Phase::closed) return;
    if (away_) {
        boost::system::error_code ignored; // it may be closed by the peer already
        cut_ = true;
        clear_deadline();
        socket_.shutdown(asio::socket_base::shutdown_both, ignored);
        return;
    }
    observe();
    close();
}

void Session::linger() {
    phase_ = Phase::lingering;
    boost::system::error_code ignored; // the next read tells
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    set_deadline(kLingerTime);
    discarded_ = 0;
    advance();
}

void Session::discard() {
    discarded_ += in_.size();
    in_.clear();
    if (discarded_ > kMostDiscarded) return close();
    read_more(16 * 1024);
}

void Session::close() {
    if (phase_ == Phase::closed) return;
    const auto self = shared_from_this(); // the registry may hold the last other reference
    phase_ = Phase::closed;
    abandon_feed();
    if (events_) events_->detach();
    if (response_.stream) response_.stream->detach();
    sink_.reset();
    file_.reset();
    boost::system::error_code ignored;
    socket_.close(ignored);
    loop_.forget(*this);
}

void Session::set_deadline(std::chrono::seconds from_now) {
    deadline_ = std::chrono::steady_clock::now() + from_now;
}

} // namespace bifrost::http
