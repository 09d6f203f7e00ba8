#include "api/hot_assets.hpp"

#include "core/json_writer.hpp"
#include "core/metrics.hpp"
#include "database/request_scope.hpp"
#include "services/asset/asset.hpp"

namespace bifrost::api {
namespace {

constexpr std::chrono::seconds kFresh{1}; ///< the log must have been read to its end within this time
constexpr std::size_t kMostChanges = 100'000;
constexpr std::chrono::seconds kLongestFlight{5};

std::string key_of(const Id& id) { return "asset:" + id.text(); }

/// "<position>\n<project>\n<body>" behind the entry's revision.
cache::Entry entry_of(const HotAsset& asset) {
    return {asset.revision, asset.position.text() + "\n" + asset.project_id.text() + "\n" + asset.body};
}

std::optional<HotAsset> asset_of(cache::Entry entry) {
    const auto first = entry.value.find('\n');
    const auto second = first == std::string::npos ? first : entry.value.find('\n', first + 1);
    if (second == std::string::npos) return std::nullopt;
    const std::string_view text = entry.value;
    const auto position = events::Position::parse(text.substr(0, first));
    const auto project = Id::parse(text.substr(first + 1, second - first - 1));
    if (!position || !project) return std::nullopt;
    return HotAsset{*project, entry.revision, *position, entry.value.substr(second + 1)};
}

/// What can't change any asset's answer.
bool is_harmless(const events::Event& event) {
    return event.entity_kind == "upload" || event.entity_kind == "job" || event.action == "version.created" ||
           event.action == "version.verifying" || event.action == "version.failed";
}

metrics::Counter reads_from(const char* source) {
    return metrics::counter("bifrost_cache_reads_total",
                            "Reads of single assets by where they were answered from", {{"from", source}});
}

} // namespace

HotAssets::HotAssets(database::Database& database, std::shared_ptr<cache::Cache> shared,
                     std::chrono::seconds ttl)
    : database_(database), shared_(std::move(shared)), own_(cache::make_memory_cache()), ttl_(ttl) {}

void HotAssets::starts_at(const events::Position& position) {
    const std::lock_guard lock(mutex_);
    floor_ = position;
}

void HotAssets::saw(const events::Event& event) {
    if (is_harmless(event)) return;
    const std::lock_guard lock(mutex_);
    if (changed_.size() >= kMostChanges) {
        changed_.clear();
        floor_ = event.position;
    }
    // An asset's own events say what changed; of everything else in a project it is not known here which
    // assets show it.
    if (event.entity_kind == "asset")
        changed_[event.entity_id] = event.position;
    else if (event.project_id)
        changed_[*event.project_id] = event.position;
}

void HotAssets::reached_end() {
    const std::lock_guard lock(mutex_);
    reached_end_at_ = Clock::now();
    followed_writes_ = begun_writes_;
}

bool HotAssets::is_behind_own_writes() {
    const std::lock_guard lock(mutex_);
    return followed_writes_ != writes_.load();
}

bool HotAssets::is_current() {
    const std::lock_guard lock(mutex_);
    return Clock::now() - reached_end_at_ < kFresh;
}

bool HotAssets::holds(const Id& id, const HotAsset& asset) {
    const std::lock_guard lock(mutex_);
    if (asset.position < floor_) return false;
    const auto changed_since = [&](const Id& what) {
        const auto found = changed_.find(what);
        return found != changed_.end() && found->second > asset.position;
    };
    return !changed_since(id) && !changed_since(asset.project_id);
}

std::optional<HotAsset> HotAssets::find(const Id& id) {
    static const auto own = reads_from("process");
    static const auto shared = reads_from("redis");
    const std::string key = key_of(id);
    if (auto entry = own_->find(key)) {
        auto asset = asset_of(std::move(*entry));
        if (asset && holds(id, *asset)) {
            own.increment();
            return asset;
        }
        own_->remove(key);
    }
    if (!shared_) return std::nullopt;
    auto entry = shared_->find(key);
    if (!entry) return std::nullopt;
    auto asset = asset_of(std::move(*entry));
    if (!asset || !holds(id, *asset)) return std::nullopt;
    own_->put(key, entry_of(*asset), ttl_);
    shared.increment();
    return asset;
}

Result<HotAsset> HotAssets::read_once(const Id& id) {
    return database_.snapshot([&](database::Tx& tx) -> Result<HotAsset> {
        // Of the same state as the asset, wherever it is read: a replica that is behind says so itself.
        BIFROST_ASSIGN(const auto settled, events::last_settled(tx));
        BIFROST_ASSIGN(const auto found, asset::get_asset(tx, access::Actor::system(), id));
        HotAsset made{found.project_id, found.revision, settled.value_or(events::Position{}), {}};
        json::write(made.body, found);
        return made;
    });
}

Result<HotAsset> HotAssets::read(const Id& id) {
    static const auto database = reads_from("database");
    database.increment();
    auto read = read_once(id);
    // A replica may be behind what this process knows of already; nobody shall go back in time because of
    // that.
    if (!read || !holds(id, *read)) {
        const database::PrimaryReads on_primary;
        read = read_once(id);
    }
    if (!read) return read;
    HotAsset asset = std::move(*read);
    const std::string key = key_of(id);
    const auto entry = entry_of(asset);
    own_->remove(key); // what stood there may have the same revision and be older all the same
    own_->put(key, entry, ttl_);
    if (shared_) shared_->put(key, entry, ttl_);
    return asset;
}

Result<HotAsset> HotAssets::get(const Id& id) {
    if (is_behind_own_writes()) {
        const database::PrimaryReads on_primary;
        return read(id);
    }
    if (!is_current()) return read(id);
    if (auto kept = find(id)) return std::move(*kept);
    std::shared_ptr<Flight> flight;
    {
        std::unique_lock lock(flights_mutex_);
        auto& place = flights_[id];
        if (place) {
            flight = place;
            flight_over_.wait_for(lock, kLongestFlight, [&] { return flight->is_over; });
            // One that began before the caller's own write was seen may be too old for it.
            if (flight->is_over && flight->outcome && *flight->outcome && holds(id, **flight->outcome))
                return *flight->outcome;
            lock.unlock();
            return read(id);
        }
        place = flight = std::make_shared<Flight>();
    }
    auto outcome = read(id);
    {
        const std::lock_guard lock(flights_mutex_);
        flight->outcome = outcome;
        flight->is_over = true;
        flights_.erase(id);
    }
    flight_over_.notify_all();
    return outcome;
}

} // namespace bifrost::api
