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
            read_comment(line);
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
        const bool same_event = !edit_.clips.empty() && event_ == words[0];
        event_ = words[0];
        is_second_ = same_event || is_second_of_pair(words[0]);
        open_ = std::move(clip);
    }

    bool is_second_of_pair(std::string_view event) const { return !pair_.empty() && pair_ == event; }

    void read_motion(const std::vector<std::string_view>& words) {
        if (words.size() < 4) return error("has not all parts of a motion effect: M2, reel, speed, timecode");
        if (skipped_) return;
        const auto speed = speed_of(words[2], edit_.rate);
        if (!speed) return error("has no speed in frames a second");
        if (open_) {
            open_->speed = *speed;
            has_speed_ = true;
        }
    }

    void read_comment(std::string_view line) {
        line = trimmed(line.substr(1));
        if (!open_) return;
        if (const auto name = behind(line, "FROM CLIP NAME:")) {
            (is_second_ ? from_name_ : open_->name) = *name;
        } else if (const auto to = behind(line, "TO CLIP NAME:")) {
            open_->name = *to;
        } else if (const auto file = behind(line, "FROM CLIP:")) {
            open_->media = *file;
        } else if (const auto path = behind(line, "SOURCE FILE:")) {
            open_->media = *path;
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
        pair_.clear();
        if (clip.record_in == clip.record_out) {
            // The first half of a dissolve: the clip before, which goes on in the event's second line.
            pair_ = event_;
            if (!edit_.clips.empty() && edit_.clips.back().name.empty()) edit_.clips.back().name = clip.name;
            return;
        }
        const std::int64_t length = clip.record_out - clip.record_in;
        if (clip.source_out - clip.source_in != length && !had_speed && clip.speed == "1") {
            errors_.push_back({"/line/" + std::to_string(clip.line),
                               "shows " + std::to_string(clip.source_out - clip.source_in) + " frames in " +
                                   std::to_string(length) + ", and no M2 says at which speed"});
            return;
        }
        clip.source_out = clip.source_in + length;
        if (clip.transition_in > 0) settle_dissolve(clip);
        edit_.clips.push_back(std::move(clip));
    }

    /// The event's times begin with the dissolve; the cut between the clips is in its middle.
    void settle_dissolve(EditClip& clip) {
        const std::int64_t before = clip.transition_in / 2;
        for (auto previous = edit_.clips.rbegin(); previous != edit_.clips.rend(); ++previous) {
            if (previous->track != clip.track) continue;
            if (previous->record_out != clip.record_in) break;
            previous->record_out += before;
            previous->source_out += before;
            previous->transition_out = clip.transition_in;
            clip.record_in += before;
            clip.source_in += before;
            return;
        }
        clip.transition_in = 0; // out of black: there is nothing to dissolve with
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
            if (clip.name.empty()) clip.name = clip.reel;
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
    bool is_second_ = false;
    bool has_speed_ = false;
    std::string event_;
    std::string pair_; ///< the event whose first half was read
    std::string from_name_;
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
