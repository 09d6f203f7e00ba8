#include "client/ingest/version_writer.hpp"

#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

// A transaction of the server: long enough to amortise its commit, short enough to leave others room. A
// version takes at most four operations, and a batch at most a thousand of them.
constexpr std::size_t kMostVersions = 100;
constexpr std::size_t kMostFiles = 3000;
constexpr std::size_t kFilesOfOneBody = 1000;

std::string reference(char kind, std::size_t number) { return kind + std::to_string(number); }

} // namespace

VersionWriter::VersionWriter(Api& api, std::string project, const Plan& plan, SiteProducts& site,
                             std::string comment)
    : api_(api), project_(std::move(project)), plan_(plan), site_(site), comment_(std::move(comment)) {}

Result<> VersionWriter::add(std::size_t version, VersionContent content) {
    const std::size_t files = plan_.versions[version].files.size();
    if (files > kFilesOfOneBody) {
        BIFROST_CHECK(flush()); // its needs may wait there
        return write_large({version, std::move(content)});
    }
    if (pending_.size() >= kMostVersions || (pending_files_ > 0 && pending_files_ + files > kMostFiles))
        BIFROST_CHECK(flush());
    place_[version] = pending_.size();
    pending_files_ += files;
    pending_.push_back({version, std::move(content)});
    return {};
}

Result<> VersionWriter::flush() {
    if (pending_.empty()) return {};
    BIFROST_CHECK(write_small());
    pending_.clear();
    place_.clear();
    pending_files_ = 0;
    return {};
}

boost::json::array VersionWriter::file_list(const Pending& pending, std::size_t first,
                                            std::size_t count) const {
    const auto& planned = plan_.versions[pending.version].files;
    boost::json::array files;
    for (std::size_t i = first; i < std::min(first + count, planned.size()); ++i) {
        boost::json::object file{{"path", planned[i].path}, {"upload_id", pending.content.upload_ids[i]}};
        if (!planned[i].role.empty()) file["role"] = planned[i].role;
        if (!planned[i].representation.empty()) file["representation"] = planned[i].representation;
        files.push_back(std::move(file));
    }
    return files;
}

boost::json::object VersionWriter::version_body(const Pending& pending, std::size_t first_file,
                                                std::size_t file_count) {
    const PlannedVersion& planned = plan_.versions[pending.version];
    boost::json::array dependencies;
    for (const auto& [needed, kind] : planned.needs) {
        const auto place = place_.find(needed);
        const std::string id = place != place_.end()
                                   ? "$" + reference('v', place->second)
                                   : site_.products[plan_.versions[needed].key()].latest_version_id;
        dependencies.push_back({{"version_id", id}, {"kind", kind}});
    }
    boost::json::array representations;
    for (const auto& one : planned.representations) {
        boost::json::object representation{{"name", one.name}, {"format", one.format}};
        if (one.primary) representation["primary"] = true;
        representations.push_back(std::move(representation));
    }
    boost::json::object body{{"comment", comment_},
                             {"source", {{"ingest", pending.content.manifest}, {"folder", planned.folder}}},
                             {"files", file_list(pending, first_file, file_count)},
                             {"dependencies", std::move(dependencies)}};
    if (!representations.empty()) body["representations"] = std::move(representations);
    return body;
}

/// Operations that make the asset and the product where they are missing; `made` gets a key for each
/// operation, so that the ids can be told apart in the answer.
void VersionWriter::add_owner_operations(const PlannedVersion& version, boost::json::array& operations,
                                         std::vector<std::string>& made) {
    auto& asset = site_.assets[version.asset];
    if (asset.empty()) {
        asset = "$" + reference('a', operations.size());
        boost::json::object body{
            {"code", version.asset}, {"name", version.asset_name}, {"type", version.asset_type}};
        if (!version.asset_description.empty()) body["description"] = version.asset_description;
        if (!version.asset_tags.empty())
            body["tags"] = boost::json::array(version.asset_tags.begin(), version.asset_tags.end());
        operations.push_back({{"op", "create"},
                              {"path", "/projects/" + project_ + "/assets"},
                              {"ref", asset.substr(1)},
                              {"body", std::move(body)}});
        made.push_back("asset " + version.asset);
    }
    auto& product = site_.products[version.key()];
    if (product.id.empty()) {
        product.id = "$" + reference('p', operations.size());
        boost::json::object body{{"code", version.product}};
        if (!version.product_kind.empty()) body["kind"] = version.product_kind;
        operations.push_back({{"op", "create"},
                              {"path", "/assets/" + asset + "/products"},
                              {"ref", product.id.substr(1)},
                              {"body", std::move(body)}});
        made.push_back("product " + version.key());
    }
}

