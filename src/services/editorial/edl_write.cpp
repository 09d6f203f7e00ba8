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

/// Frames a second of media below a clip: "048.0".
std::string motion_of(const std::string& speed, const FrameRate& rate) {
    const bool backwards = speed.starts_with('-');
    const auto fraction = FrameRate::parse(backwards ? speed.substr(1) : speed);
    if (!fraction) return "000.0";
    const std::int64_t tenths =
        (nominal_rate(rate) * 10 * fraction->numerator + fraction->denominator / 2) / fraction->denominator;
    return (backwards ? "-" : "") + padded(std::to_string(tenths / 10), 3, '0', true) + "." +
           std::to_string(tenths % 10);
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
        const std::int64_t ahead = before != nullptr ? clip.transition_in / 2 : 0;
        const std::int64_t behind = clip.transition_out / 2;
        const bool dissolves = before != nullptr && clip.transition_in > 0;
        if (dissolves) {
            const auto at = before->source_out - ahead;
            out += event + padded(reels.name(*before), 8, ' ', false) + " V     C        " + code(at) + " " +
                   code(at) + " " + code(clip.record_in - ahead) + " " + code(clip.record_in - ahead) + "\n";
        }
        out += event + padded(reels.name(clip), 8, ' ', false) + " V     " +
               (dissolves ? "D    " + padded(std::to_string(clip.transition_in), 3, '0', true) : "C       ") +
               " " + code(clip.source_in - ahead) + " " + code(clip.source_out - behind) + " " +
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
