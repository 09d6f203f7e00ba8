#include "site/moved_row.hpp"

#include "query/full_text.hpp"

namespace bifrost::site {
namespace {

bool is_text(const database::Value& value, std::string_view wanted) {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && *text == wanted;
}

} // namespace

bool move_row(const Table& table, const Move& move, Row& row) {
    if (table.name == "site") row[table.column("epoch")] = move.epoch;
    if (table.name == "object" || table.name == "object_location") {
        auto& backend = row[table.column("backend")];
        if (is_text(backend, move.from_backend)) backend = move.to_backend;
    }
    if (table.name == "upload") {
        auto& state = row[table.column("state")];
        if (is_text(state, "open") || is_text(state, "verifying")) {
            state = std::string("failed");
            row[table.column("error")] =
                std::string("The site was moved before the upload was complete; upload the file again.");
        }
    }
    // The index of searches is derived, and made again from the log by who has no cursor.
    return table.name != "event_cursor" || !is_text(row[table.column("consumer")], query::kSearchConsumer);
}

} // namespace bifrost::site