void VersionWriter::note_made(const boost::json::value& answer, const std::vector<std::string>& made) {
    const auto& results = array_of(answer, "results");
    for (std::size_t i = 0; i < made.size() && i < results.size(); ++i) {
        const std::string id = text_or(results[i], "id", "");
        if (made[i].starts_with("asset "))
            site_.assets[made[i].substr(6)] = id, ++assets_made_;
        else if (made[i].starts_with("product "))
            site_.products[made[i].substr(8)].id = id;
        else if (made[i].starts_with("version ")) {
            const auto version = static_cast<std::size_t>(std::stoul(made[i].substr(8)));
            site_.products[plan_.versions[version].key()].latest_version_id = id;
            dependencies_made_ += static_cast<std::int64_t>(plan_.versions[version].needs.size());
            ++versions_made_;
            if (on_published) on_published(version, id);
        }
    }
}

Result<> VersionWriter::write_small() {
    boost::json::array operations;
    std::vector<std::string> made;
    for (std::size_t i = 0; i < pending_.size(); ++i) {
        const PlannedVersion& version = plan_.versions[pending_[i].version];
        add_owner_operations(version, operations, made);
        const std::string name = reference('v', i);
        operations.push_back({{"op", "create"},
                              {"path", "/products/" + site_.products[version.key()].id + "/versions"},
                              {"ref", name},
                              {"body", version_body(pending_[i], 0, kFilesOfOneBody)}});
        made.emplace_back();
        operations.push_back(
            {{"op", "publish"}, {"path", "/versions/$" + name}, {"body", boost::json::object{}}});
        made.push_back("version " + std::to_string(pending_[i].version));
    }
    const boost::json::object body{{"operations", std::move(operations)}};
    BIFROST_ASSIGN(const Answer answer, api_.post("/batch", body));
    if (array_of(answer.body, "results").size() != made.size())
        return Error{Errc::internal,
                     "The server answered another number of results than there were operations."};
    note_made(answer.body, made);
    return {};
}

/// More files than one body holds: a draft that grows page by page, invisible until it is published.
Result<> VersionWriter::write_large(const Pending& pending) {
    const PlannedVersion& version = plan_.versions[pending.version];
    boost::json::array operations;
    std::vector<std::string> made;
    add_owner_operations(version, operations, made);
    if (!operations.empty()) {
        const boost::json::object body{{"operations", std::move(operations)}};
        BIFROST_ASSIGN(const Answer owners, api_.post("/batch", body));
        note_made(owners.body, made);
    }
    const std::string product = site_.products[version.key()].id;
    BIFROST_ASSIGN(const Answer draft, api_.post("/products/" + product + "/versions",
                                                 version_body(pending, 0, kFilesOfOneBody)));
    BIFROST_ASSIGN(const std::string id, get_text(draft.body, "id"));
    for (std::size_t first = kFilesOfOneBody; first < version.files.size(); first += kFilesOfOneBody) {
        const boost::json::object page{{"files", file_list(pending, first, kFilesOfOneBody)}};
        BIFROST_CHECK(api_.post("/versions/" + id + "/files", page));
    }
    BIFROST_CHECK(api_.post("/versions/" + id + "/publish", boost::json::object{}));
    const boost::json::object results{{"results", boost::json::array{{{"id", id}}}}};
    note_made(results, {"version " + std::to_string(pending.version)});
    return {};
}

} // namespace bifrost::client
