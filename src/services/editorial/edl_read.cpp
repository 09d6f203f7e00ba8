// CMX 3600: events of four timecodes, with comments behind that name what they show.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text.hpp"
#include "services/editorial/edit.hpp"
#include "services/editorial/timecode.hpp"

namespace bifrost::editorial {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    std::size_t at = 0;
    while ((at = line.find_first_not_of(" \t", at)) != std::string_view::npos) {
        const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end;
    }
    return words;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_number(std::string_view word) {
    return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

/// What stands behind `key` when the line begins with it, whatever the case.
std::optional<std::string_view> behind(std::string_view line, std::string_view key) {
    if (line.size() < key.size() || fold_case(line.substr(0, key.size())) != fold_case(key))
        return std::nullopt;
    return trimmed(line.substr(key.size()));
}

/// "047.9" frames a second as a speed against the rate: a fraction.
std::optional<std::string> speed_of(std::string_view word, const FrameRate& rate) {
    try {
        std::size_t used = 0;
        const double frames = std::stod(std::string(word), &used);
        if (used != word.size()) return std::nullopt;
        const auto thousandths = static_cast<std::int64_t>(std::llround(frames * 1000));
        if (thousandths == 0) return "0";
        // A speed near the nominal rate is an ordinary one: 023.976 of 24000/1001 as well as 024.0.
        const std::int64_t base = nominal_rate(rate) * 1000;
        std::int64_t numerator = thousandths;
        if (std::abs(std::abs(frames) - decimal_of(rate)) < 0.006) numerator = frames < 0 ? -base : base;
        const std::int64_t divisor = std::gcd(numerator, base);
        std::string text = std::to_string(numerator / divisor);
        if (base / divisor != 1) text += "/" + std::to_string(base / divisor);
        return text;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

/// "take2" of "/media/take2.mov".
std::string stem_of(std::string_view path) {
    const auto slash = path.find_last_of("/\\");
    if (slash != std::string_view::npos) path = path.substr(slash + 1);
    return std::string(path.substr(0, path.find_last_of('.')));
}

class Reader {
  public:
    explicit Reader(const FrameRate& rate) { edit_.rate = rate; }

    Result<Edit> read(std::string_view text) {
        if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
        while (!text.empty()) {
            const auto end = text.find('\n');
            std::string_view line = text.substr(0, end);
            text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
            if (line.ends_with('\r')) line.remove_suffix(1);
            ++line_;
            read_line(trimmed(line));
            if (errors_.size() >= 100) break;
        }
        finish_clip();
        return finish();
    }

  private:
    void error(std::string detail) {
        errors_.push_back({"/line/" + std::to_string(line_), std::move(detail)});
    }

    void read_line(std::string_view line) {
        if (line.empty() || line.starts_with('#')) return;
        if (!is_utf8(line)) return error("is not UTF-8");
        if (const auto title = behind(line, "TITLE:")) {
            edit_.name = *title;
        } else if (const auto mode = behind(line, "FCM:")) {
            drop_ = behind(*mode, "DROP").has_value();
            if (drop_ && !can_drop(edit_.rate))
                error("is drop-frame, which the rate " + edit_.rate.text() +
                      " doesn't have; give the edit's rate");
            if (edit_.clips.empty() && !open_) edit_.drop_frame = drop_;
        } else if (line.starts_with('*') || line.starts_with('>')) {
            read_comment(line.substr(1));
        } else if (behind(line, "FROM ") || behind(line, "TO ") || behind(line, "LOC:")) {
            read_comment(line); // some write their comments without a star
        } else if (const auto words = words_of(line); is_number(words[0])) {
            read_event(words);
        } else if (words[0] == "M2") {
            read_motion(words);
        } else if (fold_case(words[0]) == "split:" || words[0] == "AUD" || words[0] == "BL" ||
                   words[0] == "EFFECTS" || words[0] == "FINAL" || words[0] == "GPI") {
            return; // notes for tape machines
        } else {
            error("is no event, comment or heading of CMX 3600");
        }
    }

    std::optional<std::int64_t> frame_of(std::string_view word) {
        // Some write frames for timecodes.
        if (is_number(word) && word.size() < 10) return std::stoll(std::string(word));
        const bool marked = word.size() == 11 && (word[8] == ';' || word[8] == ',');
        const bool drop = drop_ || (marked && can_drop(edit_.rate));
        const auto frame = parse_timecode(word, edit_.rate, drop);
        if (!frame)
            error("'" + std::string(word.substr(0, 20)) + "' is no timecode at " + edit_.rate.text() +
                  (drop ? " frames a second, drop-frame" : " frames a second"));
        if (marked && edit_.clips.empty()) edit_.drop_frame = drop;
        return frame;
    }

    void read_event(const std::vector<std::string_view>& words) {
        finish_clip();
        const bool cut = words.size() > 3 && (words[3] == "C" || words[3] == "c");
        const std::size_t first = cut ? 4 : words.size() - std::min<std::size_t>(words.size(), 4);
        if (words.size() < first + 4 || first < 4 || (!cut && first < 5))
            return error(
                "has not all parts of an event: number, reel, channel, transition and four timecodes");
        const std::string channel = fold_case(words[2]);
        skipped_ = channel.find('v') == std::string::npos && channel != "b";
        if (skipped_) return;
        const auto source_in = frame_of(words[first]);
        const auto source_out = frame_of(words[first + 1]);
        const auto record_in = frame_of(words[first + 2]);
        const auto record_out = frame_of(words[first + 3]);
        if (!source_in || !source_out || !record_in || !record_out) return;
        if (*record_out < *record_in || *source_out < *source_in) return error("ends before it begins");
        EditClip clip;
        clip.reel = words[1];
        clip.source_in = *source_in;
        clip.source_out = *source_out;
        clip.record_in = *record_in;
        clip.record_out = *record_out;
        clip.line = line_;
        if (!cut) {
            if (!is_number(words[4]) || words[4].size() > 4) return error("has no length of its transition");
            clip.transition_in = std::stoll(std::string(words[4]));
        }
        if (channel.size() > 1 && channel.front() == 'v') clip.track = "V" + channel.substr(1);
        from_name_.clear();
        dissolves_ = !cut;
        open_ = std::move(clip);
    }

    void read_motion(const std::vector<std::string_view>& words) {
        if (words.size() < 4) return error("has not all parts of a motion effect: M2, reel, speed, timecode");
        if (skipped_) return;
        // The reel may be a name with spaces in it.
        const auto speed = speed_of(words[words.size() - 2], edit_.rate);
        if (!speed) return error("has no speed in frames a second");
        if (open_) {
            open_->speed = *speed;
            has_speed_ = true;
        }
    }

    void read_comment(std::string_view line) {
        line = trimmed(line);
        if (!open_) return;
        if (const auto name = behind(line, "FROM CLIP NAME:")) {
            (dissolves_ ? from_name_ : open_->name) = *name;
        } else if (const auto to = behind(line, "TO CLIP NAME:")) {
            open_->name = *to;
        } else if (const auto file = behind(line, "FROM CLIP:")) {
            open_->media = *file;
        } else if (const auto path = behind(line, "SOURCE FILE:")) {
            open_->media = *path;
        } else if (const auto from_path = behind(line, "FROM FILE:")) {
            open_->media = *from_path;
        } else if (const auto to_path = behind(line, "TO FILE:")) {
            open_->media = *to_path;
        } else if (const auto to_file = behind(line, "TO CLIP:")) {
            open_->media = *to_file;
        }
    }

    /// What stands in an event is known when its comments are read.
    void finish_clip() {
        if (!open_) return;
        EditClip clip = std::move(*open_);
        open_.reset();
        const bool had_speed = std::exchange(has_speed_, false);
        if (clip.name.empty()) clip.name = from_name_;
        if (clip.record_in == clip.record_out) {
            // The first half of a dissolve: the clip before, which goes on in the event's second line.
            if (!edit_.clips.empty() && edit_.clips.back().name.empty()) edit_.clips.back().name = clip.name;
            return;
        }
        const std::int64_t length = clip.record_out - clip.record_in;
        const bool same_length = clip.source_out - clip.source_in == length;
        if (!same_length && !had_speed) {
            errors_.push_back({"/line/" + std::to_string(clip.line),
                               "shows " + std::to_string(clip.source_out - clip.source_in) + " frames in " +
                                   std::to_string(length) + ", and no M2 says at which speed"});
            return;
        }
        // An M2 over as many frames as it shows says nothing, unless they run backwards.
        if (same_length && !clip.speed.starts_with('-')) clip.speed = "1";
        if (clip.speed == "0" && clip.name.ends_with(" FF")) clip.name.resize(clip.name.size() - 3);
        clip.source_out = clip.source_in + length;
        edit_.clips.push_back(std::move(clip));
    }

    Result<Edit> finish() {
        if (errors_.empty() && edit_.clips.empty()) errors_.push_back({"/line/1", "holds no video event"});
        if (!errors_.empty()) {
            Error broken{Errc::invalid, "The EDL has broken lines; nothing was changed."};
            broken.fields = std::move(errors_);
            return broken;
        }
        std::stable_sort(edit_.clips.begin(), edit_.clips.end(), [](const EditClip& a, const EditClip& b) {
            return std::tie(a.track, a.record_in) < std::tie(b.track, b.record_in);
        });
        edit_.start_frame = edit_.clips.front().record_in;
        for (auto& clip : edit_.clips) {
            edit_.start_frame = std::min(edit_.start_frame, clip.record_in);
            if (clip.name.empty()) clip.name = clip.media.empty() ? clip.reel : stem_of(clip.media);
        }
        if (auto overlaps = check_overlaps(edit_); !overlaps.empty()) {
            Error error{Errc::invalid, "The EDL has events that overlap; nothing was changed."};
            error.fields = std::move(overlaps);
            return error;
        }
        return std::move(edit_);
    }

    Edit edit_;
    std::vector<FieldError> errors_;
    std::size_t line_ = 0;
    bool drop_ = false;
    bool skipped_ = false;
    bool dissolves_ = false; ///< the open event
    bool has_speed_ = false;
    std::string from_name_; ///< what a dissolve comes from
    std::optional<EditClip> open_;
};

} // namespace

Result<Edit> read_edl(std::string_view text, const FrameRate& rate) { return Reader(rate).read(text); }

std::vector<FieldError> check_overlaps(const Edit& edit) {
    std::vector<FieldError> errors;
    for (std::size_t i = 1; i < edit.clips.size(); ++i) {
        const auto& before = edit.clips[i - 1];
        const auto& clip = edit.clips[i];
        if (before.track != clip.track || clip.record_in >= before.record_out) continue;
        errors.push_back({clip.line > 0 ? "/line/" + std::to_string(clip.line) : "/" + clip.track,
                          "'" + clip.name + "' begins before '" + before.name + "' ends"});
    }
    return errors;
}

} // namespace bifrost::editorial
