#include <set>

#include <boost/json/serialize.hpp>

#include "services/editorial/edit.hpp"
#include "services/editorial/timecode.hpp"

namespace bifrost::editorial {
namespace {

using boost::json::array;
using boost::json::object;

object time_of(std::int64_t frames, const FrameRate& rate) {
    return {{"OTIO_SCHEMA", "RationalTime.1"},
            {"rate", decimal_of(rate)},
            {"value", static_cast<double>(frames)}};
}

object range_of(std::int64_t start, std::int64_t length, const FrameRate& rate) {
    return {{"OTIO_SCHEMA", "TimeRange.1"},
            {"duration", time_of(length, rate)},
            {"start_time", time_of(start, rate)}};
}

object media_of(const EditClip& clip) {
    if (clip.media.empty())
        return {{"OTIO_SCHEMA", "MissingReference.1"},
                {"metadata", object{}},
                {"name", ""},
                {"available_range", nullptr}};
    return {{"OTIO_SCHEMA", "ExternalReference.1"},
            {"metadata", object{}},
            {"name", ""},
            {"available_range", nullptr},
            {"target_url", clip.media}};
}

object clip_of(const EditClip& clip, const FrameRate& rate) {
    array effects;
    if (clip.speed == "0") {
        effects.push_back(object{{"OTIO_SCHEMA", "FreezeFrame.1"},
                                 {"metadata", object{}},
                                 {"name", ""},
                                 {"effect_name", "FreezeFrame"},
                                 {"time_scalar", 0.0}});
    } else if (clip.speed != "1") {
        const bool backwards = clip.speed.starts_with('-');
        const auto fraction = FrameRate::parse(backwards ? clip.speed.substr(1) : clip.speed);
        const double scalar = fraction ? decimal_of(*fraction) : 1.0;
        effects.push_back(object{{"OTIO_SCHEMA", "LinearTimeWarp.1"},
                                 {"metadata", object{}},
                                 {"name", ""},
                                 {"effect_name", "LinearTimeWarp"},
                                 {"time_scalar", backwards ? -scalar : scalar}});
    }
    object metadata;
    if (!clip.reel.empty()) metadata["cmx_3600"] = object{{"reel", clip.reel}};
    return {{"OTIO_SCHEMA", "Clip.2"},
            {"metadata", std::move(metadata)},
            {"name", clip.name},
            {"source_range", range_of(clip.source_in, clip.source_out - clip.source_in, rate)},
            {"effects", std::move(effects)},
            {"markers", array{}},
            {"enabled", true},
            {"media_references", object{{"DEFAULT_MEDIA", media_of(clip)}}},
            {"active_media_reference_key", "DEFAULT_MEDIA"}};
}

object gap_of(std::int64_t length, const FrameRate& rate) {
    return {{"OTIO_SCHEMA", "Gap.1"},
            {"metadata", object{}},
            {"name", ""},
            {"source_range", range_of(0, length, rate)},
            {"effects", array{}},
            {"markers", array{}},
            {"enabled", true}};
}

object transition_of(std::int64_t in, std::int64_t out, const FrameRate& rate) {
    return {{"OTIO_SCHEMA", "Transition.1"},
            {"metadata", object{}},
            {"name", ""},
            {"in_offset", time_of(in, rate)},
            {"out_offset", time_of(out, rate)},
            {"transition_type", "SMPTE_Dissolve"}};
}

} // namespace

std::string write_otio(const Edit& edit) {
    array tracks;
    for (std::size_t i = 0; i < edit.clips.size();) {
        const std::string name = edit.clips[i].track;
        array children;
        std::int64_t at = edit.start_frame;
        std::int64_t tail = 0; // of a transition, before the cut
        for (; i < edit.clips.size() && edit.clips[i].track == name; ++i) {
            const auto& clip = edit.clips[i];
            if (clip.record_in > at) {
                if (tail > 0) children.push_back(transition_of(tail, 0, edit.rate));
                tail = 0;
                children.push_back(gap_of(clip.record_in - at, edit.rate));
            }
            if (tail + clip.transition_in > 0)
                children.push_back(transition_of(tail, clip.transition_in, edit.rate));
            children.push_back(clip_of(clip, edit.rate));
            at = clip.record_out;
            tail = clip.transition_out;
        }
        if (tail > 0) children.push_back(transition_of(tail, 0, edit.rate));
        tracks.push_back(object{{"OTIO_SCHEMA", "Track.1"},
                                {"metadata", object{}},
                                {"name", name},
                                {"source_range", nullptr},
                                {"effects", array{}},
                                {"markers", array{}},
                                {"enabled", true},
                                {"children", std::move(children)},
                                {"kind", "Video"}});
    }
    const object timeline{{"OTIO_SCHEMA", "Timeline.1"},
                          {"metadata", object{}},
                          {"name", edit.name},
                          {"global_start_time", time_of(edit.start_frame, edit.rate)},
                          {"tracks", object{{"OTIO_SCHEMA", "Stack.1"},
                                            {"metadata", object{}},
                                            {"name", "tracks"},
                                            {"source_range", nullptr},
                                            {"effects", array{}},
                                            {"markers", array{}},
                                            {"enabled", true},
                                            {"children", std::move(tracks)}}}};
    return boost::json::serialize(timeline);
}

} // namespace bifrost::editorial
