#include "services/editorial/plan.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "services/editorial/plan.sql.hpp"
#include "services/shot/shot.sql.hpp"

namespace bifrost::editorial {
namespace {

using shot::Shot;

constexpr std::string_view kOmitted = "omitted";

struct SequenceRow {
    Id id;
    std::string code;
    std::optional<std::string> episode;
    std::optional<Id> episode_id;
    std::optional<Timestamp> archived_at;
};
BOOST_DESCRIBE_STRUCT(SequenceRow, (), (id, code, episode, episode_id, archived_at))

/// What a shot shows in an edit, all of its clips together.
struct Use {
    std::int64_t source_in = 0;
    std::int64_t source_out = 0;
    std::string speed = "1";
    std::string media;
    std::string reel;
    Id cut_id;

    void widen(std::int64_t in, std::int64_t out) {
        source_in = std::min(source_in, in);
        source_out = std::max(source_out, out);
    }
};

ShotName without_shot(ShotName name) {
    name.shot.clear();
    return name;
}

std::string from_to(std::string_view field, const std::string& from, const std::string& to) {
    return "\"" + std::string(field) + "\":{\"from\":" + from + ",\"to\":" + to + "}";
}

template <class T>
void add_change(std::string& changes, std::string_view field, const T& from, const T& to) {
    if (from == to) return;
    changes += (changes.empty() ? "" : ",") + from_to(field, json::to_json(from), json::to_json(to));
}

class Planner {
  public:
    Planner(database::Tx& tx, const Id& project_id, const std::vector<NamedClip>& clips,
            const PlanOptions& options, bool lock)
        : tx_(tx), project_id_(project_id), clips_(clips), options_(options), lock_(lock) {}

    Result<PlannedEdit> run() {
        group();
        BIFROST_CHECK(read_sequences());
        BIFROST_CHECK(read_shots());
        BIFROST_CHECK(read_uses());
        for (auto& step : out_.steps) match(step);
        find_omitted();
        find_renamed();
        for (auto& step : out_.steps) compare(step);
        for (const auto& [name, id] : touched_) order(name);
        std::sort(out_.plan.unmatched.begin(), out_.plan.unmatched.end(),
                  [](const auto& a, const auto& b) { return a.record_in < b.record_in; });
        tell();
        tell_clips();
        find_owner();
        return std::move(out_);
    }

  private:
    /// One step a shot, in the order of its first clip.
    void group() {
        std::vector<std::size_t> order(clips_.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return clips_[a].clip.record_in < clips_[b].clip.record_in;
        });
        out_.step_of.assign(clips_.size(), std::string::npos);
        std::map<ShotName, std::size_t> known;
        for (const std::size_t index : order) {
            const auto& [clip, name, code] = clips_[index];
            if (!name) {
                out_.plan.unmatched.push_back({clip.name, clip.track, clip.record_in});
                continue;
            }
            const auto [at, is_first] = known.emplace(*name, out_.steps.size());
            if (is_first) {
                out_.steps.emplace_back();
                out_.steps.back().name = *name;
                uses_.push_back({clip.source_in, clip.source_out, clip.speed, clip.media, clip.reel, {}});
            }
            uses_[at->second].widen(clip.source_in, clip.source_out);
            out_.steps[at->second].clips.push_back(index);
            out_.step_of[index] = at->second;
            touched_.emplace(without_shot(*name), std::nullopt);
        }
    }

    Result<> read_sequences() {
        BIFROST_ASSIGN(const auto rows, tx_.query(sql::list_sequences, project_id_));
        for (const auto row : rows) {
            auto sequence = row.as<SequenceRow>();
            const ShotName name{sequence.episode, sequence.code, ""};
            const auto found = touched_.find(name);
            if (found == touched_.end()) continue;
            if (sequence.archived_at)
                return Error{Errc::conflict, "The sequence '" + sequence.code +
                                                 "' is archived: restore it before importing an edit of it."};
            found->second = std::move(sequence);
        }
        for (const auto& [name, sequence] : touched_)
            if (!sequence) out_.new_sequences.insert(name);
        return {};
    }

