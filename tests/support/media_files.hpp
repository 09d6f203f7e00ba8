#pragma once
// Pictures, movies and sounds for tests, made by FFmpeg and libvips as they are needed.

#include <cstdint>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace bifrost::tests {

/// What ffprobe says of a movie.
struct MovieDescription {
    std::string rate;
    std::int64_t frames = 0;
    std::string pixels;
    std::int64_t longest_group = 0; ///< frames from one key frame to the next
    bool is_fast_start = false;     ///< the index stands before the frames
};

class MediaFiles {
  public:
    /// The bytes that ffmpeg writes with these arguments; the format goes by the name.
    std::string make(const std::string& name, const std::vector<std::string>& arguments);
    /// The same picture in another format, by vips.
    std::string convert(const std::string& bytes, const std::string& name, const std::string& to);
    /// An EXR of one value of linear light, in steps of 1/255.
    std::string linear_exr(const std::string& name, double value, int width, int height);
    /// The mean of all samples of a picture, 0…255.
    double mean_grey(const std::string& bytes);
    MovieDescription describe(const std::string& bytes, const std::string& format);

  private:
    std::string file(const std::string& name) { return (folder_.path() / name).string(); }
    TemporaryFolder folder_;
};

/// A PNG that claims this size and holds a few bytes.
std::string huge_png(std::uint32_t width, std::uint32_t height);
/// A picture of Photoshop without layers.
std::string psd(std::uint32_t width, std::uint32_t height);
/// A file of Blender with nothing but its small picture.
std::string blend_file(std::uint32_t width, std::uint32_t height);

} // namespace bifrost::tests
