#pragma once
// What the importers of this room share: one row with its columns, its errors, and what it changes.

#include <set>

#include "services/csv/import_csv.hpp"

namespace bifrost::csv {

/// A table on its way in.
struct Import {
    access::Call& call;
    Id project_id;
    const ImportRequest& request;
    const Sheet& sheet;
    const Columns& columns;
    Imported outcome;
    std::size_t bad_row = 0; ///< the last one with an error
    bool stopped = false;    ///< the transaction can't go on; what is behind wasn't looked at

    void error(const SheetRow& row, std::string column, std::string detail);
    /// An error of a service, by the headings of its fields; other errors than bad fields end the import.
    Result<> add_error(const SheetRow& row, const Error& error);

    /// The cell of a field, nothing when the table has no such column. Not shielded any more.
    [[nodiscard]] std::optional<std::string> cell(const SheetRow& row, std::string_view field) const;
    [[nodiscard]] std::string heading(std::string_view field) const;

    /// The fields of the row that differ from `entity` (none of `skip`), as a body for a service; with an
    /// empty `entity` everything that isn't empty. `changes` is told.
    boost::json::object differences(const SheetRow& row, const boost::json::object& entity, bool is_new,
                                    const std::set<std::string_view>& skip, std::string& changes);
};

/// Adds `"field":{"from":…,"to":…}`.
void append_change(std::string& changes, std::string_view field, const boost::json::value& from,
                   const boost::json::value& to);

/// Codes that are there or come, to find those that differ by zeros only.
class Similar {
  public:
    void add(const std::string& scope, const std::string& code) {
        known_[scope + "/" + without_zeros(code)].insert(code);
    }
    /// Another code that reads the same, when there is one.
    [[nodiscard]] std::optional<std::string> find(const std::string& scope, const std::string& code) const;

  private:
    std::map<std::string, std::set<std::string>> known_;
};

Result<> import_assets(Import& import);
Result<> import_shots(Import& import);
Result<> import_castings(Import& import);

} // namespace bifrost::csv
