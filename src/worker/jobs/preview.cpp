#include "worker/jobs/preview.hpp"

#include <algorithm>
#include <fstream>

#include "core/json_reader.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "services/publish/preview_work.hpp"
#include "storage/put_object.hpp"

namespace bifrost::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kItemsATime = 64;
constexpr std::int64_t kUnusedSeconds = 24 * 3600;

Error stopped_error() { return {Errc::unavailable, "The job was asked to stop."}; }

/// A folder that is gone when this is.
class WorkFolder {
  public:
    static Result<std::unique_ptr<WorkFolder>> create(const fs::path& below) {
        std::error_code failed;
        const fs::path root = below.empty() ? fs::temp_directory_path(failed) : fs::absolute(below, failed);
        const fs::path path = root / ("bifrost-preview-" + Id::make().text());
        if (!failed) fs::create_directories(path, failed);
        if (!failed) fs::permissions(path, fs::perms::owner_all, failed);
        if (failed)
            return Error{Errc::unavailable, "No folder for previews can be made: " + failed.message()};
        return std::make_unique<WorkFolder>(path);
    }
    explicit WorkFolder(fs::path path) : path_(std::move(path)) {}
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;
    ~WorkFolder() {
        std::error_code failed;
        fs::remove_all(path_, failed);
        if (failed) log::warning("a folder of previews stays behind", {{"detail", failed.message()}});
    }
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

struct Run {
    JobContext& context;
    storage::ObjectStore& store;
    const PreviewOptions& options;
    Id version_id;
    bool remake = false;
    publish::PreviewPlan plan{};
    std::int64_t ready = 0;
    std::int64_t failed = 0;
    std::int64_t none = 0;
    std::int64_t reused = 0;
};

/// Brings an object that lies on no disk of this machine.
Result<> download(storage::ObjectStore& store, const std::string& key, const fs::path& to) {
    BIFROST_ASSIGN(const auto reader, store.open(key, 0));
    std::ofstream file(to, std::ios::binary);
    std::vector<char> buffer(1024 * 1024);
    while (true) {
        BIFROST_ASSIGN(const std::size_t got, reader->read(buffer.data(), buffer.size()));
        if (got == 0) break;
        file.write(buffer.data(), static_cast<std::streamsize>(got));
    }
    if (!file.flush()) return Error{Errc::out_of_space, "The folder for previews is full."};
    return {};
}

Result<media::PreviewSource> bring(Run& run, const publish::PreviewItem& item, const fs::path& folder) {
    media::PreviewSource source;
    source.is_sequence = item.is_sequence && item.keys.size() > 1;
    source.first_frame = item.first_frame;
    source.rate = run.plan.rate;
    for (const auto& key : item.keys) {
        if (run.context.stopped()) return stopped_error();
        BIFROST_ASSIGN(auto path, run.store.find_path(key));
        if (!path) {
            path = (folder / std::to_string(source.files.size())).string();
            BIFROST_CHECK(download(run.store, key, *path));
        }
        source.files.emplace_back(std::move(*path));
    }
    return source;
}

Result<publish::PreviewOutput> store_output(Run& run, const std::string& prefix,
                                            const media::MadeOutput& made) {
    publish::PreviewOutput output{made.name,   made.width,
                                  made.height, made.media_type,
                                  0,           prefix + made.name + "-" + std::to_string(made.width)};
    std::error_code failed;
    output.size = static_cast<std::int64_t>(fs::file_size(made.file, failed));
    std::ifstream file(made.file, std::ios::binary);
    if (failed || !file) return Error{Errc::unavailable, "A preview that was made can't be read."};
    const auto read = [&](void* data, std::size_t size) -> Result<std::size_t> {
        file.read(static_cast<char*>(data), static_cast<std::streamsize>(size));
        return static_cast<std::size_t>(file.gcount());
    };
    BIFROST_CHECK(storage::put_object(run.store, output.key, output.size, read));
    return output;
}

/// A preview with the item that it is of.
struct Made {
    const publish::PreviewItem* item = nullptr;
    media::MadePreview preview;
};

/// Bytes first, durably, then the rows; what these replace is removed last.
Result<> store(Run& run, const std::vector<Made>& all) {
    std::vector<publish::NewPreview> rows;
    std::vector<std::string> keys;
    for (const auto& made : all) {
        const auto& hash = made.item->hash;
        publish::NewPreview row{
            hash, media::kRecipe, made.preview.state, made.preview.kind, {}, made.preview.manifest, {}};
        if (!made.preview.error.empty()) row.error = made.preview.error;
        const std::string prefix =
            "previews/" + hash.substr(0, 2) + "/" + hash.substr(0, 32) + "/" + Id::make().text() + "/";
        for (const auto& output : made.preview.outputs) {
            BIFROST_ASSIGN(row.outputs.emplace_back(), store_output(run, prefix, output));
            keys.push_back(row.outputs.back().key);
        }
        rows.push_back(std::move(row));
        run.ready += made.preview.state == "ready" ? 1 : 0;
        run.failed += made.preview.state == "failed" ? 1 : 0;
        run.none += made.preview.state == "none" ? 1 : 0;
    }
    if (!keys.empty()) BIFROST_CHECK(run.store.sync(keys));
    BIFROST_ASSIGN(const auto dropped,
                   run.context.database().write([&](database::Tx& tx) -> Result<std::vector<std::string>> {
                       std::vector<std::string> replaced;
                       for (const auto& row : rows) {
                           BIFROST_ASSIGN(const auto old, publish::store_preview(tx, row));
                           replaced.insert(replaced.end(), old.begin(), old.end());
                       }
                       return replaced;
                   }));
    for (const auto& key : dropped) BIFROST_CHECK(run.store.remove(key));
    return {};
}

Result<> make_some(Run& run, const std::vector<const publish::PreviewItem*>& items, double done, double all) {
    BIFROST_ASSIGN(const auto folder, WorkFolder::create(run.options.temporary));
    media::PreviewMaker maker(folder->path(), run.options.limits, [&] { return run.context.stopped(); });
    std::vector<Made> made;
    std::vector<media::MadePreview*> shown;
    made.reserve(items.size());
    for (const auto* item : items) {
        if (run.context.stopped()) return stopped_error();
        const fs::path input = folder->path() / ("input-" + std::to_string(made.size()));
        std::error_code failed;
        fs::create_directories(input, failed);
        BIFROST_ASSIGN(const auto source, bring(run, *item, input));
        BIFROST_ASSIGN(auto preview, maker.make(source));
        made.push_back({item, std::move(preview)});
        shown.push_back(&made.back().preview);
        run.context.progress((done + static_cast<double>(made.size())) / all);
    }
    BIFROST_CHECK(maker.add_small_thumbnails(shown));
    return store(run, made);
}

bool is_made(const Run& run, const publish::PreviewItem& item) {
    const auto known = run.plan.known.find(item.hash);
    return !run.remake && known != run.plan.known.end() && known->second.recipe == media::kRecipe;
}

Result<json::Raw> make_previews(Run& run) {
    BIFROST_ASSIGN(run.plan, run.context.database().read([&](database::Tx& tx) {
        return publish::plan_previews(tx, run.version_id);
    }));
    std::vector<const publish::PreviewItem*> wanted;
    for (const auto& item : run.plan.items) {
        if (!is_made(run, item))
            wanted.push_back(&item);
        else
            ++run.reused;
    }
    const auto all = static_cast<double>(std::max<std::size_t>(wanted.size(), 1));
    for (std::size_t from = 0; from < wanted.size(); from += kItemsATime) {
        const auto first = wanted.begin() + static_cast<std::ptrdiff_t>(from);
        const auto last =
            wanted.begin() + static_cast<std::ptrdiff_t>(std::min(wanted.size(), from + kItemsATime));
        BIFROST_CHECK(make_some(run, {first, last}, static_cast<double>(from), all));
    }
    json::Raw result{""};
    json::ObjectWriter(result.text)
        .member("ready", run.ready)
        .member("failed", run.failed)
        .member("none", run.none)
        .member("reused", run.reused);
    BIFROST_CHECK(run.context.finish_with([&](database::Tx& tx) -> Result<json::Raw> {
        BIFROST_CHECK(publish::settle_pictures(tx, run.version_id, run.plan));
        return result;
    }));
    return result;
}

Result<json::Raw> run_preview(JobContext& context, storage::ObjectStore& store,
                              const PreviewOptions& options) {
    BIFROST_ASSIGN(const auto payload, json::parse(context.job().payload.text));
    json::Reader reader(payload);
    Run run{context, store, options, reader.id("version_id"),
            reader.optional_boolean("remake").value_or(false)};
    BIFROST_CHECK(reader.finish());
    auto made = make_previews(run);
    if (made) return made;
    // A version that was purged meanwhile needs none.
    if (made.error().code == Errc::not_found) return json::Raw{"{\"gone\":true}"};
    if (!context.stopped() && context.job().attempts >= context.job().max_attempts)
        BIFROST_CHECK(context.database().write([&](database::Tx& tx) {
            return publish::fail_pictures(tx, run.version_id, made.error().detail);
        }));
    return made.error();
}

Result<json::Raw> collect_previews(JobContext& context, storage::ObjectStore& store) {
    const Timestamp before = Timestamp::now().plus_seconds(-kUnusedSeconds);
    std::int64_t removed = 0;
    while (!context.stopped()) {
        BIFROST_ASSIGN(const auto hashes, context.database().read([&](database::Tx& tx) {
            return publish::list_unused_previews(tx, before);
        }));
        std::int64_t gone = 0;
        for (const auto& hash : hashes) {
            BIFROST_ASSIGN(const auto keys, context.database().write([&](database::Tx& tx) {
                return publish::remove_unused_preview(tx, hash);
            }));
            for (const auto& key : keys) BIFROST_CHECK(store.remove(key));
            gone += keys.empty() ? 0 : 1;
        }
        removed += gone;
        if (gone == 0) break;
    }
    json::Raw result{""};
    json::ObjectWriter(result.text).member("previews", removed);
    return result;
}

} // namespace

JobKind preview_job(storage::ObjectStore& store, const PreviewOptions& options) {
    JobKind kind;
    kind.name = "preview";
    kind.run = [&store, options](JobContext& context) { return run_preview(context, store, options); };
    kind.most_at_once = options.most_at_once;
    return kind;
}

JobKind preview_collect_job(storage::ObjectStore& store) {
    JobKind kind;
    kind.name = "preview_collect";
    kind.run = [&store](JobContext& context) { return collect_previews(context, store); };
    kind.most_at_once = 1;
    kind.every = std::chrono::hours(1);
    return kind;
}

} // namespace bifrost::worker
