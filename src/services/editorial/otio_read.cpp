// OpenTimelineIO's JSON (https://opentimelineio.readthedocs.io, serialized schemas): timelines with tracks of
// clips, gaps and transitions.

#include <cmath>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "services/editorial/edit.hpp"
#include "services/editorial/timecode.hpp"

namespace bifrost::editorial {
namespace {

using boost::json::object;
using boost::json::value;

constexpr std::size_t kDeepest = 200;

const object* object_at(const object& parent, std::string_view key) {
    const auto* found = parent.if_contains(key);
    return found != nullptr ? found->if_object() : nullptr;
}

std::string text_at(const object& parent, std::string_view key) {
    const auto* found = parent.if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string schema_of(const object& one) { return text_at(one, "OTIO_SCHEMA"); }

/// "Clip" of "Clip.2".
std::string kind_of(const object& one) {
    const std::string schema = schema_of(one);
    return schema.substr(0, schema.find('.'));
}

struct Time {
    double value = 0;
    FrameRate rate;
};

struct Range {
    Time start;
    Time duration;
};

class Reader {
  public:
    explicit Reader(const FrameRate* rate) {
        if (rate != nullptr) {
            edit_.rate = *rate;
            has_rate_ = true;
        }
    }

    Result<Edit> read(const object& root) {
        if (kind_of(root) == "Timeline")
            read_timeline(root);
        else
            unknown(root, "");
        if (errors_.empty() && edit_.clips.empty()) error("", "has no video track with a clip");
        for (auto& clip : edit_.clips) {
            clip.record_in += edit_.start_frame;
            clip.record_out += edit_.start_frame;
        }
        if (errors_.empty()) return std::move(edit_);
        Error broken{Errc::invalid, "The timeline can't be read; nothing was changed."};
        broken.fields = std::move(errors_);
        return broken;
    }

  private:
    void error(const std::string& pointer, std::string detail) {
        if (errors_.size() < 100) errors_.push_back({pointer, std::move(detail)});
    }
    void unknown(const object& one, const std::string& pointer) {
        const std::string schema = schema_of(one);
        error(pointer, schema.empty()
                           ? "has no OTIO_SCHEMA"
                           : "is of the schema '" + schema.substr(0, 100) + "', which is not known here");
    }

    std::optional<Time> read_time(const object* one, const std::string& pointer) {
        if (one == nullptr) return std::nullopt;
        const auto* number = one->if_contains("value");
        const auto* decimal = one->if_contains("rate");
        if (number == nullptr || decimal == nullptr || !number->is_number() || !decimal->is_number()) {
            error(pointer, "is no time of a value and a rate");
            return std::nullopt;
        }
        const auto rate = rate_of(decimal->to_number<double>());
        const auto amount = number->to_number<double>();
        if (!rate || !std::isfinite(amount) || std::abs(amount) > 1e12) {
            error(pointer, "has a rate or a value that no edit has");
            return std::nullopt;
        }
        if (!has_rate_) {
            edit_.rate = *rate;
            has_rate_ = true;
        }
        return Time{amount, *rate};
    }

    std::optional<Range> read_range(const object* one, const std::string& pointer) {
        if (one == nullptr) return std::nullopt;
        const auto duration = read_time(object_at(*one, "duration"), pointer + "/duration");
        const auto start = read_time(object_at(*one, "start_time"), pointer + "/start_time");
        if (!start || !duration) {
            if (errors_.empty()) error(pointer, "is no range of a start and a duration");
            return std::nullopt;
        }
        if (duration->value < 0) {
            error(pointer, "has a negative duration");
            return std::nullopt;
        }
        return Range{*start, *duration};
    }

    /// In frames of the edit.
    std::int64_t frames(const Time& time) const {
        if (time.rate == edit_.rate) return std::llround(time.value);
        const double scale = decimal_of(edit_.rate) / decimal_of(time.rate);
        return std::llround(time.value * scale);
    }

    void read_timeline(const object& timeline) {
        edit_.name = text_at(timeline, "name");
        if (const auto start = read_time(object_at(timeline, "global_start_time"), "/global_start_time"))
            edit_.start_frame = frames(*start);
        const auto* stack = object_at(timeline, "tracks");
        const auto* tracks = stack ? stack->if_contains("children") : nullptr;
        if (tracks == nullptr || !tracks->is_array()) return error("/tracks", "has no tracks");
        std::size_t video = 0;
        std::size_t index = 0;
        for (const auto& track : tracks->get_array()) {
            const std::string pointer = "/tracks/children/" + std::to_string(index++);
            const auto* one = track.if_object();
            if (one == nullptr || kind_of(*one) != "Track") {
                if (one == nullptr)
                    error(pointer, "is no track");
                else
                    unknown(*one, pointer);
                continue;
            }
            const std::string kind = text_at(*one, "kind");
            if (kind != "Video" && !kind.empty()) continue;
            track_ = "V" + std::to_string(++video);
            read_track(*one, pointer);
        }
    }

    void read_track(const object& track, const std::string& pointer) {
        const auto* children = track.if_contains("children");
        if (children == nullptr || !children->is_array()) return error(pointer, "has no children");
        std::int64_t at = 0;
        std::int64_t dissolve = 0;
        std::size_t index = 0;
        for (const auto& child : children->get_array()) {
            const std::string here = pointer + "/children/" + std::to_string(index++);
            const auto* one = child.if_object();
            if (one == nullptr) {
                error(here, "is no clip, gap or transition");
                continue;
            }
            const std::string kind = kind_of(*one);
            if (kind == "Transition") {
                const auto in = read_time(object_at(*one, "in_offset"), here + "/in_offset");
                const auto out = read_time(object_at(*one, "out_offset"), here + "/out_offset");
                dissolve = (in ? frames(*in) : 0) + (out ? frames(*out) : 0);
                if (!edit_.clips.empty() && edit_.clips.back().track == track_ &&
                    edit_.clips.back().record_out == at)
                    edit_.clips.back().transition_out = dissolve;
                continue;
            }
            if (kind == "Gap" || kind == "Filler") {
                const auto range = read_range(object_at(*one, "source_range"), here + "/source_range");
                at += range ? frames(range->duration) : 0;
            } else if (kind == "Clip" || kind == "Stack" || kind == "Track") {
                at += read_item(*one, here, at, dissolve);
            } else {
                unknown(*one, here);
            }
            dissolve = 0;
        }
    }

    /// The media of a clip: the reference of version 1, or the active one of version 2.
    static const object* media_of(const object& clip) {
        if (const auto* one = object_at(clip, "media_reference")) return one;
        const auto* all = object_at(clip, "media_references");
        if (all == nullptr) return nullptr;
        std::string key = text_at(clip, "active_media_reference_key");
        if (key.empty()) key = "DEFAULT_MEDIA";
        return object_at(*all, key);
    }

    /// What a nested composition shows: its one clip when it has no more, else itself.
    static const object& inner_of(const object& item) {
        const object* one = &item;
        for (std::size_t depth = 0; depth < kDeepest && kind_of(*one) != "Clip"; ++depth) {
            const auto* children = one->if_contains("children");
            if (children == nullptr || !children->is_array() || children->get_array().size() != 1) break;
            const auto* next = children->get_array()[0].if_object();
            if (next == nullptr) break;
            one = next;
        }
        return *one;
    }

    std::int64_t read_item(const object& item, const std::string& pointer, std::int64_t at,
                           std::int64_t dissolve) {
        const object& inner = inner_of(item);
        const auto* media = media_of(inner);
        auto range = read_range(object_at(item, "source_range"), pointer + "/source_range");
        if (!range) range = read_range(object_at(inner, "source_range"), pointer + "/source_range");
        if (!range && media != nullptr)
            range = read_range(object_at(*media, "available_range"),
                               pointer + "/media_reference/available_range");
        if (!range) {
            if (errors_.empty()) error(pointer, "has neither a source range nor media of a known length");
            return 0;
        }
        EditClip clip;
        clip.name = text_at(inner, "name");
        if (clip.name.empty()) clip.name = text_at(item, "name");
        clip.track = track_;
        clip.source_in = frames(range->start);
        const std::int64_t length = frames(range->duration);
        if (length == 0) return 0;
        clip.source_out = clip.source_in + length;
        clip.record_in = at;
        clip.record_out = at + length;
        clip.transition_in = dissolve;
        if (media != nullptr) {
            clip.media = text_at(*media, "target_url");
            if (clip.media.empty())
                clip.media = text_at(*media, "target_url_base") + text_at(*media, "name_prefix");
        }
        if (const auto* metadata = object_at(inner, "metadata"))
            if (const auto* cmx = object_at(*metadata, "cmx_3600")) clip.reel = text_at(*cmx, "reel");
        read_effects(inner, clip);
        edit_.clips.push_back(std::move(clip));
        return length;
    }

    static void read_effects(const object& item, EditClip& clip) {
        const auto* effects = item.if_contains("effects");
        if (effects == nullptr || !effects->is_array()) return;
        for (const auto& effect : effects->get_array()) {
            const auto* one = effect.if_object();
            if (one == nullptr) continue;
            const std::string kind = kind_of(*one);
            if (kind == "FreezeFrame") {
                clip.speed = "0";
            } else if (kind == "LinearTimeWarp") {
                const auto* scalar = one->if_contains("time_scalar");
                if (scalar != nullptr && scalar->is_number())
                    clip.speed = fraction_of(scalar->to_number<double>());
            }
        }
    }

    /// The simplest fraction within a thousandth (continued fractions).
    static std::string fraction_of(double speed) {
        if (!std::isfinite(speed) || std::abs(speed) > 1e6) return "1";
        const bool backwards = speed < 0;
        double rest = std::abs(speed);
        if (rest < 1e-6) return "0";
        std::int64_t before = 1, numerator = static_cast<std::int64_t>(rest);
        std::int64_t denominator_before = 0, denominator = 1;
        double fraction = rest - std::floor(rest);
        const auto is_near = [&] {
            return std::abs(static_cast<double>(numerator) / static_cast<double>(denominator) - rest) <
                   rest * 1e-6;
        };
        while (!is_near() && fraction > 1e-9 && denominator < 100'000) {
            const double inverse = 1 / fraction;
            const auto digit = static_cast<std::int64_t>(inverse);
            fraction = inverse - std::floor(inverse);
            before = std::exchange(numerator, digit * numerator + before);
            denominator_before = std::exchange(denominator, digit * denominator + denominator_before);
        }
        return (backwards ? "-" : "") + FrameRate{numerator, denominator}.text();
    }

    Edit edit_;
    bool has_rate_ = false;
    std::string track_;
    std::vector<FieldError> errors_;
};

} // namespace

Result<Edit> read_otio(std::string_view text, const FrameRate* rate) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    boost::json::parse_options options;
    options.max_depth = kDeepest;
    boost::json::error_code failed;
    const auto parsed = boost::json::parse({text.data(), text.size()}, failed, {}, options);
    if (failed) return Error{Errc::malformed, "The timeline is not valid JSON: " + failed.message() + "."};
    const auto* root = parsed.if_object();
    if (root == nullptr) return Error{Errc::malformed, "The timeline is no JSON object."};
    return Reader(rate).read(*root);
}

} // namespace bifrost::editorial
