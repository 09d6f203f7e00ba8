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
        if (const auto* timeline = timeline_of(root)) read_timeline(*timeline);
        if (errors_.empty() && edit_.clips.empty()) error("", "has no video track with a clip");
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

    /// The timeline itself, or the only one of a collection.
    const object* timeline_of(const object& root) {
        if (kind_of(root) == "Timeline") return &root;
        const auto* children =
            kind_of(root) == "SerializableCollection" ? root.if_contains("children") : nullptr;
        if (children == nullptr || !children->is_array()) {
            unknown(root, "");
            return nullptr;
        }
        const object* found = nullptr;
        for (const auto& child : children->get_array()) {
            const auto* one = child.if_object();
            if (one == nullptr || kind_of(*one) != "Timeline") continue;
            if (found != nullptr) {
                error("/children", "has more than one timeline; import them one by one");
                return nullptr;
            }
            found = one;
        }
        if (found == nullptr) error("/children", "has no timeline");
        return found;
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
            if ((kind != "Video" && !kind.empty()) || is_off(*one)) continue;
            track_ = "V" + std::to_string(++video);
            read_track(*one, pointer);
        }
    }

    void read_track(const object& track, const std::string& pointer) {
        const auto* children = track.if_contains("children");
        if (children == nullptr || !children->is_array()) return error(pointer, "has no children");
        const auto shown = read_range(object_at(track, "source_range"), pointer + "/source_range");
        // A track that shows itself from a frame on has its clips earlier by so much.
        std::int64_t at = edit_.start_frame - (shown ? frames(shown->start) : 0);
        const std::size_t first = edit_.clips.size();
        std::int64_t dissolve = 0;
        std::size_t index = 0;
        for (const auto& child : children->get_array()) {
            const std::string here = pointer + "/children/" + std::to_string(index++);
            const auto* one = child.if_object();
            if (one == nullptr) {
                error(here, "is no clip, gap or transition");
            } else if (kind_of(*one) == "Transition") {
                dissolve = read_transition(*one, here, at);
            } else {
                at += read_item(*one, here, at, std::exchange(dissolve, 0));
            }
        }
        if (shown) trim(first, edit_.start_frame, edit_.start_frame + frames(shown->duration));
    }

    /// Its frames behind the cut; those before it belong to the clip before.
    std::int64_t read_transition(const object& transition, const std::string& pointer, std::int64_t at) {
        const auto in = read_time(object_at(transition, "in_offset"), pointer + "/in_offset");
        const auto out = read_time(object_at(transition, "out_offset"), pointer + "/out_offset");
        if ((in && in->value < 0) || (out && out->value < 0)) {
            error(pointer, "has a negative offset");
            return 0;
        }
        if (in && !edit_.clips.empty() && edit_.clips.back().track == track_ &&
            edit_.clips.back().record_out == at)
            edit_.clips.back().transition_out = frames(*in);
        return out ? frames(*out) : 0;
    }

    /// Keeps what stands between two frames of the record, of the clips from `first` on.
    void trim(std::size_t first, std::int64_t begin, std::int64_t end) {
        for (std::size_t i = first; i < edit_.clips.size(); ++i) {
            auto& clip = edit_.clips[i];
            const std::int64_t head = std::max<std::int64_t>(0, begin - clip.record_in);
            const std::int64_t tail = std::max<std::int64_t>(0, clip.record_out - end);
            clip.record_in += head;
            clip.source_in += head;
            clip.record_out -= tail;
            clip.source_out -= tail;
        }
        std::erase_if(edit_.clips, [](const EditClip& clip) { return clip.record_out <= clip.record_in; });
    }

    static bool is_off(const object& item) {
        const auto* enabled = item.if_contains("enabled");
        return enabled != nullptr && enabled->is_bool() && !enabled->get_bool();
    }

    /// What an item shows of itself: its source range, else its media's or its children's length.
    std::optional<Range> range_of(const object& item, const std::string& pointer, std::size_t depth = 0) {
        if (auto range = read_range(object_at(item, "source_range"), pointer + "/source_range")) return range;
        const std::string kind = kind_of(item);
        if (kind != "Stack" && kind != "Track") {
            const auto* media = media_of(item);
            if (media == nullptr) return std::nullopt;
            return read_range(object_at(*media, "available_range"),
                              pointer + "/media_reference/available_range");
        }
        const auto* children = item.if_contains("children");
        if (children == nullptr || !children->is_array() || depth >= kDeepest) return std::nullopt;
        std::int64_t length = 0;
        for (const auto& child : children->get_array()) {
            const auto* one = child.if_object();
            if (one == nullptr || kind_of(*one) == "Transition") continue;
            const auto range = range_of(*one, pointer, depth + 1);
            const std::int64_t own = range ? frames(range->duration) : 0;
            length = kind == "Track" ? length + own : std::max(length, own);
        }
        if (!has_rate_) return std::nullopt;
        return Range{{0, edit_.rate}, {static_cast<double>(length), edit_.rate}};
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
        const std::string kind = kind_of(item);
        const bool is_gap = kind == "Gap" || kind == "Filler";
        if (!is_gap && kind != "Clip" && kind != "Stack" && kind != "Track") {
            unknown(item, pointer);
            return 0;
        }
        const auto range = range_of(item, pointer);
        if (!range) {
            if (errors_.empty() && !is_gap)
                error(pointer, "has neither a source range nor media of a known length");
            return 0;
        }
        const std::int64_t length = frames(range->duration);
        // What is switched off takes its time and shows nothing.
        if (is_gap || length == 0 || is_off(item)) return length;
        const object& inner = inner_of(item);
        EditClip clip;
        clip.name = text_at(item, "name");
        if (clip.name.empty()) clip.name = text_at(inner, "name");
        clip.track = track_;
        clip.source_in = frames(range->start);
        clip.source_out = clip.source_in + length;
        clip.record_in = at;
        clip.record_out = at + length;
        clip.transition_in = dissolve;
        if (const auto* media = media_of(inner)) {
            clip.media = text_at(*media, "target_url");
            if (clip.media.empty())
                clip.media = text_at(*media, "target_url_base") + text_at(*media, "name_prefix");
        }
        if (const auto* metadata = object_at(inner, "metadata"))
            if (const auto* cmx = object_at(*metadata, "cmx_3600")) clip.reel = text_at(*cmx, "reel");
        read_effects(inner, clip);
        if (&inner != &item) read_effects(item, clip);
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

/// OpenTimelineIO writes infinities and what is no number as Python does, which JSON doesn't have: null
/// instead.
std::string as_json(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') quoted = !quoted;
        if (quoted && c == '\\' && at + 1 < text.size()) {
            out += c;
            out += text[++at];
            continue;
        }
        const std::string_view rest = quoted ? std::string_view{} : text.substr(at);
        std::size_t word = 0;
        for (const std::string_view name : {"-Infinity", "Infinity", "-Inf", "Inf", "NaN"})
            if (word == 0 && rest.starts_with(name)) word = name.size();
        if (word > 0) {
            out += "null";
            at += word - 1;
        } else {
            out += c;
        }
    }
    return out;
}

} // namespace

Result<Edit> read_otio(std::string_view text, const FrameRate* rate) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    boost::json::parse_options options;
    options.max_depth = kDeepest;
    boost::json::error_code failed;
    const bool is_json =
        text.find("Inf") == std::string_view::npos && text.find("NaN") == std::string_view::npos;
    const std::string json = is_json ? std::string() : as_json(text);
    if (!is_json) text = json;
    const auto parsed = boost::json::parse({text.data(), text.size()}, failed, {}, options);
    if (failed) return Error{Errc::malformed, "The timeline is not valid JSON: " + failed.message() + "."};
    const auto* root = parsed.if_object();
    if (root == nullptr) return Error{Errc::malformed, "The timeline is no JSON object."};
    return Reader(rate).read(*root);
}

} // namespace bifrost::editorial
