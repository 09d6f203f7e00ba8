#include "client/transport/transfer_loop.hpp"

#include <deque>
#include <thread>

#include <curl/curl.h>

#include "client/transport/curl_exchange.hpp"
#include "client/transport/interruption.hpp"

namespace bifrost::client {
namespace {

using Clock = std::chrono::steady_clock;

struct Waiting {
    HttpRequest request;
    TransferLoop::Done done;
    int attempt = 1;
    Clock::time_point not_before{};
};

struct Running {
    Waiting work;
    std::unique_ptr<CurlExchange> exchange;
};

} // namespace

class TransferLoop::Impl {
  public:
    Impl(std::size_t parallel, RetryPolicy policy)
        : parallel_(parallel), policy_(policy), multi_(curl_multi_init()) {
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(parallel));
        thread_ = std::thread{[this] { run(); }};
    }

    ~Impl() {
        stop_ = true;
        curl_multi_wakeup(multi_);
        thread_.join();
        idle_.clear();
        curl_multi_cleanup(multi_);
    }

    void add(Waiting work) {
        {
            const std::scoped_lock lock{mutex_};
            incoming_.push_back(std::move(work));
        }
        curl_multi_wakeup(multi_);
    }

  private:
    void run() {
        while (!stop_ && !interrupted()) {
            take_incoming();
            start_waiting();
            int active = 0;
            curl_multi_perform(multi_, &active);
            const bool finished = finish_done();
            if (!finished) curl_multi_poll(multi_, nullptr, 0, poll_milliseconds(), nullptr);
        }
        abandon();
    }

    void take_incoming() {
        const std::scoped_lock lock{mutex_};
        for (auto& work : incoming_) waiting_.push_back(std::move(work));
        incoming_.clear();
    }

    void start_waiting() {
        const auto now = Clock::now();
        for (auto next = waiting_.begin(); next != waiting_.end() && running_.size() < parallel_;) {
            if (next->not_before > now) {
                ++next;
                continue;
            }
            auto running = std::make_unique<Running>();
            running->work = std::move(*next);
            next = waiting_.erase(next);
            if (idle_.empty()) {
                running->exchange = std::make_unique<CurlExchange>();
            } else {
                running->exchange = std::move(idle_.back());
                idle_.pop_back();
            }
            running->exchange->prepare(running->work.request);
            curl_multi_add_handle(multi_, running->exchange->easy());
            running_.emplace(running->exchange->easy(), std::move(running));
        }
    }

    bool finish_done() {
        bool any = false;
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            any = true;
            const int code = static_cast<int>(message->data.result);
            void* easy = message->easy_handle;
            curl_multi_remove_handle(multi_, easy);
            auto node = running_.extract(easy);
            conclude(std::move(node.mapped()), code);
        }
        return any;
    }

    void conclude(std::unique_ptr<Running> running, int code) {
        auto& work = running->work;
        Result<HttpResponse> result = running->exchange->take_result(code);
        int retry_after = 0;
        const bool again =
            result ? asks_for_retry(*result, retry_after) || result->status == 502 || result->status == 504
                   : running->exchange->lost() && !work.request.on_data;
        idle_.push_back(std::move(running->exchange));
        if (again && work.request.repeatable && work.attempt < policy_.attempts) {
            ++work.attempt;
            work.not_before = Clock::now() + policy_.pause_before(work.attempt, retry_after);
            waiting_.push_back(std::move(work));
            return;
        }
        work.done(std::move(result));
    }

    int poll_milliseconds() const {
        // A pause before a repeat is short and rare: looking ten times a second is enough, and notices Ctrl-C
        // too.
        return waiting_.empty() || running_.size() >= parallel_ ? 250 : 50;
    }

    void abandon() {
        const Error stopped{Errc::unavailable, "Interrupted."};
        for (auto& [easy, running] : running_) {
            curl_multi_remove_handle(multi_, easy);
            running->work.done(stopped);
        }
        running_.clear();
        while (!stop_ || !waiting_.empty() || has_incoming()) {
            take_incoming();
            for (auto& work : std::exchange(waiting_, {})) work.done(stopped);
            if (!stop_) curl_multi_poll(multi_, nullptr, 0, 250, nullptr);
        }
    }

    bool has_incoming() {
        const std::scoped_lock lock{mutex_};
        return !incoming_.empty();
    }

    std::size_t parallel_;
    RetryPolicy policy_;
    CURLM* multi_;
    std::mutex mutex_;
    std::vector<Waiting> incoming_; // under mutex_
    std::deque<Waiting> waiting_;
    std::unordered_map<void*, std::unique_ptr<Running>> running_;
    std::vector<std::unique_ptr<CurlExchange>> idle_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

TransferLoop::TransferLoop(std::size_t parallel, RetryPolicy policy) {
    // Constructing a handle starts curl for the process, which curl_multi_init must not do from two threads
    // at once.
    const CurlExchange started;
    impl_ = std::make_unique<Impl>(parallel, policy);
}

TransferLoop::~TransferLoop() = default;

void TransferLoop::add(HttpRequest request, Done done) {
    impl_->add({std::move(request), std::move(done), 1, {}});
}

} // namespace bifrost::client
