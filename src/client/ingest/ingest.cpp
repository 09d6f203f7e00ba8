#include "client/ingest/ingest.hpp"

#include <condition_variable>
#include <mutex>
#include <numeric>
#include <unordered_set>

#include "client/ingest/ingest_cache.hpp"
#include "client/ingest/site_products.hpp"
#include "client/ingest/version_writer.hpp"
#include "client/transfer/hash_pool.hpp"
#include "client/transfer/uploader.hpp"
#include "client/transport/interruption.hpp"
#include "client/transport/json_access.hpp"
#include "core/timestamp.hpp"

namespace bifrost::client {
namespace {

/// The clock of the file system ticks no finer than this; what was written within it may be written again
/// unseen.
constexpr std::int64_t kTickNs = 50'000'000;
constexpr std::size_t kMostNamed = 5;

std::string named(const std::vector<std::string>& items) {
    std::string text;
    for (std::size_t i = 0; i < std::min(items.size(), kMostNamed); ++i)
        text += (i == 0 ? "" : ", ") + items[i];
    return text + (items.size() > kMostNamed ? " …" : "");
}

class Ingest {
  public:
    Ingest(Api& api, const IngestOptions& options) : api_(api), options_(options) {}

    Result<IngestOutcome> run() {
        const std::int64_t began_ns = Timestamp::now().micros * 1000;
        BIFROST_CHECK(prepare());
        Progress progress{"ingest"};
        progress_ = &progress;
        const auto result = work();
        // What was hashed is kept even when something failed, so that the next run needn't read it again.
        const auto saved = cache_.save(began_ns - kTickNs);
        if (!result) return result.error();
        if (!saved)
            outcome_.warnings.push_back("The next run will hash every file again: " + saved.error().detail);
        return std::move(outcome_);
    }

  private:
    Result<> prepare() {
        if (options_.rules.empty()) {
            std::error_code error;
            BIFROST_ASSIGN(
                rules_, default_rules(std::filesystem::canonical(options_.root, error).filename().string()));
        } else {
            BIFROST_ASSIGN(const std::string yaml, read_text(options_.rules));
            BIFROST_ASSIGN(rules_, parse_rules(yaml, options_.rules.string()));
        }
        BIFROST_ASSIGN(const Answer project, api_.get("/projects/" + percent_encode(options_.project)));
        BIFROST_ASSIGN(project_id_, get_text(project.body, "id"));
        BIFROST_ASSIGN(tree_, scan_tree(options_.root, rules_.ignore));
        BIFROST_ASSIGN(plan_, plan_versions(tree_, rules_));
        cache_ = IngestCache::load(options_.cache / "ingest", api_.site().url, project_id_, tree_.root,
                                   rules_.references_text);
        BIFROST_ASSIGN(site_, list_site_products(api_, project_id_));
        if (!tree_.skipped_links.empty())
            outcome_.warnings.push_back(std::to_string(tree_.skipped_links.size()) +
                                        " links that lead to no file below the folder were left out: " +
                                        named(tree_.skipped_links) + ".");
        if (!tree_.skipped_others.empty())
            outcome_.warnings.push_back(
                std::to_string(tree_.skipped_others.size()) +
                " sockets, pipes or devices were left out: " + named(tree_.skipped_others) + ".");
        outcome_.files_seen = static_cast<std::int64_t>(tree_.files.size());
        hashes_.resize(tree_.files.size());
        stored_.resize(tree_.files.size());
        queued_.resize(tree_.files.size(), false);
        for (const auto& version : plan_.versions) files_left_.push_back(version.files.size());
        return {};
    }

    Result<> work() {
        std::optional<Uploader> uploader;
        if (!options_.dry_run)
            uploader.emplace(api_, UploadOptions{project_id_, 6, options_.cache / "uploads", progress_});
        uploader_ = uploader ? &*uploader : nullptr;
        const auto done = read_compare_publish();
        if (!done && uploader_ != nullptr) uploader_->abandon(done.error());
        return done;
    }

    Result<> read_compare_publish() {
        BIFROST_CHECK(read_files());
        std::vector<std::string> paths;
        for (const auto& file : tree_.files) paths.push_back(file.path);
        cache_.keep_only(paths);
        outcome_.unresolved = resolve_references(tree_, rules_, references_, plan_).unresolved;
        std::sort(outcome_.unresolved.begin(), outcome_.unresolved.end());
        BIFROST_CHECK(compare());
        std::vector<std::string> dropped;
        const auto order = order_by_needs(plan_, dropped);
        if (!dropped.empty())
            outcome_.warnings.push_back(
                std::to_string(dropped.size()) +
                " dependencies were left out because they would close a cycle: " + named(dropped) + ".");
        if (options_.dry_run) return tell_plan(order);
        BIFROST_CHECK(publish(order));
        return uploader_->finish();
    }

    // --- reading
    // ---------------------------------------------------------------------------------------------------

