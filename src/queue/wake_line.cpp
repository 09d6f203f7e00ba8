#include "queue/wake_line.hpp"

#include "core/log.hpp"
#include "database/signals.hpp"

namespace bifrost::queue {
namespace {

constexpr const char* kChannel = "bifrost_jobs";
constexpr std::chrono::milliseconds kPause{1000};
constexpr std::chrono::milliseconds kLongestWait{500}; // how late a stop may be seen

} // namespace

WakeLine::WakeLine(const std::string& database_url) : url_(database_url), sender_(Id::make().text()) {
    if (!url_.starts_with("postgres")) return;
    hook_ = std::make_unique<NotificationHook>([this] {
        {
            const std::lock_guard lock(mutex_);
            is_asked_ = true;
        }
        changed_.notify_all();
    });
    listening_ = std::thread([this] { listen(); });
    sending_ = std::thread([this] { send(); });
}

WakeLine::~WakeLine() {
    hook_.reset();
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (listening_.joinable()) listening_.join();
    if (sending_.joinable()) sending_.join();
}

bool WakeLine::pause() {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, kPause, [this] { return stopping_; });
}

void WakeLine::listen() {
    database::PostgresOptions options;
    options.url = url_;
    do {
        const auto signals = database::open_signals(options, kChannel, sender_);
        if (!signals) continue;
        is_listening_ = true;
        ring(); // what came while nobody listened
        while (true) {
            {
                const std::lock_guard lock(mutex_);
                if (stopping_) return;
            }
            const auto heard = (*signals)->wait(kLongestWait);
            if (!heard) break;
            if (*heard) ring();
        }
        is_listening_ = false;
        log::warning("wake-ups of other processes are not heard at the moment; jobs are looked for instead");
    } while (pause());
}

void WakeLine::send() {
    database::PostgresOptions options;
    options.url = url_;
    do {
        const auto signals = database::open_signals(options, kChannel, sender_);
        if (!signals) continue;
        is_sending_ = true;
        while (true) {
            {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [this] { return stopping_ || is_asked_; });
                if (stopping_ && !is_asked_) return;
                is_asked_ = false;
            }
            if (!(*signals)->send()) break;
            // What its own channel told it is of no use here.
            static_cast<void>((*signals)->wait(std::chrono::milliseconds(0)));
        }
        is_sending_ = false;
    } while (pause());
}

} // namespace bifrost::queue
