#include "site/row_writer.hpp"

namespace bifrost::site {
namespace {

constexpr std::size_t kRowsAGroup = 1000;

} // namespace

RowWriter::RowWriter(database::Database& database, const Table& table) : database_(database), table_(table) {
    std::string columns;
    std::string values;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        columns += (i > 0 ? ", " : "") + quoted(table.columns[i].name);
        values += (i > 0 ? ", $" : "$") + std::to_string(i + 1);
    }
    insert_ = "insert into " + quoted(table.name) + " (" + columns + ") values (" + values + ")";
}

/// Everything that it refers to in its own table is there, or is itself.
bool RowWriter::is_ready(const Row& row) const {
    for (const std::size_t column : table_.own) {
        const auto* target = std::get_if<std::string>(&row[column]);
        if (target != nullptr && row[column] != row[table_.key[0]] && !known_.contains(*target)) return false;
    }
    return true;
}

void RowWriter::take(Row row) {
    if (!table_.own.empty()) known_.insert(std::get<std::string>(row[table_.key[0]]));
    group_.push_back(std::move(row));
}

void RowWriter::release_held() {
    for (bool any = true; any;) {
        any = false;
        std::vector<Row> still;
        for (Row& row : held_) {
            if (is_ready(row)) {
                take(std::move(row));
                any = true;
            } else {
                still.push_back(std::move(row));
            }
        }
        held_ = std::move(still);
    }
}

Result<> RowWriter::add(Row row) {
    if (is_ready(row))
        take(std::move(row));
    else
        held_.push_back(std::move(row));
    if (group_.size() < kRowsAGroup) return {};
    if (!held_.empty()) release_held();
    return write();
}

Result<> RowWriter::write() {
    if (group_.empty()) return {};
    const database::Query insert{"insert_row", insert_, insert_};
    BIFROST_CHECK(database_.write(
        [&](database::Tx& tx) -> Result<std::int64_t> { return tx.execute_many(insert, group_); }));
    group_.clear();
    return {};
}

Result<> RowWriter::finish() {
    release_held();
    BIFROST_CHECK(write());
    if (!held_.empty()) {
        return Error{Errc::invalid,
                     row_name(table_, held_.front()) + " refers to a row that the source doesn't have."};
    }
    return {};
}

} // namespace bifrost::site
