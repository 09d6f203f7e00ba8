#pragma once
// Many transfers at once on a few connections: one thread drives them all (curl's multi interface), so that
// thousands of small files cost neither a thread nor a connection each.

#include <functional>
#include <memory>

#include "client/transport/http_client.hpp"

namespace bifrost::client {

class TransferLoop {
  public:
    /// At most `parallel` requests run at a time, each on a connection that is used again.
    explicit TransferLoop(std::size_t parallel, RetryPolicy policy = {});
    TransferLoop(const TransferLoop&) = delete;
    TransferLoop& operator=(const TransferLoop&) = delete;
    /// Drops what has not begun and aborts what runs; their `done` is called with an error.
    ~TransferLoop();

    using Done = std::function<void(Result<HttpResponse>)>;
    /// Queues a request; returns at once. `done` runs once, in the loop's thread: it should be short. It may
    /// add others. Repeats as HttpClient::send does. Requests with `on_data` get no second attempt after data
    /// arrived.
    void add(HttpRequest request, Done done);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bifrost::client
