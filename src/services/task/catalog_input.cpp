#include "services/task/catalog_input.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <boost/json/parse.hpp>

#include "core/text.hpp"
#include "services/task/catalog.sql.hpp"

namespace bifrost::task {
namespace {

constexpr std::int64_t kMostOrder = 1'000'000;
constexpr std::int64_t kMostMinutes = 10'000'000;
constexpr std::size_t kMostItems = 200;

bool is_colour(std::string_view text) {
    return text.size() == 7 && text[0] == '#' &&
           text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

void read_code_and_name(json::Reader& reader, std::string& code, std::string& name, bool is_new) {
    if (is_new) {
        code = fold_code(reader.code("code")).value_or("");
        name = reader.text("name", {1, 200});
        return;
    }
    reader.refuse_null({"code", "name"});
    if (const auto typed = reader.optional_code("code")) code = fold_code(*typed).value_or("");
    if (const auto text = reader.optional_text("name", {1, 200})) name = *text;
}

void read_colour(json::Reader& reader, std::string& colour) {
    if (const auto text = reader.optional_text("colour", {1, 20})) {
        if (is_colour(*text))
            colour = *text;
        else
            reader.add_error("colour", "must be a colour like #3f7fd0");
    }
    if (colour.empty()) colour = "#7d8590";
}

void read_order(json::Reader& reader, std::int64_t& order) {
    if (const auto value = reader.optional_integer("order", 0, kMostOrder)) order = *value;
}

/// What waits for what, by code, as it would be; the first circle found as "a, b, a".
std::string find_circle(const std::map<std::string, std::vector<std::string>>& waits,
                        const std::string& from) {
    std::vector<std::string> path;
    std::set<std::string> done;
    const auto visit = [&](const auto& self, const std::string& code) -> bool {
        if (const auto at = std::find(path.begin(), path.end(), code); at != path.end()) {
            path.erase(path.begin(), at);
            path.push_back(code);
            return true;
        }
        if (!done.insert(code).second) return false;
        path.push_back(code);
        if (const auto found = waits.find(code); found != waits.end())
            for (const auto& next : found->second)
                if (self(self, next)) return true;
        path.pop_back();
        return false;
    };
    if (!visit(visit, from)) return "";
    std::string text;
    for (const auto& code : path) text += (text.empty() ? "" : ", ") + code;
    return text;
}

Result<> check_dependencies(access::Call& call, json::Reader& reader, TaskType& entry,
                            const std::vector<std::string>& codes) {
    BIFROST_ASSIGN(const auto types, usable_types(call.tx, entry.project_id.value_or(Id{})));
    std::map<std::string, std::vector<std::string>> waits;
    for (const auto& type : types) {
        auto& list = waits[type.code];
        if (!list.empty()) continue;
        const auto parsed = boost::json::parse(type.depends_on.text);
        for (const auto& code : parsed.as_array()) list.emplace_back(code.as_string());
    }
    std::vector<std::string> folded;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::string code = fold_code(codes[i]).value_or("");
        if (!waits.contains(code) || code == entry.code)
            reader.add_item_error("depends_on", i, "is no other task type that can be used here");
        else if (std::find(folded.begin(), folded.end(), code) == folded.end())
            folded.push_back(code);
    }
    if (reader.failed()) return {};
    waits[entry.code] = folded;
    if (const std::string circle = find_circle(waits, entry.code); !circle.empty())
        reader.add_error("depends_on", "closes a circle: " + circle);
    entry.depends_on.text = json::to_json(folded);
    return {};
}

Result<> read_items(access::Call& call, json::Reader& reader, TaskTemplate& entry, bool is_new) {
    const auto* items = reader.array("items", kMostItems, is_new);
    if (items == nullptr) return {};
    if (items->empty()) reader.add_error("items", "must not be empty");
    BIFROST_ASSIGN(const auto types, usable_types(call.tx, entry.project_id.value_or(Id{})));
    std::string list = "[";
    for (std::size_t i = 0; i < items->size(); ++i) {
        json::Reader nested((*items)[i], reader.pointer("items") + "/" + std::to_string(i));
        const std::string code = fold_code(nested.text("task_type", {1, 64})).value_or("");
        const auto name = nested.optional_text("name", {1, 200});
        const auto bid = nested.optional_integer("bid_minutes", 0, kMostMinutes);
        if (!nested.failed() &&
            std::none_of(types.begin(), types.end(), [&](const auto& type) { return type.code == code; }))
            nested.add_error("task_type", "is no task type that can be used here");
        reader.merge(nested);
        if (list.size() > 1) list += ',';
        json::ObjectWriter object(list);
        object.member("task_type", code);
        if (name) object.member("name", *name);
        if (bid) object.member("bid_minutes", *bid);
    }
    entry.items.text = list + "]";
    return {};
}

} // namespace

const std::vector<std::string_view>& task_owner_kinds() {
    static const std::vector<std::string_view> kinds = {"asset", "episode", "sequence", "shot"};
    return kinds;
}

Result<> read_members(access::Call&, json::Reader& reader, Department& entry, bool is_new) {
    read_code_and_name(reader, entry.code, entry.name, is_new);
    read_colour(reader, entry.colour);
    read_order(reader, entry.order);
    return {};
}

Result<> read_members(access::Call& call, json::Reader& reader, TaskType& entry, bool is_new) {
    read_code_and_name(reader, entry.code, entry.name, is_new);
    read_colour(reader, entry.colour);
    read_order(reader, entry.order);
    if (const auto department = reader.optional_text("department", {1, 64})) {
        BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_department_by_code,
                                                      fold_code(*department).value_or(*department)));
        if (rows.empty()) {
            reader.add_error("department", "is no department; GET /api/v1/departments lists them");
        } else {
            entry.department_id = rows[0].id(0);
            entry.department = rows[0].text(1);
        }
    } else if (reader.is_null("department")) {
        entry.department_id.reset();
        entry.department.reset();
    }
    if (const auto kinds = reader.optional_texts("applies_to", 10, {1, 64})) {
        const auto& known = task_owner_kinds();
        for (std::size_t i = 0; i < kinds->size(); ++i)
            if (std::find(known.begin(), known.end(), (*kinds)[i]) == known.end())
                reader.add_item_error("applies_to", i, "must be asset, episode, sequence or shot");
        entry.applies_to.text = json::to_json(*kinds);
    }
    if (const auto codes = reader.optional_texts("depends_on", 50, {1, 64}))
        return check_dependencies(call, reader, entry, *codes);
    return {};
}

Result<> read_members(access::Call& call, json::Reader& reader, TaskTemplate& entry, bool is_new) {
    read_code_and_name(reader, entry.code, entry.name, is_new);
    if (is_new) {
        entry.entity_kind = reader.text("entity_kind", {1, 64});
        const auto& known = task_owner_kinds();
        if (!reader.failed() && std::find(known.begin(), known.end(), entry.entity_kind) == known.end())
            reader.add_error("entity_kind", "must be asset, episode, sequence or shot");
    }
    if (const auto type = reader.optional_code("asset_type"))
        entry.asset_type = fold_code(*type);
    else if (reader.is_null("asset_type"))
        entry.asset_type.reset();
    if (!reader.failed() && entry.asset_type && entry.entity_kind != "asset")
        reader.add_error("asset_type", "is for templates of assets");
    return read_items(call, reader, entry, is_new);
}

} // namespace bifrost::task
