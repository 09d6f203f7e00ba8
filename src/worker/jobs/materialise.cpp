#include "worker/jobs/materialise.hpp"

#include "core/json_reader.hpp"
#include "core/log.hpp"
#include "services/publish/placement.hpp"

namespace bifrost::worker {
namespace {

struct Outcome {
    std::vector<std::string> folders;
    std::int64_t files = 0;
    std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(Outcome, (), (folders, files, bytes))

Result<json::Raw> run_materialise(JobContext& context, storage::ProjectFolder& folder) {
    BIFROST_ASSIGN(const auto payload, json::parse(context.job().payload.text));
    json::Reader reader(payload);
    const Id version_id = reader.id("version_id");
    BIFROST_CHECK(reader.finish());
    auto placement =
        context.database().read([&](database::Tx& tx) { return publish::get_placement(tx, version_id); });
    // Purged before its turn came: there is nothing to put anywhere.
    if (!placement && placement.error().code == Errc::not_found) return json::Raw{};
    if (!placement) return placement.error();
    Outcome outcome;
    std::vector<storage::PlacedVersion> versions;
    for (auto& [place, files] : *placement) {
        outcome.folders.push_back(place);
        storage::PlacedVersion version{place, version_id.text(), {}};
        for (auto& file : files) {
            ++outcome.files;
            outcome.bytes += file.size;
            version.files.push_back({std::move(file.path), {file.sha256, file.size, file.key}});
        }
        versions.push_back(std::move(version));
    }
    std::int64_t before = 0;
    for (const auto& version : versions) {
        std::int64_t bytes = 0;
        BIFROST_CHECK(folder.materialise(version, [&](std::int64_t done) -> Result<> {
            if (context.stopped()) return Error{Errc::unavailable, "The job was asked to stop."};
            bytes = done;
            if (outcome.bytes > 0)
                context.progress(static_cast<double>(before + done) / static_cast<double>(outcome.bytes));
            return {};
        }));
        before += bytes;
    }
    return json::Raw{json::to_json(outcome)};
}

} // namespace

JobKind materialise_job(storage::ProjectFolder& folder) {
    JobKind kind;
    kind.name = "materialise";
    kind.run = [&folder](JobContext& context) { return run_materialise(context, folder); };
    return kind;
}

MaterialiseFollower::MaterialiseFollower(database::Database& database, std::chrono::milliseconds poll)
    : database_(database), poll_(poll) {}

MaterialiseFollower::~MaterialiseFollower() { stop(); }

void MaterialiseFollower::start() {
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void MaterialiseFollower::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stopping_changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void MaterialiseFollower::run() {
    auto pause = poll_;
    bool failing = false;
    std::unique_lock lock(mutex_);
    while (!stopping_changed_.wait_for(lock, pause, [this] { return stopping_; })) {
        lock.unlock();
        const auto taken = publish::queue_placements(database_);
        if (taken && *taken > 0) queue::notify_workers();
        if (!taken && !failing)
            log::error("published versions can't be followed", {{"detail", taken.error().detail}});
        failing = !taken;
        pause = taken && *taken > 0 ? std::chrono::milliseconds(0) : poll_;
        lock.lock();
    }
}

} // namespace bifrost::worker
