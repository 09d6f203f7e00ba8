// Pictures, by vips: it streams, shrinks while it loads, and shows linear light as it looks.

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>

#include "media/blend_file.hpp"
#include "media/carried_picture.hpp"
#include "media/preview_maker.hpp"
#include "media/program_words.hpp"

namespace bifrost::media {
namespace {

namespace fs = std::filesystem;

constexpr int kLargest = 2048;
constexpr int kSmaller[] = {1280, 640, 320, 160};
constexpr std::size_t kFilesATime = 200;
constexpr std::size_t kUnpacked = 1024 * 1024; // of a compressed scene; its picture is among the first blocks
constexpr std::size_t kLooked = 4096;
constexpr const char* kWebp = "[Q=82,effort=2,strip]"; // twice as quick as the usual effort, 3 % larger

/// "input size is 1024 x 512" in what vips tells.
void read_size(const std::string& told, std::int64_t& width, std::int64_t& height) {
    constexpr std::string_view kWords = "input size is ";
    const std::size_t at = told.find(kWords);
    if (at == std::string::npos) return;
    const char* const end = told.data() + told.size();
    const auto first = std::from_chars(told.data() + at + kWords.size(), end, width);
    if (first.ptr + 3 < end) std::from_chars(first.ptr + 3, end, height);
}

/// In the words of libspng, libjpeg and OpenEXR.
bool breaks_off(const std::string& errors) {
    for (const char* words : {"not enough data", "remature end", "arly end of file"})
        if (errors.find(words) != std::string::npos) return true;
    return false;
}

Error not_installed(const std::string& program) {
    return {Errc::unavailable, "The program " + program +
                                   " is not installed; install libvips-tools, ffmpeg and zstd, then retry."};
}

json::Raw image_manifest(std::string_view kind, const MediaFormat& format, std::int64_t width,
                         std::int64_t height) {
    json::Raw manifest{""};
    json::ObjectWriter(manifest.text)
        .member("kind", kind)
        .member("format", format.name)
        .member("width", width)
        .member("height", height);
    return manifest;
}

} // namespace

Result<PreviewMaker::Picture> PreviewMaker::make_picture(const fs::path& file) {
    BIFROST_ASSIGN(const fs::path folder, new_folder());
    const std::string box = std::to_string(kLargest);
    // Wide gamuts are brought to sRGB, which browsers take for granted in pictures without a profile. Without
    // the second profile, the one of pictures that carry none, their colours would be shifted on the way.
    std::vector<std::string> arguments{
        "--vips-info", "thumbnail",        file.string(), (folder / "large.webp").string() + kWebp,
        box,           "--height",         box,           "--size",
        "down",        "--fail-on",        "truncated",   "--export-profile",
        "srgb",        "--import-profile", "srgb"};
    auto done = run("vips", arguments, {file}, folder, limits_.picture);
    if (done && done->exit_code != 0 && done->errors.find("profile incompatible") != std::string::npos) {
        arguments.resize(arguments.size() - 2); // it is grey
        done = run("vips", std::move(arguments), {file}, folder, limits_.picture);
    }
    Picture picture;
    if (!done) {
        if (done.error().code != Errc::invalid) return done.error();
        picture.error = done.error().detail;
        return picture;
    }
    read_size(done->output + done->errors, picture.width, picture.height);
    const auto head = read_head(folder / "large.webp", 64);
    const auto [width, height] = head ? webp_size(*head) : std::pair<std::int64_t, std::int64_t>{0, 0};
    if (done->exit_code != 0 || width == 0) {
        picture.error = breaks_off(done->errors)
                            ? "The picture can't be read to its end: the file breaks off. Publish it again."
                            : "The picture can't be read: " + program_words(done->errors);
        return picture;
    }
    picture.output = {"thumbnail", folder / "large.webp", width, height, "image/webp"};
    return picture;
}

Result<PreviewMaker::Picture> PreviewMaker::make_picture_of(const fs::path& file, const MediaFormat& format) {
    if (format.name != "dpx") return make_picture(file);
    BIFROST_ASSIGN(const fs::path folder, new_folder());
    const fs::path png = folder / "frame.png";
    auto done = run("ffmpeg",
                    {"-v", "error", "-nostdin", "-protocol_whitelist", "file", "-f", "dpx_pipe", "-i",
                     file.string(), "-frames:v", "1", "-pix_fmt", "rgb48be", png.string()},
                    {file}, folder, limits_.picture);
    if (!done && done.error().code != Errc::invalid) return done.error();
    Picture picture;
    if (!done || done->exit_code != 0) {
        picture.error =
            done ? "The picture can't be read: " + program_words(done->errors) : done.error().detail;
        return picture;
    }
    return make_picture(png);
}

Result<MadePreview> PreviewMaker::make_image(const PreviewSource& source, const MediaFormat& format) {
    MadePreview made;
    made.kind = "image";
    made.state = "failed";
    // Only believed so far as to refuse it before a minute is spent.
    if (format.width > 0 && format.height > limits_.most_pixels / format.width) {
        made.error = "The picture claims " + std::to_string(format.width) + " x " +
                     std::to_string(format.height) + " pixels; at most " +
                     std::to_string(limits_.most_pixels) + " are looked at.";
        return made;
    }
    BIFROST_ASSIGN(Picture picture, make_picture_of(source.files.front(), format));
    made.error = picture.error;
    if (!made.error.empty()) return made;
    made.state = "ready";
    made.manifest = image_manifest("image", format, picture.width, picture.height);
    made.outputs.push_back(std::move(picture.output));
    return made;
}

Result<std::string> PreviewMaker::unpacked_head(const fs::path& file, const std::string& program) {
    BIFROST_ASSIGN(const fs::path folder, new_folder());
    const auto path = find_program(program);
    if (!path) return not_installed(program);
    SandboxRun run{*path, {"-dc", file.string()}, {file}, folder, limits_.picture, kUnpacked};
    const auto done = run_in_sandbox(run, stopped_);
    if (done) return done->output;
    if (done.error().code != Errc::invalid) return done.error();
    return std::string{}; // it met a limit: there is nothing to see in it
}

Result<std::optional<fs::path>> PreviewMaker::extract_picture(const fs::path& file, MediaFormat& format) {
    using Found = std::optional<fs::path>;
    BIFROST_ASSIGN(const fs::path folder, new_folder());
    const fs::path to = folder / "picture";
    if (format.name == "usdz" || format.name == "glb") {
        BIFROST_ASSIGN(const auto range,
                       format.name == "glb" ? find_glb_picture(file) : find_usdz_picture(file));
        if (!range) return Found{};
        BIFROST_CHECK(cut_out(file, *range, to));
        BIFROST_ASSIGN(const auto inside, detect_format(to));
        return inside.kind == MediaKind::image ? Found(to) : Found{};
    }
    std::string head;
    if (format.name == "blend") {
        BIFROST_ASSIGN(head, read_head(file, kUnpacked));
    } else {
        BIFROST_ASSIGN(head, unpacked_head(file, format.name));
        const MediaFormat inside = detect_format(std::string_view(head).substr(0, kLooked));
        if (inside.name != "blend") return Found{};
        format = inside;
    }
    const auto picture = find_blend_picture(head);
    if (!picture) return Found{};
    std::ofstream stream(to, std::ios::binary);
    stream.write(picture->data(), static_cast<std::streamsize>(picture->size()));
    if (!stream.flush()) return Error{Errc::unavailable, "The folder for previews can't be written."};
    return Found(to);
}

Result<MadePreview> PreviewMaker::make_scene(const PreviewSource& source, const MediaFormat& format) {
    MadePreview made;
    made.kind = "scene";
    MediaFormat known = format;
    BIFROST_ASSIGN(const auto found, extract_picture(source.files.front(), known));
    if (!found) return made;
    BIFROST_ASSIGN(Picture picture, make_picture(*found));
    made.state = picture.error.empty() ? "ready" : "failed";
    if (!picture.error.empty()) {
        made.error = "The picture that the file carries: " + picture.error;
        return made;
    }
    made.manifest = image_manifest("scene", known, picture.width, picture.height);
    made.outputs.push_back(std::move(picture.output));
    return made;
}

Result<> PreviewMaker::add_small_thumbnails(const std::vector<MadePreview*>& previews) {
    // Each is made of the next larger one, under a name that tells whose it is.
    struct Rung {
        MadePreview* preview;
        fs::path larger;
        std::int64_t edge;
    };
    std::vector<Rung> all;
    BIFROST_ASSIGN(const fs::path large, new_folder());
    for (std::size_t i = 0; i < previews.size(); ++i) {
        for (auto& output : previews[i]->outputs) {
            if (output.name != "thumbnail") continue;
            const fs::path named = large / (std::to_string(i) + ".webp");
            std::error_code failed;
            fs::rename(output.file, named, failed);
            if (failed) return Error{Errc::unavailable, "A picture could not be moved: " + failed.message()};
            output.file = named;
            all.push_back({previews[i], named, std::max(output.width, output.height)});
            break;
        }
    }
    for (const int edge : kSmaller) {
        std::vector<Rung*> shrunk;
        for (auto& one : all)
            if (one.edge > edge) shrunk.push_back(&one);
        for (std::size_t from = 0; from < shrunk.size(); from += kFilesATime) {
            BIFROST_ASSIGN(const fs::path folder, new_folder());
            const std::size_t to = std::min(shrunk.size(), from + kFilesATime);
            std::vector<std::string> arguments{"-s", std::to_string(edge) + "x" + std::to_string(edge), "-o",
                                               (folder / "%s.webp").string() + kWebp};
            std::vector<fs::path> inputs;
            for (std::size_t i = from; i < to; ++i) {
                arguments.push_back(shrunk[i]->larger.string());
                inputs.push_back(shrunk[i]->larger);
            }
            const auto done =
                run("vipsthumbnail", std::move(arguments), std::move(inputs), folder, limits_.picture);
            if (!done && done.error().code != Errc::invalid) return done.error();
            for (std::size_t i = from; i < to; ++i) {
                const fs::path file = folder / shrunk[i]->larger.filename();
                const auto head = read_head(file, 64);
                const auto [width, height] =
                    head ? webp_size(*head) : std::pair<std::int64_t, std::int64_t>{0, 0};
                if (width == 0) continue; // the larger ones serve in its place
                shrunk[i]->larger = file;
                shrunk[i]->preview->outputs.push_back({"thumbnail", file, width, height, "image/webp"});
            }
        }
    }
    return {};
}

Result<MadePreview> PreviewMaker::make(const PreviewSource& source) {
    BIFROST_ASSIGN(const MediaFormat format, detect_format(source.files.front()));
    if (source.is_sequence && format.kind == MediaKind::image) return make_sequence(source, format);
    switch (format.kind) {
    case MediaKind::image:
        return make_image(source, format);
    case MediaKind::movie:
        return make_movie(source, format);
    case MediaKind::sound:
        return make_sound(source, format);
    case MediaKind::scene:
        return make_scene(source, format);
    case MediaKind::none:
        break;
    }
    return MadePreview{};
}

Result<fs::path> PreviewMaker::new_folder() {
    const fs::path folder = folder_ / std::to_string(count_++);
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed)
        return Error{Errc::unavailable, "The folder for previews can't be written: " + failed.message()};
    return folder;
}

Result<SandboxOutcome> PreviewMaker::run(const std::string& program, std::vector<std::string> arguments,
                                         std::vector<fs::path> inputs, const fs::path& folder,
                                         const SandboxLimits& limits) {
    const auto path = find_program(program);
    if (!path) return not_installed(program);
    SandboxRun run{*path, std::move(arguments), std::move(inputs), folder, limits};
    return run_in_sandbox(run, stopped_);
}

} // namespace bifrost::media
