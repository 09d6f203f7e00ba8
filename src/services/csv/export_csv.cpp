#include "services/csv/export_csv.hpp"

#include <set>

#include <boost/json/parse.hpp>

#include "services/asset/asset.hpp"
#include "services/csv/csv.sql.hpp"
#include "services/csv/sheet.hpp"
#include "services/project/field.hpp"
#include "services/project/project.hpp"
#include "services/shot/shot.hpp"

namespace bifrost::csv {
namespace {

using boost::json::object;

class Table {
  public:
    explicit Table(char delimiter) : delimiter_(delimiter) {}

    void row(const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i > 0) text_ += delimiter_;
            text_ += written_cell(shielded(cells[i]), delimiter_);
        }
        text_ += "\r\n";
    }
    std::string take() { return std::move(text_); }

  private:
    char delimiter_;
    std::string text_;
};

/// Every entity of the project as JSON. `list` gives a page.
template <class F>
Result<std::vector<object>> all_of(const ExportRequest& request, F list) {
    std::vector<object> entities;
    query::ListRequest page;
    page.limit = 1000;
    if (request.archived) page.archived = query::Archived::include;
    for (;;) {
        BIFROST_ASSIGN(const auto found, list(page));
        for (const auto& one : found.data)
            entities.push_back(boost::json::parse(json::to_json(one)).as_object());
        if (!found.next_cursor) return entities;
        page.cursor = *found.next_cursor;
    }
}

std::string entities_table(const ExportRequest& request, const std::vector<object>& entities,
                           const std::set<std::string>& hidden) {
    std::set<std::string> keys;
    for (const auto& entity : entities)
        for (const auto& member : entity.at("metadata").as_object())
            if (!hidden.contains(std::string(member.key()))) keys.insert(std::string(member.key()));
    std::vector<std::string> fields;
    for (const auto field : exported_fields(request.kind)) fields.emplace_back(field);
    for (const auto& key : keys) fields.push_back("meta." + key);
    Table table(request.delimiter);
    table.row(fields);
    for (const auto& entity : entities) {
        std::vector<std::string> cells;
        cells.reserve(fields.size());
        for (const auto& field : fields) cells.push_back(cell_of(entity, field));
        table.row(cells);
    }
    return table.take();
}

Result<std::string> castings_table(database::Tx& tx, const access::Actor& actor, const ExportRequest& request,
                                   const project::Project& project) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_castings, project.id));
    Table table(request.delimiter);
    std::vector<std::string> headings;
    for (const auto field : exported_fields(Kind::casting)) headings.emplace_back(field);
    table.row(headings);
    for (const auto row : rows) {
        if (!actor.may_see(row.id(8))) continue;
        const std::string library(row.text(5));
        const std::string asset = (library == project.code ? "" : library + ":") + std::string(row.text(4));
        table.row({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)), asset,
                   std::to_string(row.integer(6)),
                   row.is_null(7) ? std::string() : std::string(row.text(7))});
    }
    return table.take();
}

} // namespace

Result<std::string> export_csv(database::Tx& tx, const access::Actor& actor, std::string_view project,
                               const ExportRequest& request) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    const std::string id = found.id.text();
    BIFROST_ASSIGN(const auto restricted, project::list_restricted_fields(tx));
    auto hidden = project::hidden_keys(actor, restricted)[found.id];
    if (request.kind == Kind::asset) {
        BIFROST_ASSIGN(const auto assets, all_of(request, [&](const query::ListRequest& page) {
                           return asset::list_assets(tx, actor, id, page, {});
                       }));
        return entities_table(request, assets, hidden["asset"]);
    }
    if (request.kind == Kind::shot) {
        BIFROST_ASSIGN(const auto shots, all_of(request, [&](const query::ListRequest& page) {
                           return shot::list_shots(tx, actor, id, page, {});
                       }));
        return entities_table(request, shots, hidden["shot"]);
    }
    return castings_table(tx, actor, request, found);
}

} // namespace bifrost::csv
