#include "services/publish/preview_work.hpp"

#include <algorithm>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "queue/queue.hpp"
#include "services/publish/frame_pattern.hpp"
#include "services/publish/preview_work.sql.hpp"

namespace bifrost::publish {
namespace {

constexpr std::int64_t kLowPriority = -10;

/// The order in which files stand for a version: what was published to be looked at comes first.
int rank_of(std::string_view role, bool is_primary) {
    if (role == "thumbnail") return 0;
    if (role == "preview") return 1;
    if (role == "proxy") return 2;
    if (role == "main") return is_primary ? 3 : 4;
    return role == "texture" ? 5 : 6;
}

struct Frame {
    FramedPath path;
    std::string hash;
    std::string key;
    Id file_id;
};
struct Frames {
    std::vector<Frame> list;
    int rank = 0;
};

/// The number before the extension of "beauty.1001.exr", and what stands around it; nothing for other names.
struct NumberedName {
    std::int64_t frame = 0;
    std::string around;
};
std::optional<NumberedName> read_number(std::string_view path) {
    constexpr std::size_t kMostDigits = 9;
    const std::size_t extension = path.rfind('.');
    if (extension == std::string_view::npos || extension == 0) return std::nullopt;
    const std::size_t before = path.find_last_not_of("0123456789", extension - 1);
    if (before == std::string_view::npos || path[before] != '.') return std::nullopt;
    const std::string_view digits = path.substr(before + 1, extension - before - 1);
    if (digits.empty() || digits.size() > kMostDigits) return std::nullopt;
    NumberedName found;
    for (const char c : digits) found.frame = found.frame * 10 + (c - '0');
    found.around = std::string(path.substr(0, before + 1)) + "#" + std::string(path.substr(extension));
    return found;
}

bool is_picture_name(std::string_view path) {
    const std::string extension = fold_case(path.substr(std::min(path.rfind('.'), path.size() - 1) + 1));
    for (const std::string_view known : {"exr", "dpx", "png", "jpg", "jpeg", "tif", "tiff", "hdr", "webp"})
        if (extension == known) return true;
    return false;
}

PreviewItem sequence_of(Frames frames) {
    std::sort(frames.list.begin(), frames.list.end(),
              [](const Frame& a, const Frame& b) { return a.path.frame < b.path.frame; });
    PreviewItem item;
    item.is_sequence = true;
    item.first_frame = frames.list.front().path.frame;
    item.rank = frames.rank;
    Sha256 sum;
    const std::string_view title = "sequence\n";
    sum.update(title.data(), title.size());
    std::vector<FramedPath> paths;
    std::vector<std::int64_t> numbers;
    for (const auto& frame : frames.list) {
        const std::string line = std::to_string(frame.path.frame) + " " + frame.hash + "\n";
        sum.update(line.data(), line.size());
        item.keys.push_back(frame.key);
        item.file_ids.push_back(frame.file_id);
        paths.push_back(frame.path);
        numbers.push_back(frame.path.frame);
    }
    item.hash = sum.finish_hex();
    item.pattern = find_pattern(paths);
    item.frames = frames_text(numbers);
    return item;
}

Result<std::map<std::string, KnownPreview>> find_known(database::Tx& tx,
                                                       const std::vector<PreviewItem>& items) {
    std::vector<std::string> hashes;
    for (const auto& item : items) hashes.push_back(item.hash);
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_known_previews, json::to_json(hashes)));
    std::map<std::string, KnownPreview> known;
    for (const auto row : rows) {
        auto one = row.as<KnownPreview>();
        known.emplace(one.hash, one);
    }
    return known;
}

Result<> store_sequence(database::Tx& tx, const Id& version_id, const PreviewItem& item) {
    BIFROST_CHECK(tx.execute(sql::insert_sequence, version_id, item.hash, item.file_ids.front(), item.pattern,
                             item.frames));
    BIFROST_CHECK(tx.execute(sql::set_sequence, version_id, item.hash, json::to_json(item.file_ids)));
    return {};
}

Result<std::vector<std::string>> output_keys(database::Tx& tx, const std::string& hash) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_output_keys, hash));
    std::vector<std::string> keys;
    for (const auto row : rows) keys.emplace_back(row.text(0));
    return keys;
}

std::string picture_of(const std::string& hash, std::int64_t recipe) {
    return hash + "/" + std::to_string(recipe);
}

} // namespace

Result<PreviewPlan> plan_previews(database::Tx& tx, const Id& version_id) {
    BIFROST_ASSIGN(const auto version, tx.query(sql::find_preview_version, version_id));
    if (version.empty() || version[0].text(0) != "published")
        return Error{Errc::not_found, "There is no such version."};
    PreviewPlan plan;
    plan.rate = version[0].text(1);
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_preview_files, version_id));
    std::map<std::string, Frames> sequences;
    std::map<std::string, std::size_t> places;
    const auto add = [&](const std::string& hash, const std::string& key, int rank) {
        const auto [place, is_new] = places.emplace(hash, plan.items.size());
        if (is_new) plan.items.push_back({hash, {key}, false, 0, {}, {}, {}, rank});
        auto& known = plan.items[place->second].rank;
        known = std::min(known, rank);
    };
    for (const auto row : rows) {
        const std::string hash(row.text(4));
        const std::string key(row.text(7));
        const int rank = rank_of(row.text(2), row.boolean(6));
        // Textures that carry numbers are tiles of one surface, not frames.
        const auto number = row.text(2) == "main" && is_picture_name(row.text(1))
                                ? read_number(row.text(1))
                                : std::optional<NumberedName>{};
        if (!number) {
            add(hash, key, rank);
            continue;
        }
        auto& frames = sequences[row.id(5).text() + number->around];
        frames.list.push_back({{std::string(row.text(1)), number->frame}, hash, key, row.id(0)});
        frames.rank = rank;
    }
    for (auto& [name, frames] : sequences) {
        if (frames.list.size() > 1)
            plan.items.push_back(sequence_of(std::move(frames)));
        else
            add(frames.list.front().hash, frames.list.front().key, frames.rank);
    }
    std::stable_sort(plan.items.begin(), plan.items.end(),
                     [](const PreviewItem& a, const PreviewItem& b) { return a.rank < b.rank; });
    BIFROST_ASSIGN(plan.known, find_known(tx, plan.items));
    return plan;
}

