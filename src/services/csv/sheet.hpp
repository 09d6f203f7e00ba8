#pragma once
// Tables as text (RFC 4180): cells between commas, semicolons or tabs, as spreadsheets write them.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace bifrost::csv {

struct SheetRow {
    std::size_t number = 0; ///< as a spreadsheet counts: the header is row 1
    std::vector<std::string> cells;
};

struct Sheet {
    char delimiter = ',';
    std::vector<std::string> header;
    std::vector<SheetRow> rows; ///< as many cells each as the header has; rows without any text are left out
};

struct SheetOptions {
    std::string encoding; ///< utf-8, utf-16, windows-1252; empty: by the mark at its beginning, else UTF-8
    std::optional<char> delimiter; ///< nothing: whichever the header has most of
};

/// Cells come without spaces around them. invalid ("/row/7") with each row that is no text in the encoding,
/// has quotes that don't close or text around them, or more cells than the header; also without a header,
/// with a heading twice or nothing in one, and beyond 50,000 rows or 200 columns.
Result<Sheet> read_sheet(std::string_view bytes, const SheetOptions& options);

/// A cell as it is written: in quotes where it has to be.
std::string written_cell(std::string_view text, char delimiter);

/// "/row/7/Cut In": a row and a heading as a JSON pointer.
std::string pointer_of(std::size_t row, std::string_view heading);

} // namespace bifrost::csv
