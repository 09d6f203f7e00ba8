#include "query/list.hpp"

#include <boost/json/parse.hpp>

#include "core/hash.hpp"
#include "core/json_reader.hpp"

namespace bifrost::query {
namespace {

std::string placeholder(const database::Params& params) { return "$" + std::to_string(params.size()); }

/// The order as text; a cursor carries it, so that it can't be used with another sort.
std::string order_name(const auto& keys) {
    std::string name;
    for (const auto& key : keys) name += (key.descending ? "-" : "+") + std::string(key.field.name);
    return name;
}

} // namespace

Result<std::vector<Sort>> parse_sort(std::string_view text) {
    std::vector<Sort> sorts;
    for (bool more = true; more;) {
        const std::size_t comma = text.find(',');
        std::string_view part = text.substr(0, comma);
        more = comma != std::string_view::npos;
        text = more ? text.substr(comma + 1) : std::string_view{};
        Sort sort;
        if (part.starts_with('-')) {
            sort.descending = true;
            part.remove_prefix(1);
        }
        if (part.empty())
            return invalid_field("/sort",
                                 "must be field names separated by commas, '-' before a descending one");
        sort.field = part;
        for (const auto& earlier : sorts)
            if (earlier.field == sort.field)
                return invalid_field("/sort", "names '" + sort.field + "' twice");
        sorts.push_back(std::move(sort));
    }
    if (sorts.size() > 4) return invalid_field("/sort", "takes at most four fields");
    return sorts;
}

ListQuery::ListQuery(std::string_view columns, std::string_view from, std::string_view id_expression,
                     std::vector<SortField> sort_fields, std::string_view default_sort)
    : columns_(columns), from_(from), id_field_{"id", id_expression, false},
      sort_fields_(std::move(sort_fields)), default_sort_(default_sort) {}

void ListQuery::where(std::string_view condition, const database::Params& values) {
    std::string numbered;
    std::size_t next = 0;
    for (const char c : condition) {
        if (c != '?') {
            numbered += c;
            continue;
        }
        params_.push_back(values.at(next++));
        numbered += placeholder(params_);
    }
    conditions_.push_back(std::move(numbered));
}

Result<std::vector<ListQuery::Key>> ListQuery::keys(const ListRequest& request) const {
    std::vector<Sort> sorts = request.sort;
    if (sorts.empty()) {
        BIFROST_ASSIGN(sorts, parse_sort(default_sort_));
    }
    std::vector<Key> keys;
    for (const auto& sort : sorts) {
        if (sort.field == "id") {
            keys.push_back({id_field_, sort.descending});
            return keys;
        }
        const SortField* found = nullptr;
        std::string known = "id";
        for (const auto& field : sort_fields_) {
            known += ", " + std::string(field.name);
            if (field.name == sort.field) found = &field;
        }
        if (found == nullptr)
            return invalid_field("/sort", "can't sort by '" + sort.field + "'; fields are " + known);
        keys.push_back({*found, sort.descending});
    }
    keys.push_back({id_field_, keys.back().descending});
    return keys;
}

Result<> ListQuery::add_cursor(const ListRequest& request, const std::vector<Key>& keys, std::string& where,
                               database::Params& params) const {
    if (request.cursor.empty()) return {};
    const Error bad = invalid_field("/cursor", "is not a cursor of this list; begin again without one");
    const auto text = parse_base64url(request.cursor);
    if (!text) return bad;
    const auto parsed = json::parse(*text);
    if (!parsed || !parsed->is_array()) return bad;
    const auto& values = parsed->get_array();
    if (values.size() != keys.size() + 1 || !values[0].is_string() ||
        values[0].get_string() != order_name(keys))
        return bad;
    std::vector<std::string> bound;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto& value = values[i + 1];
        if (keys[i].field.is_integer ? !value.is_int64() : !value.is_string()) return bad;
        if (keys[i].field.is_integer) {
            params.push_back(database::to_value(value.get_int64()));
        } else {
            const std::string_view key_text{value.get_string().data(), value.get_string().size()};
            if (key_text.find('\0') != std::string_view::npos) return bad;
            if (keys[i].field.name == "id" && !Id::parse(key_text)) return bad;
            params.push_back(database::to_value(key_text));
        }
        bound.push_back(placeholder(params));
    }
    bool same_direction = true;
    for (const auto& key : keys) same_direction = same_direction && key.descending == keys[0].descending;
    if (same_direction) {
        // A row comparison lets both databases walk one index.
        std::string left;
        std::string right;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            left += (i ? ", " : "") + std::string(keys[i].field.expression);
            right += (i ? ", " : "") + bound[i];
        }
        where += " and (" + left + ") " + (keys[0].descending ? "<" : ">") + " (" + right + ")";
        return {};
    }
    std::string alternatives;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        std::string all;
        for (std::size_t j = 0; j < i; ++j)
            all += std::string(keys[j].field.expression) + " = " + bound[j] + " and ";
        all += std::string(keys[i].field.expression) + (keys[i].descending ? " < " : " > ") + bound[i];
        alternatives += (i ? " or " : "") + ("(" + all + ")");
    }
    where += " and (" + alternatives + ")";
    return {};
}

Result<ListQuery::Outcome> ListQuery::run(database::Tx& tx, const ListRequest& request,
                                          std::size_t column_count) {
    BIFROST_ASSIGN(const auto order, keys(request));
    std::string where = " where 1 = 1";
    for (const auto& condition : conditions_) where += " and (" + condition + ")";
    Outcome outcome;
    if (request.count) {
        BIFROST_ASSIGN(const auto counted, tx.query_text("select count(*) " + from_ + where, params_));
        outcome.total = counted[0].integer(0);
    }
    database::Params params = params_;
    BIFROST_CHECK(add_cursor(request, order, where, params));
    std::string sql = columns_;
    std::string order_by;
    for (const auto& key : order) {
        sql += ", " + std::string(key.field.expression);
        order_by += (order_by.empty() ? " order by " : ", ") + std::string(key.field.expression) +
                    (key.descending ? " desc" : "");
    }
    params.push_back(database::to_value(request.limit + 1));
    sql += " " + from_ + where + order_by + " limit " + placeholder(params);
    BIFROST_ASSIGN(outcome.rows, tx.query_text(sql, params));
    const auto limit = static_cast<std::size_t>(request.limit);
    outcome.count = std::min(outcome.rows.size(), limit);
    if (outcome.rows.size() > limit) {
        boost::json::array cursor;
        cursor.emplace_back(order_name(order));
        const auto last = outcome.rows[limit - 1];
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (order[i].field.is_integer)
                cursor.emplace_back(last.integer(column_count + i));
            else
                cursor.emplace_back(std::string(last.text(column_count + i)));
        }
        outcome.next_cursor = base64url(json::canonical(cursor));
    }
    return outcome;
}

} // namespace bifrost::query
