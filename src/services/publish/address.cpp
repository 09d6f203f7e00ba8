#include "services/publish/address.hpp"

#include <algorithm>
#include <charconv>

#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "services/publish/address.sql.hpp"
#include "services/publish/version.hpp"

namespace bifrost::publish {
namespace {

using access::Actor;

constexpr std::size_t kMostSegments = 8;

/// An address in its parts; nothing is looked up yet.
struct Parts {
    std::optional<std::string> project; ///< as typed: an id or a code
    std::optional<Id> start;            ///< an id in place of the first code
    std::vector<std::string> codes;     ///< folded
    std::optional<std::string> version;
};

Error malformed(std::string detail) { return invalid_field("/address", std::move(detail)); }

Result<Parts> split(std::string_view address) {
    Parts parts;
    if (const std::size_t at = address.find('@'); at != std::string_view::npos) {
        parts.version = std::string(address.substr(at + 1));
        address = address.substr(0, at);
        if (parts.version->empty()) return malformed("has no version behind '@'");
    }
    bool has_project = false;
    if (const std::size_t colon = address.find(':'); colon != std::string_view::npos) {
        has_project = true;
        parts.project = std::string(address.substr(0, colon));
        address = address.substr(colon + 1);
        if (parts.project->empty()) return malformed("has no project before ':'");
        if (address.empty()) return parts;
    }
    for (std::size_t from = 0; from <= address.size();) {
        const std::size_t slash = std::min(address.find('/', from), address.size());
        const std::string_view typed = address.substr(from, slash - from);
        from = slash + 1;
        if (const auto id = Id::parse(typed); id && parts.codes.empty() && !parts.start && !has_project) {
            parts.start = id;
            continue;
        }
        auto code = fold_code(typed);
        if (!code) return malformed("has the part '" + std::string(typed) + "', which is no code");
        parts.codes.push_back(std::move(*code));
        if (parts.codes.size() > kMostSegments) return malformed("has too many parts");
    }
    return parts;
}

struct Place {
    Id id;
    std::string kind;
    Id project_id;
};
BOOST_DESCRIBE_STRUCT(Place, (), (id, kind, project_id))

Result<Place> find_project(database::Tx& tx, const Actor& actor, std::string_view id_or_code) {
    std::optional<Id> id = Id::parse(id_or_code);
    if (!id) {
        BIFROST_ASSIGN(const auto rows,
                       tx.query(sql::find_project_of_code, fold_code(id_or_code).value_or("")));
        if (!rows.empty()) id = rows[0].id(0);
    }
    if (id) {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::find_kind, *id));
        if (!rows.empty() && rows[0].text(1) == "project" && actor.may_see(*id)) return rows[0].as<Place>();
    }
    return Error{Errc::not_found, "There is no project '" + std::string(id_or_code) + "'."};
}

Result<Place> find_start(database::Tx& tx, const Actor& actor, Parts& parts, std::string_view context) {
    if (parts.start) {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::find_kind, *parts.start));
        if (rows.empty() || !actor.may_see(rows[0].id(2)))
            return Error{Errc::not_found, "There is nothing with the id " + parts.start->text() + "."};
        return rows[0].as<Place>();
    }
    if (parts.project) return find_project(tx, actor, *parts.project);
    if (!context.empty()) return find_project(tx, actor, context);
    // Without a project around it, one code alone can only be a project's.
    if (parts.codes.size() == 1) {
        const std::string project = std::move(parts.codes.front());
        parts.codes.clear();
        return find_project(tx, actor, project);
    }
    return malformed("has no project; write it as project:code");
}

Result<Place> walk(database::Tx& tx, const Place& start, const std::vector<std::string>& codes) {
    if (codes.empty()) return start;
    BIFROST_ASSIGN(const auto rows, tx.query(sql::walk_codes, start.id, json::to_json(codes)));
    if (rows.size() == codes.size() + 1) return rows[codes.size()].as<Place>();
    std::string so_far;
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) so_far += (i ? "/" : "") + codes[i];
    const std::size_t missing = rows.empty() ? 0 : rows.size() - 1;
    return Error{Errc::not_found, "There is no '" + codes[missing] + "'" +
                                      (so_far.empty() ? "" : " in '" + so_far + "'") + "."};
}

std::optional<std::int64_t> parse_number(std::string_view text) {
    if (text.starts_with('v')) text.remove_prefix(1);
    std::int64_t number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || end.ec != std::errc{} || end.ptr != text.data() + text.size() || number < 1)
        return std::nullopt;
    return number;
}

