// Casting of a table: rows of one shot are one change of its casting.

#include <cstdlib>
#include <tuple>
#include <unordered_map>

#include "core/text.hpp"
#include "services/csv/csv.sql.hpp"
#include "services/csv/row_reader.hpp"
#include "services/shot/casting.hpp"

namespace bifrost::csv {
namespace {

class Castings {
  public:
    explicit Castings(Import& import) : import_(import) {}

    Result<> run() {
        BIFROST_ASSIGN(const auto rows, import_.call.tx.query(sql::list_codes, import_.project_id));
        for (const auto row : rows)
            if (!row.is_null(2))
                known_.emplace(row.id(2).text() + "/" + std::string(row.text(3)),
                               Known{row.id(0), std::string(row.text(1))});
        for (const auto& row : import_.sheet.rows) {
            if (import_.stopped) break;
            BIFROST_CHECK(take(row));
        }
        for (auto& owner : owners_) {
            if (import_.stopped || !import_.outcome.errors.empty()) break;
            BIFROST_CHECK(store(owner));
        }
        return {};
    }

  private:
    struct Known {
        Id id;
        std::string kind;
    };
    /// What the table says of one shot, sequence or episode.
    struct Owner {
        Id id;
        std::string kind;
        shot::Casting casting;
        boost::json::array add;
        boost::json::array change;
        std::vector<const SheetRow*> add_rows;
        std::vector<const SheetRow*> change_rows;
        std::map<std::tuple<Id, std::string>, std::size_t> seen; ///< rows by asset and label
    };

    Result<> take(const SheetRow& row) {
        std::string address;
        const auto at = find_owner(row, address);
        const auto asset_id = find_asset(row);
        if (!asset_id) return asset_id.error();
        std::optional<std::int64_t> occurrences;
        if (const auto cell = import_.cell(row, "occurrences"); cell && !cell->empty()) {
            const auto read = value_of("occurrences", *cell, nullptr);
            if (read.error.empty() && read.value.as_int64() > 0)
                occurrences = read.value.as_int64();
            else
                import_.error(row, import_.heading("occurrences"),
                              read.error.empty() ? "must be at least 1" : read.error);
        }
        if (!at || !*asset_id || import_.bad_row == row.number) return {};
        BIFROST_ASSIGN(Owner * owner, owner_of(*at));
        const std::string label = import_.cell(row, "label").value_or("");
        const auto [earlier, is_first] = owner->seen.emplace(std::tuple(**asset_id, label), row.number);
        if (!is_first) {
            import_.error(
                row, import_.heading("asset"),
                "stands in row " + std::to_string(earlier->second) + " already" +
                    (label.empty() ? "; give each its label, or the occurrences of both in one" : ""));
            return {};
        }
        add_row(row, *owner, **asset_id, label, occurrences, address);
        return {};
    }

    void add_row(const SheetRow& row, Owner& owner, const Id& asset_id, const std::string& label,
                 std::optional<std::int64_t> occurrences, const std::string& address) {
        const auto number = static_cast<std::int64_t>(row.number);
        std::string what = address + ": " + import_.cell(row, "asset").value_or("");
        if (!label.empty()) what += " (" + label + ")";
        for (const auto& role : owner.casting.data) {
            if (role.asset_id != asset_id || role.label.value_or("") != label) continue;
            if (!occurrences || *occurrences == role.occurrences) {
                ++import_.outcome.unchanged;
                return;
            }
            owner.change.push_back(
                boost::json::object{{"id", role.id.text()}, {"occurrences", *occurrences}});
            owner.change_rows.push_back(&row);
            std::string changes;
            append_change(changes, "occurrences", role.occurrences, *occurrences);
            import_.outcome.updated.push_back({number, what, owner.id, json::Raw{"{" + changes + "}"}});
            return;
        }
        boost::json::object body{{"asset_id", asset_id.text()}, {"occurrences", occurrences.value_or(1)}};
        if (!label.empty()) body["label"] = label;
        owner.add.push_back(std::move(body));
        owner.add_rows.push_back(&row);
        std::string changes;
        append_change(changes, "occurrences", nullptr, occurrences.value_or(1));
        import_.outcome.created.push_back({number, what, owner.id, json::Raw{"{" + changes + "}"}});
    }

