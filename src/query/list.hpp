#pragma once
// Lists: sorting, filters and cursors composed to one bound statement. A cursor is the sort key of the last
// row (keyset paging), so that page 10,000 costs what page 1 costs and inserts move nothing.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::query {

enum class Archived { exclude, include, only };

struct Sort {
    std::string field;
    bool descending = false;
};

/// What a caller asked of a list; each service adds filters of its own.
struct ListRequest {
    std::int64_t limit = 100; ///< 1–1000
    std::string cursor;       ///< opaque, from the page before; empty: the first page
    std::vector<Sort> sort;
    std::string q; ///< full text
    Archived archived = Archived::exclude;
    bool count = false; ///< fill Page::total
};

/// A field that a list can be sorted by: its name outside and the SQL expression behind it, which is never
/// null.
struct SortField {
    std::string_view name;
    std::string_view expression;
    bool is_integer = false;
};

template <class T>
struct Page {
    std::vector<T> data;
    std::optional<std::string> next_cursor;
    std::optional<std::int64_t> total;
};

/// Composes one list. `columns` begins "select …" with the row's columns; `from` is "from … join …". The last
/// sort key is always `id_expression`, so that the order is total.
class ListQuery {
  public:
    ListQuery(std::string_view columns, std::string_view from, std::string_view id_expression,
              std::vector<SortField> sort_fields, std::string_view default_sort);

    /// Adds a condition; `?` stands for each value in order.
    void where(std::string_view condition, const database::Params& values = {});
    /// Adds a condition that numbers its placeholders itself, by appending to params().
    void where_numbered(std::string condition) { conditions_.push_back(std::move(condition)); }
    [[nodiscard]] database::Params& params() { return params_; }

    struct Outcome {
        database::Rows rows; ///< at most limit, the columns asked for first
        std::size_t count = 0;
        std::optional<std::string> next_cursor;
        std::optional<std::int64_t> total;
    };
    /// invalid when the cursor is not one of this sort or a sort field is unknown ("/sort", "/cursor").
    Result<Outcome> run(database::Tx& tx, const ListRequest& request, std::size_t column_count);

    /// run() and each row read as a described T.
    template <class T>
    Result<Page<T>> page(database::Tx& tx, const ListRequest& request) {
        using Members = boost::describe::describe_members<T, boost::describe::mod_public |
                                                                 boost::describe::mod_inherited>;
        BIFROST_ASSIGN(auto outcome, run(tx, request, boost::mp11::mp_size<Members>::value));
        Page<T> page;
        page.data.reserve(outcome.count);
        for (std::size_t i = 0; i < outcome.count; ++i) page.data.push_back(outcome.rows[i].template as<T>());
        page.next_cursor = std::move(outcome.next_cursor);
        page.total = outcome.total;
        return page;
    }

  private:
    struct Key {
        SortField field;
        bool descending;
    };
    Result<std::vector<Key>> keys(const ListRequest& request) const;
    Result<> add_cursor(const ListRequest& request, const std::vector<Key>& keys, std::string& where,
                        database::Params& params) const;

    std::string columns_;
    std::string from_;
    SortField id_field_;
    std::vector<SortField> sort_fields_;
    std::string default_sort_;
    std::vector<std::string> conditions_;
    database::Params params_;
};

/// Reads "code,-updated_at".
Result<std::vector<Sort>> parse_sort(std::string_view text);

} // namespace bifrost::query
