#pragma once
// Pictures, movies and sounds for tests, made by FFmpeg and libvips as they are needed.

#include <array>
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
    /// Frames that ffmpeg writes with these arguments: "name.1001.png" … and their bytes.
    std::vector<std::pair<std::string, std::string>> make_frames(const std::string& name, int first,
                                                                 const std::vector<std::string>& arguments);
    /// The same picture in another format, by vips.
    std::string convert(const std::string& bytes, const std::string& name, const std::string& to);
    /// The same picture in linear light, as floats, by vips.
    std::string linear(const std::string& bytes, const std::string& name, const std::string& to);
    /// A PNG brought from sRGB into another profile (p3), which it carries.
    std::string in_profile(const std::string& png, const std::string& profile);
    /// An EXR of one value of linear light, in steps of 1/255.
    std::string linear_exr(const std::string& name, double value, int width, int height);
    /// The mean of all samples of a picture, 0…255.
    double mean_grey(const std::string& bytes);
    /// Red, green and blue of a pixel, 0…255.
    std::array<int, 3> pixel(const std::string& bytes, int x, int y);
    /// The arguments that make a movie of `frames` frames whose numbers are burnt in as eight bars from left
    /// to right, the lowest bit first; what encodes it follows.
    static std::vector<std::string> numbered(const std::string& rate, int frames,
                                             const std::vector<std::string>& encoding = {});
    /// The number that is burnt in, read from the `index`-th frame of a movie or from a picture.
    int number_of(const std::string& bytes, int index = 0, const std::string& crop = "");
    /// What a program that packs (gzip, zstd) makes of bytes.
    std::string packed(const std::string& bytes, const std::string& program);
    MovieDescription describe(const std::string& bytes, const std::string& format);

  private:
    std::string file(const std::string& name) { return (folder_.path() / name).string(); }
    TemporaryFolder folder_;
};

/// A PNG that claims this size and holds a few bytes.
std::string huge_png(std::uint32_t width, std::uint32_t height);
/// A picture of Photoshop without layers, of one colour.
std::string psd(std::uint32_t width, std::uint32_t height, const std::string& rgb = "PPP");
/// A zip archive without compression.
std::string zip(const std::vector<std::pair<std::string, std::string>>& files);
/// A binary glTF file whose one material shows this picture.
std::string glb(const std::string& picture);
/// A file of Blender with nothing but its small picture.
std::string blend_file(std::uint32_t width, std::uint32_t height);
/// The same as Blender writes it since 5.0.
std::string wide_blend_file(std::uint32_t width, std::uint32_t height);

} // namespace bifrost::tests