Result<Place> find_version_of(database::Tx& tx, const Actor& actor, const Place& product,
                              const std::string& wanted) {
    if (product.kind != "product")
        return malformed("names the " + product.kind + " before '@'; only products have versions");
    const std::string typed = fold_case(wanted);
    Result<database::Rows> rows = database::Rows{};
    if (typed == "latest")
        rows = tx.query(sql::find_latest_version, product.id);
    else if (typed == "approved" || typed == "latest_approved")
        rows = tx.query(sql::find_approved_version, product.id);
    else if (const auto number = parse_number(typed))
        rows = tx.query(sql::find_numbered_version, product.id, *number, actor.user_id);
    else
        return malformed("has '" + wanted + "' behind '@'; it takes a number, latest or approved");
    if (!rows) return rows.error();
    if (rows->empty()) return Error{Errc::not_found, "The product has no version '" + wanted + "'."};
    return Place{(*rows)[0].id(0), "version", product.project_id};
}

/// One entity with what stands above it, the project first.
struct Ancestry {
    std::string address;
    Location location;
    bool is_draft = false;
    std::optional<Id> author_id;
};

Result<std::unordered_map<Id, Ancestry>> list_ancestries(database::Tx& tx, const std::vector<Id>& ids) {
    std::unordered_map<Id, Ancestry> all;
    if (ids.empty()) return all;
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_ancestry, json::to_json(ids)));
    bool first_code = true;
    for (const auto row : rows) {
        Ancestry& one = all[row.id(0)];
        Location& location = one.location;
        const std::string_view kind = row.text(2);
        location.id = row.id(1);
        location.kind = kind;
        location.project_id = row.id(4);
        if (kind == "project") {
            one.address = std::string(row.text(3)) + ":";
            first_code = true;
        } else if (kind == "version") {
            one.address += "@" + (row.is_null(5) ? "draft" : std::to_string(row.integer(5)));
            one.is_draft = row.text(6) != "published";
            one.author_id = row.id(7);
            location.version_id = row.id(1);
        } else {
            one.address += (first_code ? "" : "/") + std::string(row.text(3));
            first_code = false;
        }
        if (kind == "asset") location.asset_id = row.id(1);
        if (kind == "episode") location.episode_id = row.id(1);
        if (kind == "sequence") location.sequence_id = row.id(1);
        if (kind == "shot") location.shot_id = row.id(1);
        if (kind == "product") location.product_id = row.id(1);
    }
    return all;
}

bool may_see(const Actor& actor, const Ancestry& one) {
    if (!actor.may_see(one.location.project_id)) return false;
    if (!one.is_draft) return true;
    Version version;
    version.project_id = one.location.project_id;
    version.author_id = one.author_id.value_or(Id{});
    return sees_version(actor, version);
}

} // namespace

Result<Location> resolve_address(database::Tx& tx, const Actor& actor, std::string_view address,
                                 std::string_view context_project) {
    BIFROST_ASSIGN(Parts parts, split(address));
    BIFROST_ASSIGN(const Place start, find_start(tx, actor, parts, context_project));
    BIFROST_ASSIGN(Place place, walk(tx, start, parts.codes));
    if (parts.version) {
        BIFROST_ASSIGN(place, find_version_of(tx, actor, place, *parts.version));
    }
    BIFROST_ASSIGN(auto ancestries, list_ancestries(tx, {place.id}));
    const auto found = ancestries.find(place.id);
    if (found == ancestries.end() || !may_see(actor, found->second))
        return Error{Errc::not_found, "There is nothing at '" + std::string(address) + "'."};
    Location location = std::move(found->second.location);
    location.address = std::move(found->second.address);
    return location;
}

Result<std::unordered_map<Id, std::string>> addresses_of(database::Tx& tx, const std::vector<Id>& ids) {
    BIFROST_ASSIGN(auto ancestries, list_ancestries(tx, ids));
    std::unordered_map<Id, std::string> addresses;
    for (auto& [id, one] : ancestries) addresses.emplace(id, std::move(one.address));
    return addresses;
}

Result<std::unordered_map<Id, std::string>> visible_addresses_of(database::Tx& tx, const Actor& actor,
                                                                 const std::vector<Id>& ids) {
    BIFROST_ASSIGN(auto ancestries, list_ancestries(tx, ids));
    std::unordered_map<Id, std::string> addresses;
    for (auto& [id, one] : ancestries)
        if (may_see(actor, one)) addresses.emplace(id, std::move(one.address));
    return addresses;
}

} // namespace bifrost::publish
