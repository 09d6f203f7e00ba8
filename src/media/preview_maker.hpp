#pragma once
// Makes what people look at in the place of files: pictures of several widths, proxies, sprite sheets,
// waveforms. Nothing of a file is decoded in this process.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/json_writer.hpp"
#include "core/result.hpp"
#include "media/media_format.hpp"
#include "media/sandbox.hpp"

namespace bifrost::media {

/// The number of the recipe: raised whenever what is made, or how, changes. Stored with each preview.
constexpr std::int64_t kRecipe = 2;

struct PreviewSource {
    std::vector<std::filesystem::path> files; ///< one, or the frames of a sequence in order
    bool is_sequence = false;
    std::int64_t first_frame = 0;
    std::string rate = "24/1"; ///< of a sequence, frames a second
};

struct MadeOutput {
    std::string name; ///< thumbnail, poster, proxy, sprites, waveform
    std::filesystem::path file;
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::string media_type;
};

struct MadePreview {
    std::string state = "none"; ///< none: there is nothing to see; ready; failed
    std::string kind = "other"; ///< image, sequence, movie, sound, scene, other
    std::string error;          ///< why it failed
    json::Raw manifest;         ///< see the schema MediaManifest of the API
    std::vector<MadeOutput> outputs;
};

struct PreviewLimits {
    SandboxLimits picture{std::chrono::seconds(60), 4LL << 30, 1LL << 30};
    SandboxLimits movie{std::chrono::minutes(30), 6LL << 30, 4LL << 30};
    std::int64_t most_pixels = 1LL << 30; ///< of a picture
    int most_movie_seconds = 3600;        ///< a proxy ends there
    std::size_t most_frames = 5000;       ///< a longer sequence gets no proxy
};

class PreviewMaker {
  public:
    /// `folder` is the caller's, empty, and holds the outputs until the caller removes it.
    PreviewMaker(std::filesystem::path folder, PreviewLimits limits, std::function<bool()> stopped)
        : folder_(std::move(folder)), limits_(limits), stopped_(std::move(stopped)) {}

    /// Media that are broken, hostile or too large give a preview that failed, with a sentence; an error is
    /// the site's own trouble (no program, no disk) or `stopped`.
    Result<MadePreview> make(const PreviewSource& source);
    /// Adds the smaller thumbnails to all of these at once: starting a program costs more than a small
    /// picture.
    Result<> add_small_thumbnails(const std::vector<MadePreview*>& previews);

  private:
    Result<MadePreview> make_image(const PreviewSource& source, const MediaFormat& format);
    Result<MadePreview> make_movie(const PreviewSource& source, const MediaFormat& format);
    Result<MadePreview> make_sound(const PreviewSource& source, const MediaFormat& format);
    Result<MadePreview> make_sequence(const PreviewSource& source, const MediaFormat& format);
    Result<MadePreview> make_scene(const PreviewSource& source, const MediaFormat& format);
    /// The picture that a scene file carries, as a file of its own; nothing when it carries none. `format`
    /// becomes that of what was packed.
    Result<std::optional<std::filesystem::path>> extract_picture(const std::filesystem::path& file,
                                                                 MediaFormat& format);
    /// The first bytes of what gzip or zstd has packed, by that program; empty when they are broken.
    Result<std::string> unpacked_head(const std::filesystem::path& file, const std::string& program);
    struct Picture {
        std::string error; ///< empty when it was made
        std::int64_t width = 0;
        std::int64_t height = 0; ///< of the source
        MadeOutput output{};
    };
    /// The largest thumbnail.
    Result<Picture> make_picture(const std::filesystem::path& file);
    /// A picture that vips can't read, or reads wrong, as a PNG of ffmpeg's.
    Result<Picture> make_picture_of(const std::filesystem::path& file, const MediaFormat& format);
    Result<std::filesystem::path> new_folder();
    Result<SandboxOutcome> run(const std::string& program, std::vector<std::string> arguments,
                               std::vector<std::filesystem::path> inputs, const std::filesystem::path& folder,
                               const SandboxLimits& limits);

    std::filesystem::path folder_;
    PreviewLimits limits_;
    std::function<bool()> stopped_;
    int count_ = 0;
};

} // namespace bifrost::media
