#include "services/shot/shot_bulk.hpp"

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/shot/code_range.hpp"
#include "services/shot/common.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot.sql.hpp"
#include "services/shot/shot_bulk.sql.hpp"
#include "services/shot/shot_input.hpp"
#include "services/shot/shot_write.hpp"

namespace bifrost::shot {
namespace {

using access::Call;
using access::Permission;

/// The sequence that the codes name: the one that has the code under the project, or a new one.
Result<Sequence> ensure_sequence(Call& call, const Id& project_id, const std::string& typed) {
    const auto code = fold_code(typed);
    if (!code) return invalid_field("/codes", "name the sequence '" + typed + "', which is no code");
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_child, project_id, *code));
    if (rows.empty()) return create_sequence(call, project_id.text(), boost::json::object{{"code", typed}});
    if (rows[0].text(1) != "sequence")
        return invalid_field("/codes", "name '" + *code + "', which is no sequence");
    BIFROST_CHECK(get_parent(call, rows[0].id(0), project_id, "sequence", "codes"));
    return get_sequence(call.tx, call.actor, rows[0].id(0));
}

} // namespace

Result<std::vector<Shot>> create_shots(Call& call, std::string_view project, const boost::json::value& body) {
    BIFROST_ASSIGN(const Id project_id, open_project(call, project));
    json::Reader reader(body);
    const std::string typed = reader.text("codes", {1, 10'000});
    const auto sequence_id = reader.optional_id("sequence_id");
    Shot pattern;
    read_frames(reader, pattern);
    BIFROST_CHECK(reader.finish());
    BIFROST_ASSIGN(const auto range, parse_codes(typed));
    Sequence sequence;
    if (sequence_id) {
        BIFROST_CHECK(get_parent(call, *sequence_id, project_id, "sequence", "sequence_id"));
        BIFROST_ASSIGN(sequence, get_sequence(call.tx, call.actor, *sequence_id));
        if (!range.sequence.empty() && fold_code(range.sequence) != sequence.code)
            return invalid_field("/codes",
                                 "name the sequence '" + range.sequence + "', not '" + sequence.code + "'");
    } else if (range.sequence.empty()) {
        return invalid_field("/sequence_id",
                             "is required unless the codes name the sequence, as in sq010_sh0010-0100 by 10");
    } else {
        BIFROST_ASSIGN(sequence, ensure_sequence(call, project_id, range.sequence));
    }
    BIFROST_ASSIGN(const auto last, call.tx.query(sql::last_shot_order, sequence.id));
    std::int64_t order = last[0].integer(0);
    std::vector<Shot> shots;
    for (const auto& code : range.codes) {
        Shot shot = pattern;
        shot.sequence_id = sequence.id;
        shot.sequence_code = sequence.code;
        shot.episode_id = sequence.episode_id;
        shot.episode_code = sequence.episode_code;
        shot.label = shot.name = code;
        shot.code = *fold_code(code);
        shot.order = order = std::min(order + 10, kMostOrder);
        shots.push_back(std::move(shot));
    }
    BIFROST_CHECK(insert_shots(call, project_id, shots));
    return shots;
}

Result<Renumbering> renumber_shots(Call& call, const Id& sequence_id, const boost::json::value& body) {
    BIFROST_ASSIGN(const auto sequence, get_sequence(call.tx, call.actor, sequence_id));
    BIFROST_CHECK(call.actor.require(Permission::shot_update, sequence.project_id, "sequence"));
    json::Reader reader(body);
    const std::string prefix = reader.optional_text("prefix", {0, 40}).value_or("sh");
    const auto first = reader.optional_integer("first", 0, 1'000'000'000).value_or(10);
    const auto step = reader.optional_integer("step", 1, 1'000'000).value_or(10);
    const auto width = reader.optional_integer("width", 1, 12).value_or(4);
    const bool dry_run = reader.optional_boolean("dry_run").value_or(false);
    if (!reader.failed() && !fold_code(numbered_code(prefix, first, static_cast<std::size_t>(width))))
        reader.add_error("prefix", "must begin a code: letters, digits, '_' or '-'");
    BIFROST_CHECK(reader.finish());
    BIFROST_ASSIGN(const auto rows,
                   call.tx.query(sql::lock_shots_of, json::to_json(std::vector<Id>{sequence_id})));
    Renumbering renumbering;
    std::vector<std::pair<Shot, Shot>> changes;
    std::int64_t number = first;
    for (const auto row : rows) {
        Shot before = row.as<Shot>();
        if (before.archived_at) continue;
        Shot after = before;
        after.label = numbered_code(prefix, number, static_cast<std::size_t>(width));
        after.code = *fold_code(after.label);
        number += step;
        if (after.code == before.code) {
            ++renumbering.unchanged;
            continue;
        }
        if (after.name == before.label) after.name = after.label;
        renumbering.data.push_back({before.id, before.code, after.code});
        changes.emplace_back(std::move(before), std::move(after));
    }
    if (dry_run || changes.empty()) return renumbering;
    // Codes may change places: all step aside first. No code that people can have holds a space.
    std::vector<database::Params> aside;
    for (const auto& [before, after] : changes)
        aside.push_back(database::make_params(before.id, " " + before.id.text()));
    BIFROST_CHECK(call.tx.execute_many(sql::set_code, aside));
    for (auto& [before, after] : changes) BIFROST_CHECK(store_shot(call, before, after, std::nullopt));
    renumbering.applied = true;
    return renumbering;
}

} // namespace bifrost::shot
