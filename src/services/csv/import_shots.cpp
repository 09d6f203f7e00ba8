// Shots of a table, with the sequences and episodes that they need.

#include <unordered_map>

#include <boost/json/parse.hpp>

#include "core/text.hpp"
#include "services/csv/csv.sql.hpp"
#include "services/csv/row_reader.hpp"
#include "services/shot/episode.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot.hpp"

namespace bifrost::csv {
namespace {

const std::set<std::string_view> kNotInBody = {"id", "episode", "sequence"};

class Shots {
  public:
    explicit Shots(Import& import) : import_(import) {}

    Result<> run() {
        BIFROST_ASSIGN(const auto rows, import_.call.tx.query(sql::list_codes, import_.project_id));
        for (const auto row : rows) {
            if (row.is_null(2)) continue;
            const std::string code(row.text(3));
            taken_.emplace(key(row.id(2), code), Taken{row.id(0), std::string(row.text(1)), !row.is_null(4)});
            similar_.add(row.id(2).text(), code);
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

    static std::string key(const Id& parent, const std::string& code) { return parent.text() + "/" + code; }

    Result<> take(const SheetRow& row) {
        if (const auto typed = import_.cell(row, "id"); typed && !typed->empty()) {
            const auto id = Id::parse(*typed);
            if (id) return change(row, *id, true);
            import_.error(row, import_.heading("id"), "is no id");
            return {};
        }
        const auto code = code_in(row, "code", true);
        const auto sequence_code = code_in(row, "sequence", true);
        const auto episode_code = code_in(row, "episode", false);
        if (import_.bad_row == row.number) return {};
        Id parent = import_.project_id;
        if (!episode_code.empty()) {
            BIFROST_ASSIGN(parent, under(row, parent, "episode", episode_code, {}));
            if (import_.bad_row == row.number) return {};
        }
        BIFROST_ASSIGN(const Id sequence_id,
                       under(row, parent, "sequence", sequence_code,
                             episode_code.empty() ? std::optional<Id>{} : std::optional<Id>{parent}));
        if (import_.bad_row == row.number || import_.stopped) return {};
        const std::string address =
            (episode_code.empty() ? "" : episode_code + "/") + sequence_code + "/" + code;
        const auto found = taken_.find(key(sequence_id, code));
        if (found == taken_.end()) return create(row, sequence_id, code, address);
        if (found->second.archived) {
            import_.error(row, import_.heading("code"), "is an archived shot; restore it first");
            return {};
        }
        return change(row, found->second.id, false);
    }

    std::string code_in(const SheetRow& row, std::string_view field, bool required) {
        const std::string typed = import_.cell(row, field).value_or("");
        if (typed.empty()) {
            if (required)
                import_.error(row, import_.heading(field),
                              import_.columns.find(field)
                                  ? "is empty"
                                  : "needs the column '" + std::string(field) + "', or ids");
            return {};
        }
        const auto code = fold_code(typed);
        if (!code)
            import_.error(row, import_.heading(field),
                          "must be 1 to 64 letters, digits, '_' or '-', beginning with a letter or digit");
        return code.value_or("");
    }

    /// The episode or sequence with this code, made when it isn't there.
    Result<Id> under(const SheetRow& row, const Id& parent, const std::string& kind, const std::string& code,
                     const std::optional<Id>& episode) {
        const auto found = taken_.find(key(parent, code));
        if (found != taken_.end()) {
            if (found->second.kind != kind)
                import_.error(row, import_.heading(kind), "is the code of something else, no " + kind);
            else if (found->second.archived)
                import_.error(row, import_.heading(kind), "is archived; restore the " + kind + " first");
            return found->second.id;
        }
        if (is_similar(row, kind, parent.text(), code)) return Id{};
        boost::json::object body{{"code", code}};
        if (episode) body["episode_id"] = episode->text();
        Result<Id> made = make(kind, body);
        if (!made) {
            BIFROST_CHECK(import_.add_error(row, made.error()));
            return Id{};
        }
        taken_.emplace(key(parent, code), Taken{*made, kind, false});
        import_.outcome.sequences.push_back(code);
        return made;
    }

    Result<Id> make(const std::string& kind, const boost::json::object& body) {
        if (kind == "episode") {
            BIFROST_ASSIGN(const auto episode,
                           shot::create_episode(import_.call, import_.project_id.text(), body));
            return episode.id;
        }
        BIFROST_ASSIGN(const auto sequence,
                       shot::create_sequence(import_.call, import_.project_id.text(), body));
        return sequence.id;
    }

    bool is_similar(const SheetRow& row, std::string_view field, const std::string& scope,
                    const std::string& code) {
        const auto other = similar_.find(scope, code);
        similar_.add(scope, code);
        if (!other || import_.request.allow_similar) return false;
        import_.error(row, import_.heading(field),
                      "'" + code + "' isn't there, but '" + *other +
                          "' is; spreadsheets drop zeros. Send allow_similar=true if both are meant");
        return true;
    }

    Result<> create(const SheetRow& row, const Id& sequence_id, const std::string& code,
                    const std::string& address) {
        if (is_similar(row, "code", sequence_id.text(), code)) return {};
        std::string changes;
        auto body = import_.differences(row, {}, true, kNotInBody, changes);
        if (import_.bad_row == row.number) return {};
        body["sequence_id"] = sequence_id.text();
        const auto made = shot::create_shot(import_.call, import_.project_id.text(), body);
        if (!made) return import_.add_error(row, made.error());
        taken_.emplace(key(sequence_id, code), Taken{made->id, "shot", false});
        seen_.emplace(made->id, row.number);
        import_.outcome.created.push_back(
            {static_cast<std::int64_t>(row.number), address, made->id, json::Raw{"{" + changes + "}"}});
        return {};
    }

    Result<> change(const SheetRow& row, const Id& id, bool by_id) {
        const auto [earlier, is_first] = seen_.emplace(id, row.number);
        if (!is_first) {
            import_.error(row, import_.heading(by_id ? "id" : "code"),
                          "is the same shot as in row " + std::to_string(earlier->second));
            return {};
        }
        const auto before = shot::get_shot(import_.call.tx, import_.call.actor, id);
        if (!before || before->project_id != import_.project_id) {
            import_.error(row, import_.heading("id"), "is no shot of this project");
            return {};
        }
        std::string changes;
        auto skip = kNotInBody;
        if (const auto typed = import_.cell(row, "code"); !typed || fold_code(*typed) == before->code)
            skip.insert("code");
        auto body = import_.differences(row, boost::json::parse(json::to_json(*before)).as_object(), false,
                                        skip, changes);
        if (by_id) BIFROST_CHECK(add_move(row, *before, body, changes));
        if (import_.bad_row == row.number) return {};
        if (body.empty()) {
            ++import_.outcome.unchanged;
            return {};
        }
        const auto after = shot::update_shot(import_.call, id, body, std::nullopt);
        if (!after) return import_.add_error(row, after.error());
        const std::string address = (after->episode_code ? *after->episode_code + "/" : "") +
                                    after->sequence_code + "/" + after->code;
        if (after->revision == before->revision)
            ++import_.outcome.unchanged;
        else
            import_.outcome.updated.push_back(
                {static_cast<std::int64_t>(row.number), address, id, json::Raw{"{" + changes + "}"}});
        return {};
    }

    /// A shot named by its id may change its sequence.
    Result<> add_move(const SheetRow& row, const shot::Shot& before, boost::json::object& body,
                      std::string& changes) {
        if (!import_.columns.find("sequence")) return {};
        const auto sequence = code_in(row, "sequence", true);
        const bool has_episodes = import_.columns.find("episode").has_value();
        const auto episode = has_episodes ? code_in(row, "episode", false) : before.episode_code.value_or("");
        if (import_.bad_row == row.number) return {};
        if (sequence == before.sequence_code && episode == before.episode_code.value_or("")) return {};
        Id parent = import_.project_id;
        if (!episode.empty()) {
            BIFROST_ASSIGN(parent, under(row, parent, "episode", episode, {}));
        }
        if (import_.bad_row == row.number) return {};
        BIFROST_ASSIGN(const Id id, under(row, parent, "sequence", sequence,
                                          episode.empty() ? std::optional<Id>{} : std::optional<Id>{parent}));
        body["sequence_id"] = id.text();
        append_change(changes, "sequence", boost::json::string(before.sequence_code),
                      boost::json::string(sequence));
        return {};
    }

    Import& import_;
    std::unordered_map<std::string, Taken> taken_; ///< by the parent's id and the code
    std::unordered_map<Id, std::size_t> seen_;     ///< rows by shot
    Similar similar_;
};

} // namespace

Result<> import_shots(Import& import) { return Shots(import).run(); }

} // namespace bifrost::csv
