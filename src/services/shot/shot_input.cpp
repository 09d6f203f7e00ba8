#include "services/shot/shot_input.hpp"

#include "core/frame_range.hpp"
#include "services/shot/common.hpp"
#include "services/shot/shot_write.hpp"

namespace bifrost::shot {
namespace {

constexpr std::int64_t kMostFrame = 1'000'000'000;
constexpr std::int64_t kMostHandles = 100'000;

constexpr std::string_view kStatusHint =
    "is never set directly: POST /api/v1/shots/{id}/transitions moves a shot along its workflow";

void read_frame(json::Reader& reader, std::string_view key, std::optional<std::int64_t>& frame) {
    const auto value = reader.optional_integer(key, -kMostFrame, kMostFrame);
    if (value || reader.is_null(key)) frame = value;
}

void read_members(json::Reader& reader, Shot& shot) {
    read_frame(reader, "cut_in", shot.cut_in);
    read_frame(reader, "cut_out", shot.cut_out);
    if (const auto handles = reader.optional_integer("handles", 0, kMostHandles)) shot.handles = *handles;
    if (const auto fps = reader.optional_text("fps", {1, 40})) {
        const auto rate = FrameRate::parse(*fps);
        if (rate)
            shot.fps = rate->text();
        else
            reader.add_error("fps", "must be a rate as a fraction, such as 24 or 24000/1001");
    } else if (reader.is_null("fps")) {
        shot.fps.reset();
    }
    if (const auto speed = reader.optional_text("retime", {1, 40})) {
        shot.retime = parse_speed(*speed);
        if (!shot.retime) reader.add_error("retime", "must be a speed as a fraction, such as 2, 1/2 or -1");
    } else if (reader.is_null("retime")) {
        shot.retime.reset();
    }
    if (reader.has("status")) {
        reader.member("status");
        reader.add_error("status", std::string(kStatusHint));
    }
}

void add_contradictions(json::Reader& reader, const Shot& shot) {
    if (reader.failed()) return;
    for (const auto& error : check_frames(shot)) reader.add_error(error.pointer.substr(1), error.detail);
}

} // namespace

void read_frames(json::Reader& reader, Shot& shot) {
    read_members(reader, shot);
    read_frame(reader, "head_in", shot.head_in);
    read_frame(reader, "tail_out", shot.tail_out);
    add_contradictions(reader, shot);
    fill_handles(shot);
}

void read_frame_patch(json::Reader& reader, Shot& shot) {
    const Shot before = shot;
    read_members(reader, shot);
    if (!shot.cut_in) shot.head_in.reset();
    if (!shot.cut_out) shot.tail_out.reset();
    const bool same_handles = shot.handles == before.handles;
    if (shot.cut_in && before.cut_in && before.head_in && same_handles)
        shot.head_in = *shot.cut_in - (*before.cut_in - *before.head_in);
    else if (shot.cut_in && !(same_handles && before.cut_in))
        shot.head_in = *shot.cut_in - shot.handles;
    if (shot.cut_out && before.cut_out && before.tail_out && same_handles)
        shot.tail_out = *shot.cut_out + (*before.tail_out - *before.cut_out);
    else if (shot.cut_out && !(same_handles && before.cut_out))
        shot.tail_out = *shot.cut_out + shot.handles;
    read_frame(reader, "head_in", shot.head_in);
    read_frame(reader, "tail_out", shot.tail_out);
    add_contradictions(reader, shot);
}

} // namespace bifrost::shot