Result<std::vector<std::string>> store_preview(database::Tx& tx, const NewPreview& preview) {
    // The row of the bytes is taken first, so that of two jobs that make the same previews at once the second
    // finds, and drops, what the first one stored.
    BIFROST_ASSIGN(const auto before, tx.query(sql::lock_preview, preview.hash));
    BIFROST_CHECK(tx.execute(sql::upsert_preview, preview.hash, preview.recipe, preview.state, preview.kind,
                             preview.error, preview.manifest, Timestamp::now()));
    BIFROST_ASSIGN(auto dropped, output_keys(tx, preview.hash));
    BIFROST_CHECK(tx.execute(sql::delete_outputs, preview.hash));
    for (const auto& output : preview.outputs)
        BIFROST_CHECK(tx.execute(sql::insert_output, preview.hash, output.name, output.width, output.height,
                                 output.media_type, output.size, output.key));
    if (!before.empty() && before[0].integer(0) != preview.recipe) {
        const std::string old_picture = picture_of(preview.hash, before[0].integer(0));
        std::optional<std::string> picture;
        if (preview.state == "ready") picture = picture_of(preview.hash, preview.recipe);
        BIFROST_CHECK(tx.execute(sql::move_version_pictures, old_picture, picture));
        BIFROST_CHECK(tx.execute(sql::move_asset_pictures, old_picture, picture));
    }
    return dropped;
}

Result<> settle_pictures(database::Tx& tx, const Id& version_id, const PreviewPlan& plan) {
    BIFROST_ASSIGN(const auto known, find_known(tx, plan.items));
    std::optional<std::string> picture;
    std::optional<std::string> error;
    BIFROST_CHECK(tx.execute(sql::delete_sequences, version_id));
    for (const auto& item : plan.items) {
        if (item.is_sequence) BIFROST_CHECK(store_sequence(tx, version_id, item));
        const auto found = known.find(item.hash);
        if (found == known.end()) continue;
        if (found->second.state == "ready" && !picture) picture = picture_of(item.hash, found->second.recipe);
        if (found->second.state == "failed" && !error) error = found->second.error;
    }
    if (picture) error.reset();
    const std::string state = picture ? "ready" : error ? "failed" : "none";
    BIFROST_CHECK(tx.execute(sql::set_version_picture, version_id, picture, state, error));
    BIFROST_CHECK(tx.execute(sql::set_asset_picture, version_id));
    return {};
}

Result<> fail_pictures(database::Tx& tx, const Id& version_id, const std::string& why) {
    BIFROST_CHECK(tx.execute(sql::set_version_picture, version_id, std::optional<std::string>{},
                             std::string("failed"), std::optional(why)));
    return {};
}

Result<> enqueue_previews(database::Tx& tx, const Id& version_id, const Id& project_id, bool remake) {
    queue::JobSpec job;
    job.kind = "preview";
    job.payload.text.clear();
    json::ObjectWriter(job.payload.text).member("version_id", version_id).member("remake", remake);
    job.project_id = project_id;
    job.priority = kLowPriority;
    job.unique_key = (remake ? "remake:" : "preview:") + version_id.text();
    BIFROST_CHECK(queue::enqueue(tx, job));
    return {};
}

Result<std::int64_t> enqueue_all_previews(database::Database& database, bool remake) {
    Id after = *Id::parse("00000000-0000-0000-0000-000000000000");
    std::int64_t queued = 0;
    while (true) {
        struct Page {
            std::int64_t count = 0;
            Id last;
        };
        BIFROST_ASSIGN(const Page page, database.write([&](database::Tx& tx) -> Result<Page> {
            BIFROST_ASSIGN(const auto rows, tx.query(sql::list_published_after, after));
            Page done{0, after};
            for (const auto row : rows) {
                BIFROST_CHECK(enqueue_previews(tx, row.id(0), row.id(1), remake));
                done.last = row.id(0);
                ++done.count;
            }
            return done;
        }));
        if (page.count == 0) break;
        queued += page.count;
        after = page.last;
    }
    queue::notify_workers();
    return queued;
}

Result<std::vector<std::string>> list_unused_previews(database::Tx& tx, Timestamp before) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_unused_previews, before));
    std::vector<std::string> hashes;
    for (const auto row : rows) hashes.emplace_back(row.text(0));
    return hashes;
}

Result<std::vector<std::string>> remove_unused_preview(database::Tx& tx, const std::string& hash) {
    BIFROST_ASSIGN(auto keys, output_keys(tx, hash));
    BIFROST_ASSIGN(const auto removed, tx.execute(sql::delete_unused_preview, hash));
    if (removed == 0) keys.clear();
    return keys;
}

} // namespace bifrost::publish
