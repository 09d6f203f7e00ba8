#include "services/publish/representation.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "services/publish/file_path.hpp"
#include "services/publish/version.sql.hpp"

namespace bifrost::publish {
namespace {

constexpr std::size_t kMostRepresentations = 100;

/// The ending of a path as a format ("ma", "exr"); "files" when it has none.
std::string format_of(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return "files";
    return fold_code(name.substr(dot + 1)).value_or("files");
}

Representation read_one(json::Reader& reader) {
    Representation one;
    one.id = Id::make();
    one.name = fold_code(reader.code("name")).value_or("");
    one.format = fold_code(reader.code("format")).value_or("");
    one.primary = reader.optional_boolean("primary").value_or(false);
    one.pattern = reader.optional_text("pattern", {1, 1'000});
    if (one.pattern)
        if (const auto fault = path_fault(*one.pattern)) reader.add_error("pattern", *fault);
    one.frames = reader.optional_text("frames", {1, 40});
    if (one.frames && !FrameRange::parse(*one.frames))
        reader.add_error("frames", "must be a range of frames such as 1001-1100x2");
    one.colour_space = reader.optional_text("colour_space", {0, 200});
    return one;
}

} // namespace

std::vector<Representation> read_representations(json::Reader& reader) {
    std::vector<Representation> read;
    const auto* items = reader.array("representations", kMostRepresentations);
    for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
        json::Reader item((*items)[i], reader.pointer("representations") + "/" + std::to_string(i));
        Representation one = read_one(item);
        const auto same = [&](const Representation& other) { return other.name == one.name; };
        if (!one.name.empty() && std::any_of(read.begin(), read.end(), same))
            item.add_error("name", "stands twice in the list");
        if (one.primary &&
            std::any_of(read.begin(), read.end(), [](const auto& other) { return other.primary; }))
            item.add_error("primary", "is true for another one already");
        reader.merge(item);
        read.push_back(std::move(one));
    }
    return read;
}

const Representation* RepresentationSet::find(std::string_view name) const {
    for (const auto* list : {&existing_, &added_})
        for (const auto& one : *list)
            if (one.name == name) return &one;
    return nullptr;
}

bool RepresentationSet::has_primary() const {
    const auto is_primary = [](const Representation& one) { return one.primary; };
    return std::any_of(existing_.begin(), existing_.end(), is_primary) ||
           std::any_of(added_.begin(), added_.end(), is_primary);
}

Result<> RepresentationSet::add(std::vector<Representation> added) {
    const bool had_primary = has_primary();
    for (std::size_t i = 0; i < added.size(); ++i) {
        if (find(added[i].name) != nullptr)
            return Error{Errc::conflict,
                         "The version has a representation '" + added[i].name + "' already; leave it out."};
        if (added[i].primary && had_primary)
            return invalid_field("/representations/" + std::to_string(i) + "/primary",
                                 "is true for another one of the version already");
    }
    added_.insert(added_.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
    return {};
}

const Id& RepresentationSet::id_for(const NewFile& file) {
    if (const auto* found = find(file.representation)) return found->id;
    Representation made;
    made.id = Id::make();
    made.name = file.representation;
    made.format = format_of(file.path);
    added_.push_back(std::move(made));
    return added_.back().id;
}

const std::vector<Representation>& RepresentationSet::added() {
    if (!added_.empty() && !has_primary()) added_.front().primary = true;
    return added_;
}

std::vector<Representation> RepresentationSet::all() const {
    std::vector<Representation> all = existing_;
    all.insert(all.end(), added_.begin(), added_.end());
    std::sort(all.begin(), all.end(), [](const Representation& a, const Representation& b) {
        return a.primary != b.primary ? a.primary : a.name < b.name;
    });
    return all;
}

Result<> insert_representations(database::Tx& tx, const Id& version_id,
                                const std::vector<Representation>& added) {
    for (const auto& one : added)
        BIFROST_CHECK(tx.defer(sql::insert_representation, one.id, version_id, one.name, one.format,
                               one.primary, one.pattern, one.frames, one.colour_space));
    return {};
}

} // namespace bifrost::publish
