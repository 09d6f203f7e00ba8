#pragma once
// One connection. Includes Asio: for this room's sources only.

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "http/edge.hpp"
#include "http/event_stream.hpp"
#include "http/input_buffer.hpp"
#include "http/open_file.hpp"
#include "http/request_reader.hpp"
#include "http/returns.hpp"
#include "http/sink_feed.hpp"

namespace bifrost::http {

class Loop;

/// The concrete executor: type-erased ones cost an allocation and an indirect call an operation.
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
using SteadyTime = std::chrono::steady_clock::time_point;

/// Reads requests one after another and answers each before the next is looked at. Everything runs on the
/// loop, but for run(), which a lane calls while the session is `away_`: then the loop touches neither
/// request, response nor socket, and closing waits.
class Session final : public std::enable_shared_from_this<Session>, private LaneJob, private Returned {
  public:
    using Registry = std::list<std::shared_ptr<Session>>;

    Session(Loop& loop, Socket socket, std::string peer);
    ~Session() override;

    void start();
    /// Answers 503 without reading a request: there are too many connections.
    void turn_away();
    /// Closes or answers what is past its deadline.
    void sweep(SteadyTime now);
    /// Closes it when it is idle; otherwise its answer will be the last.
    void drain();
    /// Closes it now, or as soon as it is back from its lane.
    void cut();

    Registry::iterator place; ///< in the loop's registry

  private:
    enum class Phase { idle, head, body, away, streaming, writing, events, lingering, closed };
    enum class Task { handler, decision, adopt, file };

    // session.cpp: the connection and the reading of heads
    void advance();
    void step();
    void read_more(std::size_t least);
    void on_read(std::size_t size, bool failed);
    void read_head();
    void begin_request();
    void begin_unreadable();
    void expect_body();
    void discard();
    void linger();
    void close();
    void set_deadline(std::chrono::seconds from_now);
    void clear_deadline() { deadline_ = SteadyTime::max(); }

    // session_work.cpp: bodies, lanes
    void read_body();
    void read_plain_body();
    void read_chunked_body();
    void run_handler();
    void send_away(Task task);
    void run() noexcept override;
    void dropped() noexcept override;
    void returned() override;
    void call_handler() noexcept;
    void decide() noexcept;
    void adopt_file() noexcept;
    Response bug(const char* what) const noexcept;
    void start_streaming();
    void pump();
    bool fill_from_plain();
    bool fill_from_chunks();
    bool refused_chunk(const ChunkStep& step);
    bool keep_body(std::string_view part);
    void refuse_for_memory();
    void read_into_piece();
    void on_feed_progress();
    void abandon_feed();
    [[nodiscard]] bool over_limit(std::size_t more) const;
    [[nodiscard]] Error too_large() const;
    void send_continue();

    // session_answer.cpp: responses
    void refuse(const Error& error);
    void refuse_plainly(int status, std::string_view detail);
    void answer();
    void write_out();
    void wait_writable();
    void send_slices() noexcept;
    void file_returned();
    void finish();
    // session_events.cpp: answers without an end
    void begin_events();
    void write_events();
    void watch_for_end();
    void observe();
    void lost();

    Loop& loop_;
    Edge& edge_;
    Socket socket_;
    const std::string peer_;
    int descriptor_ = -1; ///< the socket's, for sendfile

    Phase phase_ = Phase::idle;
    bool reading_ = false; ///< a read is outstanding: in_ or filling_ must stay where they are
    bool advancing_ = false;
    bool again_ = false;
    bool away_ = false;
    bool cut_ = false;
    SteadyTime deadline_ = SteadyTime::max();
    InputBuffer in_;
    RequestReader reader_;

    // the request
    bool active_ = false; ///< one was begun and not observed yet
    bool keep_alive_ = false;
    bool unread_body_ = false;
    Request request_;
    const Route* route_ = nullptr;
    SteadyTime started_{};
    std::uint64_t body_seen_ = 0;
    Budget::Share body_share_;
    std::vector<Method> allowed_;

    // on a lane
    Task task_ = Task::handler;
    SteadyTime queued_at_{};
    bool dropped_ = false;
    std::unique_ptr<BodySink> sink_;

    // a streamed body
    std::shared_ptr<SinkFeed> feed_;
    std::optional<Piece> filling_;
    bool body_ended_ = false; ///< all of it was read
    bool feed_ended_ = false; ///< and the sink's feed was told

    // the response
    Response response_;
    std::string out_;
    std::string_view body_;
    std::size_t written_ = 0;
    std::int64_t bytes_sent_ = 0;
    OpenFile file_;
    std::int64_t file_offset_ = 0;
    std::int64_t file_left_ = 0;
    bool file_blocked_ = false;
    bool file_failed_ = false;
    std::size_t discarded_ = 0;
    std::shared_ptr<EventStream> events_;
    std::vector<EventStream::Bytes> event_bytes_; ///< being written
    std::size_t event_done_ = 0;                  ///< of the first of them
    bool events_blocked_ = false;                 ///< the client takes no more for now
    bool events_ended_ = false;
};

} // namespace bifrost::http