    bool is_new(std::size_t version) const {
        const auto found = site_.products.find(plan_.versions[version].key());
        return found == site_.products.end() || found->second.latest_version_id.empty();
    }

    /// Hashes what changed, and sends what belongs to products that the site doesn't have while the rest is
    /// being hashed.
    Result<> read_files() {
        HashPool pool;
        for (const std::size_t version : reading_order()) {
            const bool fresh = is_new(version);
            for (const auto& planned : plan_.versions[version].files) {
                const std::size_t file = planned.file;
                const TreeFile& on_disk = tree_.files[file];
                if (fresh) progress_->expect(on_disk.stamp.size);
                if (take_known(file)) {
                    if (fresh) upload(file, planned.path);
                    continue;
                }
                pool.add(tree_.root / on_disk.path,
                         [this, file, fresh, name = planned.path](Result<HashedFile> hashed) {
                             file_hashed(file, fresh, name, std::move(hashed));
                         });
            }
        }
        pool.wait();
        const std::scoped_lock lock{mutex_};
        if (failure_) return *failure_;
        return {};
    }

    /// What refers to nothing first: it is what others need, and can be published while the rest is still on
    /// its way.
    std::vector<std::size_t> reading_order() const {
        std::vector<std::size_t> order(plan_.versions.size());
        std::iota(order.begin(), order.end(), 0);
        std::stable_partition(order.begin(), order.end(), [this](std::size_t version) {
            const auto& files = plan_.versions[version].files;
            return std::none_of(files.begin(), files.end(), [this](const PlannedFile& planned) {
                return may_refer(tree_.files[planned.file], rules_);
            });
        });
        return order;
    }

    bool take_known(std::size_t file) {
        const std::scoped_lock lock{mutex_}; // the pool adds to the cache meanwhile
        const auto* known = cache_.find(tree_.files[file].path, tree_.files[file].stamp);
        if (known != nullptr) take(file, *known);
        return known != nullptr;
    }

    /// In a thread of the pool.
    void file_hashed(std::size_t file, bool fresh, const std::string& name, Result<HashedFile> hashed) {
        {
            const std::scoped_lock lock{mutex_};
            if (failure_) return; // the rest of the queue runs dry
        }
        if (!hashed) return fail(hashed.error());
        auto references = read_references(tree_, tree_.files[file], rules_);
        if (!references) return fail(references.error());
        KnownFile known{hashed->stamp, std::move(hashed->sha256), std::move(*references)};
        {
            const std::scoped_lock lock{mutex_};
            tree_.files[file].stamp = known.stamp;
            take(file, known);
            cache_.set(tree_.files[file].path, std::move(known));
            ++outcome_.files_hashed;
        }
        if (fresh) upload(file, name);
    }

    void take(std::size_t file, const KnownFile& known) {
        hashes_[file] = known.sha256;
        for (const auto& [rule, value] : known.references) references_.push_back({file, rule, value});
    }

    void fail(const Error& error) {
        const std::scoped_lock lock{mutex_};
        if (!failure_) failure_ = error;
        changed_.notify_all();
    }

    void upload(std::size_t file, const std::string& name) {
        if (uploader_ == nullptr) return;
        queued_[file] = true;
        const TreeFile& on_disk = tree_.files[file];
        uploader_->add({tree_.root / on_disk.path, name, {hashes_[file], on_disk.stamp}},
                       [this, file](Result<StoredFile> stored) {
                           const std::scoped_lock lock{mutex_};
                           if (stored)
                               stored_[file] = std::move(*stored);
                           else if (!failure_)
                               failure_ = stored.error();
                           if (--files_left_[plan_.version_of_file[file]] == 0 || failure_)
                               changed_.notify_all();
                       });
    }

    // --- comparing
    // -------------------------------------------------------------------------------------------------

    /// Finds out which versions differ from what the site has, and sends the files of those.
    Result<> compare() {
        std::vector<std::string> latest;
        for (std::size_t version = 0; version < plan_.versions.size(); ++version)
            if (!is_new(version))
                latest.push_back(site_.products[plan_.versions[version].key()].latest_version_id);
        BIFROST_CHECK(learn_manifests(api_, project_id_, latest, cache_));
        for (std::size_t version = 0; version < plan_.versions.size(); ++version) {
            manifests_.push_back(manifest_of(plan_, plan_.versions[version], hashes_));
            const bool fresh = is_new(version);
            const bool same =
                !fresh &&
                cache_.find_manifest(site_.products[plan_.versions[version].key()].latest_version_id) ==
                    manifests_.back();
            differs_.push_back(!same);
            if (same) {
                ++outcome_.counts.unchanged;
                continue;
            }
            for (const auto& planned : plan_.versions[version].files) {
                if (queued_[planned.file]) continue;
                progress_->expect(tree_.files[planned.file].stamp.size);
                upload(planned.file, planned.path);
            }
        }
        return {};
    }

