#pragma once
// Reading the frames, rates and speeds of shots out of requests.

#include "core/json_reader.hpp"
#include "services/shot/shot.hpp"

namespace bifrost::shot {

/// Of a new shot: what is missing is filled in by the handles; contradictions are bad fields.
void read_frames(json::Reader& reader, Shot& shot);
/// Of a patch: a cut that moves takes along a head and tail that the patch doesn't name.
void read_frame_patch(json::Reader& reader, Shot& shot);

} // namespace bifrost::shot
