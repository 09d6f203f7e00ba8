#include "services/folder/preview.hpp"

#include <algorithm>

#include "core/json_reader.hpp"
#include "services/folder/folder.sql.hpp"
#include "services/folder/folder_template.hpp"
#include "services/project/project.hpp"

namespace bifrost::folder {
namespace {

constexpr std::int64_t kPage = 10'000;
constexpr std::size_t kExamples = 6;

/// Names such as people give, for every token.
std::string made_up_path(const Template& one) {
    Values values;
    values.set(Token::project, "bar");
    values.set(Token::episode, "ep01");
    values.set(Token::sequence, "sq010");
    values.set(Token::shot, "sh0010");
    values.set(Token::asset, "char_hero");
    values.set_label(Token::asset, "Char Hero");
    values.set(Token::asset_type, "character");
    values.set(Token::product, "model");
    values.set_number(Token::version, 3);
    values.set(Token::representation, "usd");
    values.set(Token::task, "rig");
    values.set_number(Token::workfile, 12);
    values.set(Token::extension, "ma");
    const auto path = one.pattern.format(values);
    return path ? one.root + ":" + *path : std::string{};
}

class Comparison {
  public:
    Comparison(const Template& before, const Template& after, std::size_t most)
        : before_(before), after_(after), most_(most) {}

    void add(const Id& entity_id, const std::optional<Id>& version_id, const Values& values) {
        const auto old_path = before_.pattern.format(values);
        const auto new_path = after_.pattern.format(values);
        if (!old_path && !new_path) return;
        if (new_path && out.examples.size() < kExamples)
            out.examples.push_back(after_.root + ":" + *new_path);
        if (old_path && new_path && *old_path == *new_path && before_.root == after_.root) {
            ++out.unchanged;
            return;
        }
        ++out.changed;
        if (!new_path) ++out.failed;
        if (out.changes.size() >= most_) return;
        PathChange change{entity_id, version_id, {}, {}, {}};
        if (old_path) change.from = before_.root + ":" + *old_path;
        if (new_path) change.to = after_.root + ":" + *new_path;
        if (!new_path) change.error = new_path.error().detail;
        out.changes.push_back(std::move(change));
    }

    Preview out;

  private:
    const Template& before_;
    const Template& after_;
    std::size_t most_;
};

Result<> compare_entities(database::Tx& tx, const Id& project_id, const std::string& kind, Comparison& out) {
    std::string after = Id{}.text();
    while (true) {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::list_ids_of_kind, project_id, kind, after, kPage));
        std::vector<Id> ids;
        for (const auto row : rows) ids.push_back(row.id(0));
        if (ids.empty()) return {};
        after = ids.back().text();
        EntityIndex index;
        BIFROST_CHECK(index.load(tx, ids));
        for (const Id& id : ids)
            if (const auto* entity = index.find(id)) out.add(id, std::nullopt, index.values(*entity));
        if (static_cast<std::int64_t>(ids.size()) < kPage) return {};
    }
}

Result<> compare_versions(database::Tx& tx, const Id& project_id, const std::string& kind, Comparison& out) {
    std::string after = Id{}.text();
    while (true) {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::list_version_ids, project_id, after, kind, kPage));
        std::vector<Id> ids;
        for (const auto row : rows) ids.push_back(row.id(0));
        if (ids.empty()) return {};
        after = ids.back().text();
        EntityIndex index;
        BIFROST_CHECK(index.load(tx, ids));
        for (const auto row : rows)
            if (const auto* version = index.find(row.id(0)))
                out.add(row.id(1), row.id(0), index.values(*version));
        if (static_cast<std::int64_t>(ids.size()) < kPage) return {};
    }
}

/// Members of other types than the contract says are no template at all.
void check_types(json::Reader& reader) {
    if (const auto* pattern = reader.member("pattern"); pattern == nullptr)
        reader.add_error("pattern", "is required");
    else if (!pattern->is_string())
        reader.add_error("pattern", "must be text");
    if (const auto* root = reader.member("root"); root != nullptr && !root->is_null() && !root->is_string())
        reader.add_error("root", "must be text");
    const auto* children = reader.member("children");
    if (children == nullptr || children->is_null()) return;
    const bool are_texts =
        children->is_array() && std::all_of(children->get_array().begin(), children->get_array().end(),
                                            [](const auto& child) { return child.is_string(); });
    if (!are_texts) reader.add_error("children", "must be a list of texts");
}

} // namespace

Result<Preview> preview_template(database::Tx& tx, const access::Actor& actor, std::string_view project,
                                 const boost::json::value& body) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    json::Reader reader(body);
    Template working;
    const auto data_type = reader.optional_choice("data_type", data_types());
    const auto kind = reader.optional_choice("entity_kind", entity_kinds());
    if (!data_type && !reader.failed()) reader.add_error("data_type", "is required");
    if (!kind && !reader.failed()) reader.add_error("entity_kind", "is required");
    working.data_type = data_type.value_or("work");
    working.kind = kind.value_or("asset");
    const auto most = reader.optional_integer("limit", 1, 1000).value_or(100);
    // What is wrong with the template is the answer here, what is wrong with the rest of the request an
    // error.
    json::Reader inner(body);
    read_template(inner, working, true);
    check_types(reader);
    BIFROST_CHECK(reader.finish());
    Preview preview;
    if (inner.failed()) {
        preview.valid = false;
        for (const std::string_view known : {"data_type", "entity_kind", "limit"}) (void)inner.member(known);
        const auto read = inner.finish();
        for (const auto& fault : read.error().fields)
            preview.faults.push_back(fault.pointer.substr(1) + " " + fault.detail);
        return preview;
    }
    BIFROST_ASSIGN(TemplateSet set, load_templates(tx, found.id));
    const Template before = *set.find(working.data_type, working.kind);
    set.put(working);
    Comparison comparison(before, working, static_cast<std::size_t>(most));
    BIFROST_CHECK(compare_entities(tx, found.id, working.kind, comparison));
    if (working.pattern.longest().tokens.test(static_cast<std::size_t>(Token::version)) ||
        before.pattern.longest().tokens.test(static_cast<std::size_t>(Token::version)))
        BIFROST_CHECK(compare_versions(tx, found.id, working.kind, comparison));
    preview = std::move(comparison.out);
    if (auto made_up = made_up_path(working); !made_up.empty())
        preview.examples.insert(preview.examples.begin(), std::move(made_up));
    preview.collisions = collisions(set);
    preview.valid = preview.collisions.empty();
    return preview;
}

} // namespace bifrost::folder
