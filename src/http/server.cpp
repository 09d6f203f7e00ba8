#include "http/server.hpp"

#include <boost/asio/ip/tcp.hpp>

#include "core/log.hpp"
#include "http/loop.hpp"

namespace bifrost::http {
namespace asio = boost::asio;
namespace {

using Endpoint = Loop::Endpoint;
using SystemError = boost::system::error_code;

std::string place_text(const ServerOptions& options) {
    const bool v6 = options.host.find(':') != std::string::npos;
    return (v6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port);
}

Error listen_error(const SystemError& failed, const ServerOptions& options) {
    const std::string place = place_text(options);
    if (failed == asio::error::address_in_use)
        return {Errc::conflict,
                "Another program already listens on " + place + "; stop it, or choose another port."};
    if (failed == asio::error::access_denied)
        return {Errc::forbidden, "This user may not listen on " + place +
                                     "; choose a port above 1023, or grant the right to bind low ports."};
    if (failed == boost::system::errc::address_not_available ||
        failed == boost::system::errc::address_family_not_supported)
        return {Errc::invalid, "This machine has no address " + options.host +
                                   " to listen on; use one of its own, 127.0.0.1, or 0.0.0.0 for all."};
    return {Errc::unavailable, "It is not possible to listen on " + place + ": " + failed.message() + "."};
}

/// The addresses of a host, IPv4 first: "localhost" is usually both 127.0.0.1 and ::1.
Result<std::vector<Endpoint>> endpoints_of(const ServerOptions& options) {
    asio::io_context io;
    asio::ip::tcp::resolver resolver(io);
    SystemError failed;
    const auto found =
        resolver.resolve(options.host, std::to_string(options.port),
                         asio::ip::resolver_base::passive | asio::ip::resolver_base::numeric_service, failed);
    if (failed || found.empty())
        return Error{Errc::invalid, "The host to listen on, '" + options.host +
                                        "', is not known: " + failed.message() + "."};
    std::vector<Endpoint> endpoints;
    for (const auto& entry : found)
        if (std::find(endpoints.begin(), endpoints.end(), entry.endpoint()) == endpoints.end())
            endpoints.push_back(entry.endpoint());
    std::stable_sort(endpoints.begin(), endpoints.end(), [](const Endpoint& a, const Endpoint& b) {
        return a.address().is_v4() && !b.address().is_v4();
    });
    return endpoints;
}

/// SO_REUSEPORT would let a second server of the same user share the port unnoticed; a plain bind shows that
/// it is taken.
SystemError probe(const Endpoint& endpoint, std::uint16_t& port) {
    asio::io_context io;
    asio::ip::tcp::acceptor acceptor(io);
    SystemError failed;
    SystemError ignored; // without these options the bind below only becomes stricter
    if (acceptor.open(endpoint.protocol(), failed)) return failed;
    acceptor.set_option(asio::socket_base::reuse_address(true), ignored);
    if (endpoint.address().is_v6())
        acceptor.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), ignored);
    if (acceptor.bind(endpoint, failed)) return failed;
    if (acceptor.listen(1, failed)) return failed;
    port = acceptor.local_endpoint().port();
    return failed;
}

} // namespace

struct Server::Impl {
    Impl(ServerOptions options, Router router, Handler fallback, ErrorResponder on_error, Observer observer)
        : edge(std::move(options), std::move(router), std::move(fallback), std::move(on_error),
               std::move(observer)) {}

    SystemError listen(const std::vector<Endpoint>& endpoints);
    void stop();

    Edge edge;
    std::vector<std::unique_ptr<Loop>> loops;
    std::uint16_t port = 0;
    std::mutex stopping; ///< drain() may be called from several threads; all wait for the first
    bool stopped = false;
};

SystemError Server::Impl::listen(const std::vector<Endpoint>& endpoints) {
    loops.clear();
    const unsigned threads = std::max(1U, edge.options.io_threads);
    for (unsigned i = 0; i < threads; ++i) loops.push_back(std::make_unique<Loop>(edge, i));
    port = edge.options.port;
    bool listening = false;
    SystemError failed;
    for (Endpoint endpoint : endpoints) {
        endpoint.port(port);
        if (threads > 1) failed = probe(endpoint, port);
        endpoint.port(port);
        for (auto& loop : loops) {
            if (failed) break;
            failed = loop->listen(endpoint, threads > 1, port);
            endpoint.port(port);
        }
        // A machine without IPv6 may still name ::1 as localhost.
        const bool absent = failed == boost::system::errc::address_not_available ||
                            failed == boost::system::errc::address_family_not_supported;
        if (failed && !(absent && listening)) return failed;
        failed.clear();
        listening = true;
    }
    return failed;
}

Server::Server(ServerOptions options, Router router, Handler fallback, ErrorResponder on_error,
               Observer observer)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(router), std::move(fallback),
                                   std::move(on_error), std::move(observer))) {}

Server::~Server() { drain(std::chrono::seconds(0)); }

Result<> Server::start() {
    Impl& impl = *impl_;
    const ServerOptions& options = impl.edge.options;
    BIFROST_ASSIGN(impl.edge.proxies, TrustedProxies::parse(options.trusted_proxies));
    BIFROST_ASSIGN(const auto endpoints, endpoints_of(options));
    SystemError failed = impl.listen(endpoints);
    // A free port of the first address may be taken at the second.
    for (int tries = 0; options.port == 0 && tries < 8 && failed == asio::error::address_in_use; ++tries)
        failed = impl.listen(endpoints);
    if (failed) {
        impl.loops.clear();
        return listen_error(failed, options);
    }
    for (auto& loop : impl.loops) {
        if (loop->start()) continue;
        impl.loops.clear();
        return Error{Errc::unavailable,
                     "The system refused a thread to the server; raise its limit of threads."};
    }
    return {};
}

std::uint16_t Server::port() const { return impl_->port; }

bool Server::draining() const { return impl_->edge.draining; }

void Server::drain(std::chrono::seconds most) {
    Impl& impl = *impl_;
    impl.edge.draining = true;
    const std::lock_guard lock(impl.stopping);
    if (std::exchange(impl.stopped, true)) return;
    for (auto& loop : impl.loops) loop->drain();
    impl.edge.wait_until_quiet(std::chrono::steady_clock::now() + most);
    for (auto& loop : impl.loops) loop->cut();
    for (auto& lane : impl.edge.lanes) lane->stop();
    for (auto& loop : impl.loops) loop->stop();
}

} // namespace bifrost::http