    Result<> read_shots() {
        std::vector<Id> ids;
        for (const auto& [name, sequence] : touched_)
            if (sequence) ids.push_back(sequence->id);
        BIFROST_ASSIGN(const auto rows, tx_.query(lock_ ? shot::sql::lock_shots_of : shot::sql::list_shots_of,
                                                  json::to_json(ids)));
        for (const auto row : rows) {
            Shot shot = row.as<Shot>();
            ShotName name{shot.episode_code, shot.sequence_code, shot.code};
            shots_.emplace(std::move(name), std::move(shot));
        }
        return {};
    }

    Result<> read_uses() {
        BIFROST_ASSIGN(const auto rows, tx_.query(sql::list_base_items, project_id_));
        for (const auto row : rows) {
            Use use{row.integer(2),           row.integer(3),           std::string(row.text(4)),
                    std::string(row.text(5)), std::string(row.text(6)), row.id(1)};
            const auto [at, is_new] = base_.emplace(row.id(0), use);
            if (is_new) continue;
            // A newer edit says what counts; within one the shot may stand several times.
            if (at->second.cut_id == use.cut_id)
                at->second.widen(use.source_in, use.source_out);
            else
                at->second = std::move(use);
        }
        return {};
    }

    void match(ShotStep& step) {
        const auto found = shots_.find(step.name);
        if (found == shots_.end()) return;
        step.before = found->second;
        step.after = found->second;
        step.restores = found->second.archived_at.has_value() || found->second.status == kOmitted;
        matched_.insert(found->second.id);
    }

    void find_omitted() {
        for (const auto& [name, shot] : shots_) {
            if (matched_.contains(shot.id) || shot.archived_at || shot.status == kOmitted) continue;
            if (!shot.cut_in && !base_.contains(shot.id)) continue; // no edit has had it so far
            ShotStep step;
            step.name = name;
            step.before = step.after = shot;
            step.omits = true;
            out_.steps.push_back(std::move(step));
        }
    }

    /// A new shot that shows what one that vanished showed is the same shot under another name.
    void find_renamed() {
        const std::size_t named = uses_.size();
        for (std::size_t i = 0; i < named; ++i) {
            if (out_.steps[i].before || !touched_.at(without_shot(out_.steps[i].name))) continue;
            for (std::size_t j = named; j < out_.steps.size(); ++j) {
                auto& vanished = out_.steps[j];
                if (!vanished.omits || without_shot(vanished.name) != without_shot(out_.steps[i].name))
                    continue;
                const auto base = base_.find(vanished.before->id);
                if (base == base_.end() || !is_same_media(base->second, uses_[i])) continue;
                out_.steps[i].before = vanished.before;
                out_.steps[i].after = vanished.after;
                out_.steps[i].after.code = out_.steps[i].after.label = out_.steps[i].name.shot;
                if (vanished.before->name == vanished.before->label)
                    out_.steps[i].after.name = out_.steps[i].name.shot;
                vanished.omits = false;
                break;
            }
        }
        std::erase_if(out_.steps, [](const ShotStep& step) { return step.clips.empty() && !step.omits; });
    }

    static bool is_same_media(const Use& a, const Use& b) {
        const bool overlap = a.source_in < b.source_out && b.source_in < a.source_out;
        if (!a.media.empty() && a.media == b.media) return overlap;
        const bool same_reel = !a.reel.empty() && a.reel != "AX" && a.reel == b.reel;
        return same_reel && a.source_in == b.source_in && a.source_out == b.source_out;
    }

