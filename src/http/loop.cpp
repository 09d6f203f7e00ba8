#include "http/loop.hpp"

#include <boost/asio/post.hpp>

#include "core/log.hpp"

namespace bifrost::http {
namespace asio = boost::asio;
namespace {

/// Connections over the limit that may wait for their 503 at the same time; more are closed without a word.
constexpr std::size_t kMostTurnedAway = 128;

std::chrono::milliseconds sweep_interval(const ServerOptions& options) {
    const std::chrono::milliseconds shortest =
        std::min({options.header_timeout, options.body_timeout, options.idle_timeout});
    return std::clamp(shortest / 4, std::chrono::milliseconds(50), std::chrono::milliseconds(1000));
}

std::string address_text(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    return address.to_string();
}

} // namespace

Loop::Loop(Edge& edge, unsigned index)
    : edge_(edge), index_(index), work_(asio::make_work_guard(io_)), timer_(io_),
      sweep_every_(sweep_interval(edge.options)),
      returns_([this] { asio::post(io_, [this] { returns_.deliver(); }); }) {}

Loop::~Loop() { stop(); }

boost::system::error_code Loop::listen(const Endpoint& endpoint, bool shared, std::uint16_t& port) {
    boost::system::error_code failed;
    Door& door = doors_.emplace_back(io_);
    Acceptor& acceptor = door.acceptor;
    const auto give_up = [&] {
        doors_.pop_back();
        return failed;
    };
    if (acceptor.open(endpoint.protocol(), failed)) return give_up();
    acceptor.set_option(asio::socket_base::reuse_address(true), failed);
    // "::" takes IPv4 as well, whatever the system's default is.
    if (endpoint.address().is_v6())
        acceptor.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), failed);
    if (shared) {
        const int on = 1;
        if (::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
            failed.assign(errno, boost::system::system_category());
            return give_up();
        }
    }
    if (acceptor.bind(endpoint, failed)) return give_up();
    if (acceptor.listen(asio::socket_base::max_listen_connections, failed)) return give_up();
    port = acceptor.local_endpoint().port();
    return failed;
}

bool Loop::start() {
    return thread_.start("http-" + std::to_string(index_), [this] {
        for (Door& door : doors_) accept(door);
        sweep_later();
        io_.run();
    });
}

void Loop::accept(Door& door) {
    door.acceptor.async_accept(io_, [this, &door](boost::system::error_code failed, Socket socket) {
        if (failed == asio::error::operation_aborted || !door.acceptor.is_open()) return;
        if (failed && failed != asio::error::connection_aborted) {
            log::warning("A connection can't be accepted; it is tried again shortly.",
                         {{"what", failed.message()}});
            door.paused = true;
            return;
        }
        if (!failed) admit(std::move(socket));
        accept(door);
    });
}

void Loop::admit(Socket socket) {
    boost::system::error_code failed;
    const auto peer = socket.remote_endpoint(failed);
    if (failed) return; // gone already
    socket.non_blocking(true, failed);
    socket.set_option(asio::ip::tcp::no_delay(true), failed);
    const std::size_t open = edge_.connections.load();
    if (open >= edge_.options.most_connections + kMostTurnedAway) return;
    edge_.connection_opened();
    auto session = std::make_shared<Session>(*this, std::move(socket), address_text(peer.address()));
    session->place = sessions_.insert(sessions_.end(), session);
    if (open >= edge_.options.most_connections) {
        session->turn_away();
    } else {
        session->start();
    }
}

void Loop::forget(Session& session) {
    sessions_.erase(session.place);
    edge_.connection_closed();
}

void Loop::call_soon(LaneThreads& lane) {
    for (LaneThreads*& place : to_call_) {
        if (place == &lane) break;
        if (place != nullptr) continue;
        place = &lane;
        break;
    }
    // What is posted now runs behind the connections that the last poll found ready, and before the loop
    // sleeps.
    if (!std::exchange(calling_soon_, true)) asio::post(io_, [this] { call_lanes(); });
}

void Loop::call_lanes() {
    calling_soon_ = false;
    for (LaneThreads*& lane : to_call_)
        if (lane != nullptr) std::exchange(lane, nullptr)->call();
}

template <class Function>
void Loop::for_each_session(Function function) {
    for (auto next = sessions_.begin(); next != sessions_.end();) {
        const auto session = *next++; // it may take itself out of the list
        function(*session);
    }
}

void Loop::sweep_later() {
    timer_.expires_after(sweep_every_);
    timer_.async_wait([this](boost::system::error_code failed) {
        if (failed) return;
        sweep();
        sweep_later();
    });
}

void Loop::sweep() {
    const auto now = std::chrono::steady_clock::now();
    for_each_session([now](Session& session) { session.sweep(now); });
    for (Door& door : doors_) {
        if (!door.paused || !door.acceptor.is_open()) continue;
        door.paused = false;
        accept(door);
    }
}

void Loop::drain() {
    asio::post(io_, [this] {
        boost::system::error_code ignored; // closing a listening socket can't fail in a way that matters
        for (Door& door : doors_) door.acceptor.close(ignored);
        for_each_session([](Session& session) { session.drain(); });
    });
}

void Loop::cut() {
    asio::post(io_, [this] { for_each_session([](Session& session) { session.cut(); }); });
}

void Loop::stop() {
    asio::post(io_, [this] {
        boost::system::error_code ignored;
        for (Door& door : doors_) door.acceptor.close(ignored);
        for_each_session([](Session& session) { session.cut(); });
        returns_.deliver(); // those that were away close now
        timer_.cancel();
        work_.reset();
        io_.stop();
    });
    thread_.join();
}

} // namespace bifrost::http
