#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "services/editorial/edit.hpp"
#include "services/editorial/timecode.hpp"

namespace bifrost::editorial {
namespace {

/// Reels of at most eight capital letters and digits, no two alike.
class Reels {
  public:
    std::string name(const EditClip& clip) {
        const std::string& wanted = clip.reel.empty() ? clip.name : clip.reel;
        const auto known = names_.find(wanted);
        if (known != names_.end()) return known->second;
        std::string name;
        for (const char c : wanted) {
            const bool keeps =
                (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
            if (keeps && name.size() < 8) name += c;
        }
        if (name.empty()) name = "AX";
        const std::string stem = name;
        for (std::size_t n = 1; !taken_.insert(name).second; ++n) {
            const std::string number = std::to_string(n);
            name = stem.substr(0, 8 - std::min<std::size_t>(7, number.size())) + number;
        }
        names_.emplace(wanted, name);
        return name;
    }

  private:
    std::map<std::string, std::string> names_;
    std::set<std::string> taken_;
};

std::string padded(std::string text, std::size_t width, char fill, bool left) {
    if (text.size() < width) text.insert(left ? 0 : text.size(), width - text.size(), fill);
    return text;
}

/// A speed as a fraction of what it is against 1, without its sign.
FrameRate magnitude_of(const std::string& speed) {
    return FrameRate::parse(speed.starts_with('-') ? speed.substr(1) : speed).value_or(FrameRate{0, 1});
}

/// Frames a second of media below a clip: "048.0", with three decimals where one is not exact.
std::string motion_of(const std::string& speed, const FrameRate& rate) {
    const auto [numerator, denominator] = magnitude_of(speed);
    const std::int64_t thousandths = (nominal_rate(rate) * 1000 * numerator + denominator / 2) / denominator;
    const bool tenths = thousandths % 100 == 0;
    return (speed.starts_with('-') ? "-" : "") + padded(std::to_string(thousandths / 1000), 3, '0', true) +
           "." +
           (tenths ? std::to_string(thousandths / 100 % 10)
                   : padded(std::to_string(thousandths % 1000), 3, '0', true));
}

/// Frames of media that a clip runs through: a freeze holds one.
std::int64_t media_frames(const std::string& speed, std::int64_t length) {
    const auto [numerator, denominator] = magnitude_of(speed);
    return std::max<std::int64_t>(1, (length * numerator + denominator / 2) / denominator);
}

std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
}

} // namespace

std::string write_edl(const Edit& edit) {
    Reels reels;
    const bool drop = edit.drop_frame && can_drop(edit.rate);
    const auto code = [&](std::int64_t frame) { return format_timecode(frame, edit.rate, drop); };
    std::string out =
        "TITLE: " + one_line(edit.name) + "\nFCM: " + (drop ? "DROP FRAME" : "NON-DROP FRAME") + "\n\n";
    std::size_t number = 0;
    const EditClip* before = nullptr;
    for (const auto& clip : edit.clips) {
        if (clip.track != edit.clips.front().track) break;
        const std::string event = padded(std::to_string(++number), 3, '0', true) + "  ";
        const bool abuts = before != nullptr && before->record_out == clip.record_in;
        const std::int64_t ahead = abuts ? before->transition_out : 0;
        const std::int64_t blend = ahead + clip.transition_in;
        const bool dissolves = abuts && blend > 0;
        const bool goes_on = &clip != &edit.clips.back() && (&clip + 1)->track == clip.track &&
                             (&clip + 1)->record_in == clip.record_out;
        const std::int64_t behind = goes_on ? clip.transition_out : 0;
        const std::int64_t length = clip.record_out - behind - (clip.record_in - ahead);
        const std::int64_t shown = clip.speed == "1" ? length : media_frames(clip.speed, length);
        if (dissolves) {
            const auto at = before->source_out - ahead;
            out += event + padded(reels.name(*before), 8, ' ', false) + " V     C        " + code(at) + " " +
                   code(at) + " " + code(clip.record_in - ahead) + " " + code(clip.record_in - ahead) + "\n";
        }
        out += event + padded(reels.name(clip), 8, ' ', false) + " V     " +
               (dissolves ? "D    " + padded(std::to_string(blend), 3, '0', true) : "C       ") + " " +
               code(clip.source_in - ahead) + " " + code(clip.source_in - ahead + shown) + " " +
               code(clip.record_in - ahead) + " " + code(clip.record_out - behind) + "\n";
        if (clip.speed != "1")
            out += "M2   " + padded(reels.name(clip), 8, ' ', false) + "       " +
                   motion_of(clip.speed, edit.rate) + "                " + code(clip.source_in) + "\n";
        if (dissolves)
            out += "* FROM CLIP NAME: " + one_line(before->name) +
                   "\n* TO CLIP NAME: " + one_line(clip.name) + "\n";
        if (!dissolves) out += "* FROM CLIP NAME: " + one_line(clip.name) + "\n";
        if (!clip.media.empty())
            out += (dissolves ? "* TO CLIP: " : "* FROM CLIP: ") + one_line(clip.media) + "\n";
        before = &clip;
    }
    return out;
}

} // namespace bifrost::editorial
