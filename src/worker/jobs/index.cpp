#include "worker/jobs/index.hpp"

#include "core/log.hpp"
#include "services/search/search_index.hpp"

namespace bifrost::worker {
namespace {

constexpr std::chrono::milliseconds kLongestPause{10'000};

} // namespace

SearchIndexer::SearchIndexer(database::Database& database, std::chrono::milliseconds poll)
    : database_(database), poll_(poll) {}

SearchIndexer::~SearchIndexer() { stop(); }

void SearchIndexer::start() {
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void SearchIndexer::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stopping_changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool SearchIndexer::wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !stopping_changed_.wait_for(lock, time, [this] { return stopping_; });
}

void SearchIndexer::run() {
    auto pause = poll_;
    bool failing = false;
    while (wait(pause)) {
        const auto taken = search::index_events(database_);
        if (!taken) {
            // Told once, not at every look at a database that is away.
            if (!failing) log::error("the search index can't follow", {{"detail", taken.error().detail}});
            failing = true;
            pause = std::min(pause * 2 + poll_, kLongestPause);
            continue;
        }
        if (failing) log::info("the search index follows again");
        failing = false;
        pause = *taken > 0 ? std::chrono::milliseconds(0) : poll_;
    }
}

} // namespace bifrost::worker
