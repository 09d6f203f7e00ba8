#include "worker/recurring.hpp"

#include "core/log.hpp"

namespace bifrost::worker {
namespace {

Timestamp next_multiple(std::chrono::seconds every) {
    const std::int64_t micros = std::chrono::microseconds(every).count();
    return {(Timestamp::now().micros / micros + 1) * micros};
}

} // namespace

Recurring::Recurring(const std::vector<JobKind>& kinds) {
    for (const auto& kind : kinds) {
        if (kind.every.count() <= 0) continue;
        queue::JobSpec spec;
        spec.kind = kind.name;
        spec.unique_key = "every:" + kind.name;
        spec.max_attempts = kind.max_attempts;
        kinds_.push_back({std::move(spec), kind.every, Clock::now()});
    }
}

void Recurring::queue_due(database::Database& database) {
    constexpr std::chrono::milliseconds kLongestLook{30'000};
    for (auto& kind : kinds_) {
        if (Clock::now() < kind.look_at) continue;
        kind.look_at = Clock::now() + std::min<std::chrono::milliseconds>(kind.every / 4, kLongestLook);
        // Most of the time it waits already, and then nothing is written.
        const auto waits = database.read(
            [&](database::Tx& tx) { return queue::find_waiting_job(tx, *kind.spec.unique_key); });
        if (waits && *waits) continue;
        kind.spec.run_at = next_multiple(kind.every);
        const auto queued =
            waits ? database.write([&](database::Tx& tx) { return queue::enqueue(tx, kind.spec); })
                  : waits.error();
        if (!queued) {
            log::warning("a recurring job could not be queued",
                         {{"kind", kind.spec.kind}, {"detail", queued.error().detail}});
        }
    }
}

} // namespace bifrost::worker
