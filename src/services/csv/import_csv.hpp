#pragma once
// Importing tables: what each row would change, then all of it or nothing.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "access/call.hpp"
#include "services/csv/column.hpp"
#include "services/csv/sheet.hpp"

namespace bifrost::csv {

struct ImportRequest {
    Kind kind = Kind::asset;
    std::map<std::string, std::string> mapping; ///< heading → field; empty leaves the column out
    SheetOptions sheet;
    bool clear_empty = false;   ///< an empty cell removes what is there; else it says nothing
    bool allow_similar = false; ///< codes that differ by leading zeros only are different things
};

/// What a row makes or changes. `changes` is {field: {from, to}}.
struct RowChange {
    std::int64_t row = 0;
    std::string address; ///< "sq010/sh0010"; of a casting row also what is cast
    std::optional<Id> id;
    json::Raw changes;
};
BOOST_DESCRIBE_STRUCT(RowChange, (), (row, address, id, changes))

struct RowError {
    std::int64_t row = 0;
    std::string column; ///< its heading; empty for the row as a whole
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(RowError, (), (row, column, detail))

struct Imported {
    std::vector<Column> columns;
    std::vector<std::string> ignored;   ///< headings that mean no field
    std::vector<std::string> sequences; ///< and episodes, that the shots need and that are made
    std::vector<RowChange> created;
    std::vector<RowChange> updated;
    std::int64_t unchanged = 0;
    std::vector<RowError> errors; ///< with any nothing is to be kept: see refuse_errors
};
BOOST_DESCRIBE_STRUCT(Imported, (), (columns, ignored, sequences, created, updated, unchanged, errors))

/// Assets and shots are found by `id`, else by their codes: `001` is not `1`, and a new code that differs
/// from one that is there (or stands above) by leading zeros only is refused unless that is meant. Two rows
/// of one thing are an error of the second. Casting is found by its shot (sequence, episode), its asset and
/// its label. What a table doesn't name stays as it is. Needs what making and changing single ones needs, and
/// adds their events. Errors of rows come in the outcome, those of the table as a whole as invalid.
Result<Imported> import_csv(access::Call& call, std::string_view project, const ImportRequest& request,
                            std::string_view bytes);

/// The errors of rows as one: invalid with "/row/7/Cut In". Nothing when there are none.
Result<> refuse_errors(const Imported& imported);

/// "sh10" of "sh0010": codes that read the same to a spreadsheet.
std::string without_zeros(std::string_view code);

} // namespace bifrost::csv