    Result<> tell_plan(const std::vector<std::size_t>& order) {
        std::unordered_map<std::string, bool> assets;
        for (const std::size_t version : order) {
            const PlannedVersion& planned = plan_.versions[version];
            PlannedLine line{planned.asset,
                             planned.asset_type,
                             planned.product,
                             !differs_[version] ? "unchanged"
                             : is_new(version)  ? "new"
                                                : "changed",
                             static_cast<std::int64_t>(planned.files.size()),
                             0,
                             static_cast<std::int64_t>(planned.needs.size())};
            for (const auto& file : planned.files) line.bytes += tree_.files[file.file].stamp.size;
            if (differs_[version]) {
                count(planned, line.bytes);
                outcome_.counts.dependencies += line.dependencies;
                ++outcome_.counts.versions;
                if (!site_.assets.contains(planned.asset) && assets.try_emplace(planned.asset, true).second)
                    ++outcome_.counts.assets;
            }
            outcome_.plan.push_back(std::move(line));
        }
        std::sort(outcome_.plan.begin(), outcome_.plan.end(), [](const auto& a, const auto& b) {
            return std::tie(a.asset, a.product) < std::tie(b.asset, b.product);
        });
        return {};
    }

    void count(const PlannedVersion& planned, std::int64_t bytes) {
        outcome_.counts.files += static_cast<std::int64_t>(planned.files.size());
        outcome_.counts.bytes += bytes;
    }

    // --- publishing
    // ------------------------------------------------------------------------------------------------

    Result<> publish(const std::vector<std::size_t>& order) {
        VersionWriter writer{api_, project_id_, plan_, site_, options_.comment};
        writer.on_published = [this](std::size_t version, const std::string& id) {
            cache_.set_manifest(id, manifests_[version]);
            const PlannedVersion& planned = plan_.versions[version];
            std::int64_t bytes = 0;
            for (const auto& file : planned.files) {
                bytes += tree_.files[file.file].stamp.size;
                ++(stored_[file.file]->reused ? outcome_.counts.objects_reused
                                              : outcome_.counts.objects_stored);
            }
            count(planned, bytes);
        };
        std::vector<std::size_t> waiting;
        for (const std::size_t version : order)
            if (differs_[version]) waiting.push_back(version);
        while (!waiting.empty()) {
            BIFROST_ASSIGN(const auto ready, take_ready(waiting));
            for (const std::size_t version : ready) {
                VersionContent content{manifests_[version], {}};
                for (const auto& file : plan_.versions[version].files)
                    content.upload_ids.push_back(stored_[file.file]->upload_id);
                BIFROST_CHECK(writer.add(version, std::move(content)));
            }
        }
        BIFROST_CHECK(writer.flush());
        outcome_.counts.assets = writer.assets_made();
        outcome_.counts.versions = writer.versions_made();
        outcome_.counts.dependencies = writer.dependencies_made();
        return {};
    }

    /// Takes out of `waiting` what can be written now: all its files are stored, and what it needs was taken
    /// before. Waits until there is something.
    Result<std::vector<std::size_t>> take_ready(std::vector<std::size_t>& waiting) {
        std::unique_lock lock{mutex_};
        std::vector<std::size_t> ready;
        while (true) {
            if (failure_) return *failure_;
            const std::unordered_set<std::size_t> before(waiting.begin(), waiting.end());
            std::unordered_set<std::size_t> taken;
            const auto is_ready = [&](std::size_t version) {
                if (files_left_[version] > 0) return false;
                for (const auto& [needed, kind] : plan_.versions[version].needs)
                    if (before.contains(needed) && !taken.contains(needed)) return false;
                taken.insert(version);
                return true;
            };
            std::vector<std::size_t> later;
            for (const std::size_t version : waiting) (is_ready(version) ? ready : later).push_back(version);
            waiting = std::move(later);
            if (!ready.empty()) return ready;
            changed_.wait(lock);
        }
    }

    Api& api_;
    const IngestOptions& options_;
    Rules rules_;
    std::string project_id_;
    Tree tree_;
    Plan plan_;
    IngestCache cache_;
    SiteProducts site_;
    IngestOutcome outcome_;
    Progress* progress_ = nullptr;
    Uploader* uploader_ = nullptr;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Error> failure_;
    std::vector<std::string> hashes_;               ///< by Tree::files
    std::vector<std::optional<StoredFile>> stored_; ///< by Tree::files
    std::vector<char> queued_;                      ///< by Tree::files: given to the uploader
    std::vector<std::size_t> files_left_;           ///< by Plan::versions: not stored yet
    std::vector<FoundReference> references_;
    std::vector<std::string> manifests_; ///< by Plan::versions
    std::vector<bool> differs_;          ///< by Plan::versions
};

} // namespace

Result<IngestOutcome> ingest(Api& api, const IngestOptions& options) {
    Ingest run{api, options};
    return run.run();
}

} // namespace bifrost::client
