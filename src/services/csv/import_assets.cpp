// Assets of a table.

#include <unordered_map>

#include <boost/json/parse.hpp>

#include "core/text.hpp"
#include "services/asset/asset.hpp"
#include "services/csv/csv.sql.hpp"
#include "services/csv/row_reader.hpp"

namespace bifrost::csv {
namespace {

const std::set<std::string_view> kNotInBody = {"id"};

class Assets {
  public:
    explicit Assets(Import& import) : import_(import) {}

    Result<> run() {
        BIFROST_ASSIGN(const auto rows, import_.call.tx.query(sql::list_codes, import_.project_id));
        for (const auto row : rows) {
            if (row.is_null(2) || row.id(2) != import_.project_id) continue;
            const std::string code(row.text(3));
            taken_.emplace(code, Taken{row.id(0), std::string(row.text(1)), !row.is_null(4)});
            similar_.add("", code);
        }
        for (const auto& row : import_.sheet.rows) {
            if (import_.stopped) break;
            BIFROST_CHECK(take(row));
        }
        return {};
    }

  private:
    struct Taken {
        Id id;
        std::string kind;
        bool archived = false;
    };

    Result<> take(const SheetRow& row) {
        if (const auto typed = import_.cell(row, "id"); typed && !typed->empty()) {
            const auto id = Id::parse(*typed);
            if (!id) {
                import_.error(row, import_.heading("id"), "is no id");
                return {};
            }
            return change(row, *id, true);
        }
        const std::string typed = import_.cell(row, "code").value_or("");
        const auto code = fold_code(typed);
        if (!code) {
            import_.error(
                row, import_.heading("code"),
                typed.empty()
                    ? "is empty"
                    : "must be 1 to 64 letters, digits, '_' or '-', beginning with a letter or digit");
            return {};
        }
        const auto found = taken_.find(*code);
        if (found == taken_.end()) return create(row, *code);
        if (found->second.kind != "asset") {
            import_.error(row, import_.heading("code"),
                          "is the code of " + std::string(found->second.kind == "episode" ? "an " : "a ") +
                              found->second.kind);
            return {};
        }
        if (found->second.archived) {
            import_.error(row, import_.heading("code"), "is an archived asset; restore it first");
            return {};
        }
        return change(row, found->second.id, false);
    }

    Result<> create(const SheetRow& row, const std::string& code) {
        const auto other = similar_.find("", code);
        similar_.add("", code);
        if (other && !import_.request.allow_similar) {
            import_.error(row, import_.heading("code"),
                          "'" + code + "' isn't there, but '" + *other +
                              "' is; spreadsheets drop zeros. Send allow_similar=true if both are meant");
            return {};
        }
        std::string changes;
        auto body = import_.differences(row, {}, true, kNotInBody, changes);
        if (import_.bad_row == row.number) return {};
        if (!body.contains("name")) body["name"] = import_.cell(row, "code").value_or(code);
        const auto made = asset::create_asset(import_.call, import_.project_id.text(), body);
        if (!made) return import_.add_error(row, made.error());
        taken_.emplace(code, Taken{made->id, "asset", false});
        seen_.emplace(made->id, row.number);
        import_.outcome.created.push_back(
            {static_cast<std::int64_t>(row.number), code, made->id, json::Raw{"{" + changes + "}"}});
        return {};
    }

    Result<> change(const SheetRow& row, const Id& id, bool by_id) {
        const auto [before_row, is_first] = seen_.emplace(id, row.number);
        if (!is_first) {
            import_.error(row, import_.heading(by_id ? "id" : "code"),
                          "is the same asset as in row " + std::to_string(before_row->second));
            return {};
        }
        const auto before = asset::get_asset(import_.call.tx, import_.call.actor, id);
        if (!before || before->project_id != import_.project_id) {
            import_.error(row, import_.heading("id"), "is no asset of this project");
            return {};
        }
        const auto entity = boost::json::parse(json::to_json(*before)).as_object();
        std::string changes;
        auto skip = kNotInBody;
        if (const auto typed = import_.cell(row, "code"); !typed || fold_code(*typed) == before->code)
            skip.insert("code");
        const auto body = import_.differences(row, entity, false, skip, changes);
        if (import_.bad_row == row.number) return {};
        if (body.empty()) {
            ++import_.outcome.unchanged;
            return {};
        }
        const auto after = asset::update_asset(import_.call, id, body, std::nullopt);
        if (!after) return import_.add_error(row, after.error());
        if (after->revision == before->revision)
            ++import_.outcome.unchanged;
        else
            import_.outcome.updated.push_back(
                {static_cast<std::int64_t>(row.number), after->code, id, json::Raw{"{" + changes + "}"}});
        return {};
    }

    Import& import_;
    std::unordered_map<std::string, Taken> taken_; ///< codes below the project
    std::unordered_map<Id, std::size_t> seen_;     ///< rows by asset
    Similar similar_;
};

} // namespace

Result<> import_assets(Import& import) { return Assets(import).run(); }

} // namespace bifrost::csv
