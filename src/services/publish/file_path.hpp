#pragma once
// Paths of files within a version: they become paths on many disks, so nothing may leave the version's
// folder.

#include <optional>
#include <string>
#include <string_view>

namespace bifrost::publish {

/// What is wrong with a path, as a sentence without a subject ("must not …"); nothing when it may be used. A
/// path is relative, at most 1,024 bytes, with segments of 1 to 255 bytes between single slashes; no "." or
/// "..", backslash, control character, drive letter, or name that Windows keeps for devices (CON, NUL, COM1
/// …, with any ending).
std::optional<std::string> path_fault(std::string_view path);

/// The path folded to one case: two paths with the same key can't lie side by side on every disk.
std::string path_key(std::string_view path);

/// The media type by the path's ending; "application/octet-stream" when it tells nothing.
std::string_view media_type_of(std::string_view path);
/// True for what RFC 6838 allows as type/subtype, without parameters.
bool is_media_type(std::string_view text);

} // namespace bifrost::publish
