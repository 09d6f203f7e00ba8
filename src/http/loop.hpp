#pragma once
// One event loop: a thread, its acceptors, its connections. Includes Asio: for this room's sources only.

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/response_head.hpp"
#include "http/session.hpp"
#include "http/worker_thread.hpp"

namespace bifrost::http {

class Loop {
  public:
    using Endpoint = boost::asio::ip::tcp::endpoint;

    Loop(Edge& edge, unsigned index);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();

    /// Before start(): takes connections at `endpoint`; `shared`: with SO_REUSEPORT. The port that was bound,
    /// or the system's error.
    boost::system::error_code listen(const Endpoint& endpoint, bool shared, std::uint16_t& port);
    [[nodiscard]] bool start();

    // From any thread.
    void drain();
    void cut();
    /// After the lanes were stopped: closes everything and joins the thread.
    void stop();

    // On the loop.
    Edge& edge() { return edge_; }
    boost::asio::io_context& io() { return io_; }
    Returns& returns() { return returns_; }
    std::string_view date() { return date_.now(); }
    void forget(Session& session);
    /// Has a thread of the lane called once all connections that are ready now were looked at.
    void call_soon(LaneThreads& lane);

  private:
    using Executor = boost::asio::io_context::executor_type;
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
    using Timer =
        boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                          boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

    struct Door {
        explicit Door(boost::asio::io_context& io) : acceptor(io) {}
        Acceptor acceptor;
        bool paused = false; ///< out of descriptors: tried again at the next sweep
    };

    void call_lanes();
    void accept(Door& door);
    void admit(Socket socket);
    void sweep_later();
    void sweep();
    template <class Function>
    void for_each_session(Function function);

    Edge& edge_;
    const unsigned index_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<Executor> work_;
    std::list<Door> doors_;
    Timer timer_;
    std::chrono::milliseconds sweep_every_;
    Returns returns_;
    DateText date_;
    std::array<LaneThreads*, 4> to_call_{};
    bool calling_soon_ = false;
    Session::Registry sessions_;
    WorkerThread thread_;
};

} // namespace bifrost::http