    void compare(ShotStep& step) {
        if (step.omits) return;
        const auto& use = uses_[out_.step_of[step.clips.front()]];
        const std::int64_t length = use.source_out - use.source_in;
        Shot& shot = step.after;
        if (!step.before) {
            shot.code = shot.label = shot.name = step.name.shot;
            shot.sequence_code = step.name.sequence;
            shot.episode_code = step.name.episode;
            shot.handles = options_.handles;
        }
        const auto base = step.before ? base_.find(step.before->id) : base_.end();
        if (!shot.cut_in || !shot.cut_out) {
            shot.cut_in = options_.first_frame + options_.handles;
            shot.cut_out = *shot.cut_in + length - 1;
            shot.head_in = *shot.cut_in - options_.handles;
            shot.tail_out = *shot.cut_out + options_.handles;
        } else if (base != base_.end()) {
            move_cut(shot, *shot.cut_in + use.source_in - base->second.source_in,
                     *shot.cut_out + use.source_out - base->second.source_out);
        } else {
            move_cut(shot, *shot.cut_in, *shot.cut_in + length - 1);
        }
        if (use.speed != "0") shot.retime = use.speed == "1" ? std::nullopt : std::optional(use.speed);
        const auto& code = clips_[step.clips.front()].code;
        if (code && step.before && *code != shot.code) {
            if (shot.name == shot.label) shot.name = *code;
            shot.code = shot.label = *code;
        }
    }

    /// Head and tail stay at their distance, and never within the cut.
    static void move_cut(Shot& shot, std::int64_t in, std::int64_t out) {
        out = std::max(in, out);
        if (shot.head_in) shot.head_in = in - (*shot.cut_in - *shot.head_in);
        if (shot.tail_out) shot.tail_out = out + (*shot.tail_out - *shot.cut_out);
        shot.cut_in = in;
        shot.cut_out = out;
    }

    /// Gives the shots of a sequence an order as in the edit, changing as few as it can.
    void order(const ShotName& sequence) {
        std::vector<ShotStep*> steps;
        for (auto& step : out_.steps)
            if (!step.omits && without_shot(step.name) == sequence) steps.push_back(&step);
        const auto stay = longest_ordered(steps);
        std::int64_t last = 0;
        for (std::size_t i = 0; i < steps.size();) {
            if (stay[i]) {
                last = steps[i++]->after.order;
                continue;
            }
            std::size_t end = i;
            while (end < steps.size() && !stay[end]) ++end;
            const auto gap = static_cast<std::int64_t>(end - i) + 1;
            const std::int64_t next = end < steps.size() ? steps[end]->after.order : last + gap * 10;
            if (next - last < gap) return number_all(steps);
            for (std::int64_t n = 1; i < end; ++i, ++n) {
                if (steps[i]->before) moved_.insert(steps[i]);
                steps[i]->after.order = last + (next - last) * n / gap;
            }
        }
    }

    void number_all(const std::vector<ShotStep*>& steps) {
        const auto stay = longest_ordered(steps);
        for (std::size_t i = 0; i < steps.size(); ++i) {
            if (!stay[i] && steps[i]->before) moved_.insert(steps[i]);
        }
        for (std::size_t i = 0; i < steps.size(); ++i)
            steps[i]->after.order = static_cast<std::int64_t>(i + 1) * 10;
    }

    /// Which shots can stay where they are: the longest run of rising orders (patience sorting).
    static std::vector<bool> longest_ordered(const std::vector<ShotStep*>& steps) {
        std::vector<std::size_t> tails;
        std::vector<std::size_t> before(steps.size(), std::string::npos);
        for (std::size_t i = 0; i < steps.size(); ++i) {
            if (!steps[i]->before) continue;
            const auto at =
                std::lower_bound(tails.begin(), tails.end(), i, [&](std::size_t a, std::size_t b) {
                    return steps[a]->before->order < steps[b]->before->order;
                });
            if (at != tails.begin()) before[i] = *(at - 1);
            if (at == tails.end())
                tails.push_back(i);
            else
                *at = i;
        }
        std::vector<bool> stay(steps.size(), false);
        for (std::size_t i = tails.empty() ? std::string::npos : tails.back(); i != std::string::npos;
             i = before[i])
            stay[i] = true;
        return stay;
    }

    static PlanEntry entry_of(const ShotStep& step, const std::string& changes = "") {
        PlanEntry entry;
        entry.episode = step.name.episode;
        entry.sequence = step.name.sequence;
        entry.shot = step.before && step.clips.empty() ? step.before->code : step.after.code;
        if (step.before) entry.shot_id = step.before->id;
        entry.changes.text = "{" + changes + "}";
        return entry;
    }

