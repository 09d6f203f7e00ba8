#include "services/publish/compare.hpp"

#include <map>

#include "services/publish/compare.sql.hpp"
#include "services/publish/version.hpp"
#include "services/publish/version.sql.hpp"
#include "services/publish/version_row.hpp"

namespace bifrost::publish {
namespace {

using access::Actor;

Result<Version> get_seen(database::Tx& tx, const Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_version, id));
    if (!rows.empty()) {
        Version version = read_version(rows[0]);
        if (sees_version(actor, version)) return version;
    }
    return Error{Errc::not_found, "There is no such version."};
}

Result<std::vector<File>> list_only_in(database::Tx& tx, const Id& without, const Id& version) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_only_in, without, version));
    std::vector<File> files;
    for (const auto row : rows) files.push_back(row.as<File>());
    return files;
}

/// Every dependency, page by page.
Result<std::vector<Dependency>> list_all(database::Tx& tx, const Actor& actor, const Id& version_id) {
    std::vector<Dependency> all;
    query::ListRequest request;
    request.limit = 1'000;
    do {
        BIFROST_ASSIGN(auto page, list_dependencies(tx, actor, version_id, request));
        all.insert(all.end(), std::make_move_iterator(page.data.begin()),
                   std::make_move_iterator(page.data.end()));
        request.cursor = page.next_cursor.value_or("");
    } while (!request.cursor.empty());
    return all;
}

/// What makes two dependencies the same: target and kind, whether they float, and how.
std::string identity(const Dependency& one) {
    return one.kind + " " + one.target_version_id.value_or(one.target_product_id).text() + " " +
           one.policy.value_or("") + (one.optional ? " optional" : "");
}

Result<DependencyComparison> compare_dependencies(database::Tx& tx, const Actor& actor, const Id& from,
                                                  const Id& to) {
    BIFROST_ASSIGN(auto before, list_all(tx, actor, from));
    BIFROST_ASSIGN(auto after, list_all(tx, actor, to));
    std::multimap<std::string, Dependency> left;
    for (auto& one : before) {
        std::string key = identity(one);
        left.emplace(std::move(key), std::move(one));
    }
    DependencyComparison comparison;
    for (auto& one : after) {
        const auto same = left.find(identity(one));
        if (same == left.end()) {
            comparison.added.push_back(std::move(one));
            continue;
        }
        left.erase(same);
        ++comparison.unchanged;
    }
    for (auto& [key, one] : left) comparison.removed.push_back(std::move(one));
    return comparison;
}

} // namespace

Result<Comparison> compare_versions(database::Tx& tx, const Actor& actor, const Id& from, const Id& to) {
    BIFROST_ASSIGN(const auto before, get_seen(tx, actor, from));
    BIFROST_ASSIGN(const auto after, get_seen(tx, actor, to));
    Comparison comparison;
    comparison.from = from;
    comparison.to = to;
    comparison.size_change = after.total_size - before.total_size;
    BIFROST_ASSIGN(comparison.files.added, list_only_in(tx, from, to));
    BIFROST_ASSIGN(comparison.files.removed, list_only_in(tx, to, from));
    BIFROST_ASSIGN(const auto changed, tx.query(sql::list_changed, from, to));
    constexpr std::size_t kFileColumns = 12;
    for (const auto row : changed) {
        ChangedFile one{{}, row.as<File>(), row.as<File>(kFileColumns)};
        one.path = one.from.path;
        comparison.files.changed.push_back(std::move(one));
    }
    BIFROST_ASSIGN(const auto unchanged, tx.query(sql::count_unchanged, from, to));
    comparison.files.unchanged = unchanged[0].integer(0);
    BIFROST_ASSIGN(comparison.dependencies, compare_dependencies(tx, actor, from, to));
    return comparison;
}

} // namespace bifrost::publish