    /// The shot of a row; without one its sequence, without that its episode. `shot` may hold the whole
    /// address.
    std::optional<Known> find_owner(const SheetRow& row, std::string& address) {
        Known at{import_.project_id, "project"};
        for (const std::string_view field : {"episode", "sequence", "shot"}) {
            std::string typed = import_.cell(row, field).value_or("");
            while (!typed.empty()) {
                const auto slash = typed.find('/');
                const auto code = fold_code(typed.substr(0, slash));
                typed = slash == std::string::npos ? "" : typed.substr(slash + 1);
                const auto found = code ? known_.find(at.id.text() + "/" + *code) : known_.end();
                if (found == known_.end() || found->second.kind == "asset") {
                    import_.error(row, import_.heading(field),
                                  "is no episode, sequence or shot that is there" +
                                      (address.empty() ? std::string() : ", below " + address));
                    return std::nullopt;
                }
                at = found->second;
                (address += address.empty() ? "" : "/") += *code;
            }
        }
        if (at.kind != "project") return at;
        import_.error(row, import_.heading("shot"), "is empty");
        return std::nullopt;
    }

    Result<std::optional<Id>> find_asset(const SheetRow& row) {
        const auto cell = import_.cell(row, "asset");
        const std::string typed = cell ? std::string(*cell) : std::string();
        const auto colon = typed.find(':');
        const auto code = fold_code(colon == std::string::npos ? typed : typed.substr(colon + 1));
        const auto nothing = [&]() -> Result<std::optional<Id>> {
            import_.error(row, import_.heading("asset"),
                          typed.empty() ? "is empty"
                                        : "'" + typed.substr(0, 100) + "' is no asset that is there");
            return std::optional<Id>{};
        };
        if (!code) return nothing();
        if (colon == std::string::npos) {
            const auto found = known_.find(import_.project_id.text() + "/" + *code);
            if (found == known_.end() || found->second.kind != "asset") return nothing();
            return std::optional<Id>{found->second.id};
        }
        BIFROST_ASSIGN(const auto rows,
                       import_.call.tx.query(sql::find_library_asset,
                                             fold_code(typed.substr(0, colon)).value_or(""), *code));
        if (rows.empty() || !import_.call.actor.may_see(rows[0].id(1))) return nothing();
        return std::optional<Id>{rows[0].id(0)};
    }

    Result<Owner*> owner_of(const Known& at) {
        const auto known = owner_at_.find(at.id);
        if (known != owner_at_.end()) return &owners_[known->second];
        BIFROST_ASSIGN(auto casting, shot::get_casting(import_.call.tx, import_.call.actor, at.kind, at.id));
        owner_at_.emplace(at.id, owners_.size());
        Owner owner;
        owner.id = at.id;
        owner.kind = at.kind;
        owner.casting = std::move(casting);
        owners_.push_back(std::move(owner));
        return &owners_.back();
    }

    Result<> store(Owner& owner) {
        if (owner.add.empty() && owner.change.empty()) return {};
        const boost::json::object body{{"add", owner.add}, {"change", owner.change}};
        const auto stored =
            shot::patch_casting(import_.call, owner.kind, owner.id, body, owner.casting.revision);
        if (stored) return {};
        const SheetRow* first = owner.add_rows.empty() ? owner.change_rows.front() : owner.add_rows.front();
        if (stored.error().code != Errc::invalid) return import_.add_error(*first, stored.error());
        for (const auto& field : stored.error().fields) {
            // "/add/3/asset_id"
            const bool adds = field.pointer.starts_with("/add/");
            const auto& rows = adds ? owner.add_rows : owner.change_rows;
            const auto begin = field.pointer.find('/', 1);
            const auto index =
                begin == std::string::npos ? 0 : std::strtoul(field.pointer.c_str() + begin + 1, nullptr, 10);
            const SheetRow* row = index < rows.size() ? rows[index] : first;
            const auto last = field.pointer.rfind('/');
            import_.error(*row, import_.columns.heading_of(field.pointer.substr(last)), field.detail);
        }
        return {};
    }

    Import& import_;
    std::unordered_map<std::string, Known> known_; ///< by the parent's id and the code
    std::vector<Owner> owners_;
    std::unordered_map<Id, std::size_t> owner_at_;
};

} // namespace

Result<> import_castings(Import& import) { return Castings(import).run(); }

} // namespace bifrost::csv