    void tell() {
        for (const auto& step : out_.steps) {
            if (step.omits) {
                out_.plan.omitted.push_back(entry_of(step));
                continue;
            }
            const Shot& after = step.after;
            if (!step.before) {
                out_.plan.added.push_back(
                    entry_of(step, from_to("cut_in", "null", json::to_json(after.cut_in)) + "," +
                                       from_to("cut_out", "null", json::to_json(after.cut_out))));
                continue;
            }
            tell_changes(step, *step.before, after);
        }
    }

    void tell_changes(const ShotStep& step, const Shot& before, const Shot& after) {
        std::string cut;
        add_change(cut, "cut_in", before.cut_in, after.cut_in);
        add_change(cut, "cut_out", before.cut_out, after.cut_out);
        std::string speed;
        add_change(speed, "retime", before.retime, after.retime);
        std::string code;
        add_change(code, "code", before.code, after.code);
        std::string order;
        add_change(order, "order", before.order, after.order);
        auto& plan = out_.plan;
        if (step.restores) plan.restored.push_back(entry_of(step));
        if (!cut.empty()) plan.trimmed.push_back(entry_of(step, cut));
        if (moved_.contains(&step)) plan.moved.push_back(entry_of(step, order));
        if (!code.empty()) plan.renamed.push_back(entry_of(step, code));
        if (!speed.empty()) plan.retimed.push_back(entry_of(step, speed));
        if (!step.restores && cut.empty() && !moved_.contains(&step) && code.empty() && speed.empty())
            ++plan.unchanged;
    }

    void tell_clips() {
        std::vector<std::vector<std::string>> changes(out_.steps.size());
        for (std::size_t i = 0; i < out_.steps.size(); ++i) {
            const auto& step = out_.steps[i];
            const auto add = [&](bool applies, const char* name) {
                if (applies) changes[i].emplace_back(name);
            };
            if (!step.before) {
                add(true, "new");
                continue;
            }
            add(step.restores, "restored");
            add(step.before->code != step.after.code, "renamed");
            add(step.before->cut_in != step.after.cut_in || step.before->cut_out != step.after.cut_out,
                "trimmed");
            add(moved_.contains(&step), "moved");
            add(step.before->retime != step.after.retime, "retimed");
        }
        for (std::size_t i = 0; i < clips_.size(); ++i) {
            const auto& clip = clips_[i].clip;
            PlanClip one{clip.name, clip.track, clip.record_in, clip.record_out, {}, {}, {}};
            if (const std::size_t step = out_.step_of[i]; step != std::string::npos) {
                one.sequence = out_.steps[step].name.sequence;
                one.shot = out_.steps[step].after.code;
                one.changes = changes[step];
            }
            out_.plan.clips.push_back(std::move(one));
        }
    }

    void find_owner() {
        if (touched_.empty() || !out_.new_sequences.empty()) return;
        if (touched_.size() == 1) {
            out_.owner_id = touched_.begin()->second->id;
            return;
        }
        out_.owner_id = touched_.begin()->second->episode_id;
        for (const auto& [name, sequence] : touched_)
            if (sequence->episode_id != out_.owner_id) out_.owner_id.reset();
    }

    database::Tx& tx_;
    const Id& project_id_;
    const std::vector<NamedClip>& clips_;
    const PlanOptions& options_;
    bool lock_;
    PlannedEdit out_;
    std::vector<Use> uses_; ///< by step, those of the edit
    std::map<ShotName, std::optional<SequenceRow>> touched_;
    std::map<ShotName, Shot> shots_;
    std::unordered_map<Id, Use> base_;
    std::set<Id> matched_;
    std::set<const ShotStep*> moved_;
};

} // namespace

Result<PlannedEdit> plan_edit(database::Tx& tx, const Id& project_id, const std::vector<NamedClip>& clips,
                              const PlanOptions& options, bool lock) {
    return Planner(tx, project_id, clips, options, lock).run();
}

} // namespace bifrost::editorial
