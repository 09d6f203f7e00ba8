#include "services/csv/import_csv.hpp"

#include "core/json_reader.hpp"
#include "services/csv/row_reader.hpp"
#include "services/project/field.hpp"
#include "services/project/project.hpp"

namespace bifrost::csv {
namespace {

constexpr std::size_t kMostErrors = 500;

/// What has to be there for rows to name anything.
Result<> require_columns(Kind kind, const Columns& columns) {
    std::vector<FieldError> errors;
    const auto require = [&](std::string_view field) {
        if (!columns.find(field))
            errors.push_back(
                {"/columns/" + std::string(field), "is needed: no column means it; map one to it"});
    };
    if (kind == Kind::casting) {
        require("asset");
        if (!columns.find("sequence") && !columns.find("episode")) require("shot");
    } else if (!columns.find("id")) {
        require("code");
    }
    if (errors.empty()) return {};
    Error error{Errc::invalid, "The table lacks a column; nothing was changed."};
    error.fields = std::move(errors);
    return error;
}

/// What somebody doesn't see is a column that means nothing.
Result<> leave_out_hidden(access::Call& call, const Id& project_id, Kind kind, Columns& columns) {
    BIFROST_ASSIGN(const auto restricted, project::list_restricted_fields(call.tx));
    auto hidden = project::hidden_keys(call.actor, restricted)[project_id];
    const auto& keys = hidden[kind == Kind::asset ? "asset" : "shot"];
    for (auto& column : columns.all) {
        if (!column || !column->field.starts_with("meta.") || !keys.contains(column->field.substr(5)))
            continue;
        columns.ignored.push_back(column->heading);
        column.reset();
    }
    return {};
}

} // namespace

void Import::error(const SheetRow& row, std::string column, std::string detail) {
    bad_row = row.number;
    if (outcome.errors.size() < kMostErrors)
        outcome.errors.push_back(
            {static_cast<std::int64_t>(row.number), std::move(column), std::move(detail)});
}

Result<> Import::add_error(const SheetRow& row, const Error& failed) {
    if (failed.code == Errc::invalid && !failed.fields.empty()) {
        for (const auto& field : failed.fields) {
            const std::string column = columns.heading_of(field.pointer);
            error(row, column, column.empty() ? field.pointer.substr(1) + " " + field.detail : field.detail);
        }
        return {};
    }
    if (failed.code == Errc::not_found || failed.code == Errc::invalid) {
        error(row, "", failed.detail);
        return {};
    }
    if (failed.code != Errc::conflict) return failed;
    // The database may have refused; then the transaction is at its end.
    error(row, "", failed.detail + " The rows behind this one were not looked at.");
    stopped = true;
    return {};
}

std::optional<std::string> Import::cell(const SheetRow& row, std::string_view field) const {
    const auto at = columns.find(field);
    if (!at) return std::nullopt;
    return unshielded(row.cells.at(*at));
}

std::string Import::heading(std::string_view field) const {
    const auto at = columns.find(field);
    return at ? columns.all.at(*at)->heading : std::string();
}

boost::json::object Import::differences(const SheetRow& row, const boost::json::object& entity, bool is_new,
                                        const std::set<std::string_view>& skip, std::string& changes) {
    boost::json::object body;
    boost::json::object metadata;
    for (std::size_t i = 0; i < columns.all.size(); ++i) {
        if (!columns.all[i] || skip.contains(columns.all[i]->field)) continue;
        const auto& [heading_text, field] = *columns.all[i];
        const std::string text = unshielded(row.cells.at(i));
        if (text.empty() && (is_new || !request.clear_empty)) continue;
        if (!is_new && text == cell_of(entity, field)) continue;
        CellValue read;
        if (!text.empty()) read = value_of(field, text, is_new ? nullptr : &entity);
        if (!read.error.empty()) {
            error(row, heading_text, read.error);
            continue;
        }
        const bool is_meta = field.starts_with("meta.");
        const std::string key = is_meta ? field.substr(5) : field;
        // Two ways to write one thing ("a;b" and "a; b") change nothing.
        const auto* now = is_meta ? nullptr : entity.if_contains(key);
        if (now != nullptr && *now == read.value) continue;
        append_change(changes, field, boost::json::string(cell_of(entity, field)), read.value);
        (is_meta ? metadata : body)[key] = std::move(read.value);
    }
    if (!metadata.empty()) body["metadata"] = std::move(metadata);
    return body;
}

void append_change(std::string& changes, std::string_view field, const boost::json::value& from,
                   const boost::json::value& to) {
    if (!changes.empty()) changes += ',';
    json::append_string(changes, field);
    const bool is_nothing = from.is_string() && from.get_string().empty();
    changes += ":{\"from\":" + (is_nothing ? std::string("null") : json::canonical(from)) +
               ",\"to\":" + json::canonical(to) + "}";
}

std::optional<std::string> Similar::find(const std::string& scope, const std::string& code) const {
    const auto known = known_.find(scope + "/" + without_zeros(code));
    if (known == known_.end() || known->second.contains(code)) return std::nullopt;
    return *known->second.begin();
}

std::string without_zeros(std::string_view code) {
    std::string out;
    for (std::size_t i = 0; i < code.size(); ++i) {
        const bool behind_digit = i > 0 && code[i - 1] >= '0' && code[i - 1] <= '9' && !out.empty() &&
                                  out.back() >= '0' && out.back() <= '9';
        const bool before_digit = i + 1 < code.size() && code[i + 1] >= '0' && code[i + 1] <= '9';
        if (code[i] == '0' && !behind_digit && before_digit) continue;
        out += code[i];
    }
    return out;
}

Result<Imported> import_csv(access::Call& call, std::string_view project, const ImportRequest& request,
                            std::string_view bytes) {
    BIFROST_ASSIGN(const auto found, project::get_project(call.tx, call.actor, project));
    const bool makes_assets = request.kind == Kind::asset;
    using access::Permission;
    BIFROST_CHECK(call.actor.require(makes_assets ? Permission::asset_update : Permission::shot_update,
                                     found.id, "project"));
    if (request.kind != Kind::casting)
        BIFROST_CHECK(call.actor.require(makes_assets ? Permission::asset_create : Permission::shot_create,
                                         found.id, "project"));
    if (found.archived_at)
        return Error{Errc::conflict, "The project is archived: restore it before importing into it."};
    BIFROST_ASSIGN(const auto sheet, read_sheet(bytes, request.sheet));
    BIFROST_ASSIGN(auto columns, map_columns(request.kind, sheet.header, request.mapping));
    BIFROST_CHECK(leave_out_hidden(call, found.id, request.kind, columns));
    BIFROST_CHECK(require_columns(request.kind, columns));
    Import import{call, found.id, request, sheet, columns, {}};
    for (const auto& column : columns.all)
        if (column) import.outcome.columns.push_back(*column);
    import.outcome.ignored = columns.ignored;
    if (request.kind == Kind::asset) BIFROST_CHECK(import_assets(import));
    if (request.kind == Kind::shot) BIFROST_CHECK(import_shots(import));
    if (request.kind == Kind::casting) BIFROST_CHECK(import_castings(import));
    return std::move(import.outcome);
}

Result<> refuse_errors(const Imported& imported) {
    if (imported.errors.empty()) return {};
    Error error{Errc::invalid, "Rows of the table can't be accepted as they are; nothing was changed."};
    for (const auto& one : imported.errors)
        error.fields.push_back({pointer_of(static_cast<std::size_t>(one.row), one.column), one.detail});
    return error;
}

} // namespace bifrost::csv
