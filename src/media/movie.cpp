// Movies, sound and image sequences, by ffprobe and ffmpeg: one decoding gives the proxy, the sprite sheet
// and the poster.

#include <algorithm>
#include <charconv>
#include <cmath>

#include <boost/json.hpp>

#include "core/json_reader.hpp"
#include "media/preview_maker.hpp"
#include "media/program_words.hpp"

namespace bifrost::media {
namespace {

namespace fs = std::filesystem;
namespace bj = boost::json;

constexpr std::int64_t kTileWidth = 160;
constexpr std::int64_t kMostTiles = 100;
constexpr std::int64_t kColumns = 10;
constexpr std::int64_t kProxyHeight = 720;
constexpr std::int64_t kGroup = 12; ///< frames of a group of pictures: a seek decodes no more

struct Rate {
    std::int64_t numerator = 0;
    std::int64_t denominator = 1;

    [[nodiscard]] bool is_known() const { return numerator > 0 && denominator > 0; }
    [[nodiscard]] double value() const {
        return static_cast<double>(numerator) / static_cast<double>(denominator);
    }
    [[nodiscard]] std::string text() const {
        return std::to_string(numerator) + "/" + std::to_string(denominator);
    }
};

/// What ffprobe tells of a file.
struct Probe {
    bool has_video = false;
    bool has_sound = false;
    std::int64_t width = 0;
    std::int64_t height = 0;
    Rate rate;
    bool is_steady = true; ///< every frame lasts equally long
    std::int64_t frames = 0;
    double seconds = 0;
    std::string codec;
    std::string colour_space;
    std::string sound_codec;
};

Rate read_rate(std::string_view text) {
    Rate rate;
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return rate;
    std::from_chars(text.data(), text.data() + slash, rate.numerator);
    std::from_chars(text.data() + slash + 1, text.data() + text.size(), rate.denominator);
    return rate;
}

std::string text_of(const bj::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::int64_t integer_of(const bj::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value == nullptr) return 0;
    if (value->is_int64()) return value->get_int64();
    std::int64_t number = 0;
    const std::string text = text_of(object, key);
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

double number_of(const bj::object& object, std::string_view key) {
    double number = 0;
    const std::string text = text_of(object, key);
    std::from_chars(text.data(), text.data() + text.size(), number);
    return std::isfinite(number) && number > 0 ? number : 0;
}

void read_video(const bj::object& stream, Probe& probe) {
    probe.has_video = true;
    probe.width = integer_of(stream, "width");
    probe.height = integer_of(stream, "height");
    const Rate base = read_rate(text_of(stream, "r_frame_rate"));
    const Rate mean = read_rate(text_of(stream, "avg_frame_rate"));
    constexpr double kAsGoodAsEqual = 0.01;
    probe.is_steady = !mean.is_known() || !base.is_known() ||
                      std::abs(mean.value() - base.value()) < kAsGoodAsEqual * base.value();
    probe.rate = probe.is_steady && base.is_known() ? base : mean;
    probe.frames = integer_of(stream, "nb_frames");
    if (probe.frames == 0) probe.frames = integer_of(stream, "nb_read_packets");
    probe.codec = text_of(stream, "codec_name");
    probe.colour_space = text_of(stream, "color_space");
    probe.seconds = number_of(stream, "duration");
}

Result<Probe> read_probe(const std::string& text) {
    BIFROST_ASSIGN(const auto value, json::parse(text));
    Probe probe;
    const auto* root = value.if_object();
    const auto* streams = root != nullptr ? root->if_contains("streams") : nullptr;
    if (streams != nullptr && streams->is_array()) {
        for (const auto& one : streams->get_array()) {
            if (!one.is_object()) continue;
            const auto& stream = one.get_object();
            const std::string type = text_of(stream, "codec_type");
            const auto* disposition = stream.if_contains("disposition");
            const bool is_cover = disposition != nullptr && disposition->is_object() &&
                                  integer_of(disposition->get_object(), "attached_pic") == 1;
            if (type == "video" && !probe.has_video && !is_cover) read_video(stream, probe);
            if (type == "audio" && !probe.has_sound) {
                probe.has_sound = true;
                probe.sound_codec = text_of(stream, "codec_name");
            }
        }
    }
    const auto* format = root != nullptr ? root->if_contains("format") : nullptr;
    if (probe.seconds == 0 && format != nullptr && format->is_object())
        probe.seconds = number_of(format->get_object(), "duration");
    if (probe.frames == 0 && probe.rate.is_known())
        probe.frames = std::llround(probe.seconds * probe.rate.value());
    return probe;
}

struct Sheet {
    std::int64_t step = 1;
    std::int64_t count = 1;
    std::int64_t columns = 1;
    std::int64_t rows = 1;
};

Sheet plan_sheet(std::int64_t frames) {
    Sheet sheet;
    frames = std::max<std::int64_t>(frames, 1);
    sheet.step = (frames - 1) / kMostTiles + 1;
    sheet.count = (frames - 1) / sheet.step + 1;
    sheet.columns = std::min(kColumns, sheet.count);
    sheet.rows = (sheet.count - 1) / sheet.columns + 1;
    return sheet;
}

struct Size {
    std::int64_t width = 0;
    std::int64_t height = 0;
};

std::int64_t even(double value) { return std::max<std::int64_t>(2, 2 * std::llround(value / 2)); }

Size proxy_size(std::int64_t width, std::int64_t height) {
    constexpr double kWidest = 3840;
    if (width <= 0 || height <= 0) return {2, 2};
    const double shrink = std::min({1.0, static_cast<double>(kProxyHeight) / static_cast<double>(height),
                                    kWidest / static_cast<double>(width)});
    return {even(static_cast<double>(width) * shrink), even(static_cast<double>(height) * shrink)};
}

Size tile_size(const Size& proxy) {
    const auto height = static_cast<double>(kTileWidth * proxy.height) / static_cast<double>(proxy.width);
    return {kTileWidth, std::clamp<std::int64_t>(even(height), 2, 4 * kTileWidth)};
}

/// The three outputs of one decoding.
std::string filters(const Size& proxy, const Sheet& sheet, std::int64_t poster_frame) {
    const Size tile = tile_size(proxy);
    const auto text = [](std::int64_t number) { return std::to_string(number); };
    const std::string size = text(proxy.width) + ":" + text(proxy.height);
    return "[0:v:0]scale=" + size +
           ":flags=bicubic:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p,split=3[p][b][c];"
           "[b]select='not(mod(n\\," +
           text(sheet.step) + "))',scale=" + text(tile.width) + ":" + text(tile.height) +
           ",tile=" + text(sheet.columns) + "x" + text(sheet.rows) + "[s];[c]select='eq(n\\," +
           text(poster_frame) + ")'[t]";
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

/// `input` stands before the filters: how the source is opened.
std::vector<std::string> arguments_of(std::vector<std::string> input, const Probe& probe, const Size& proxy,
                                      const Sheet& sheet, int most_seconds) {
    std::vector<std::string> all{"-v", "error", "-nostdin", "-protocol_whitelist", "file"};
    append(all, input);
    append(all, {"-filter_complex",
                 filters(proxy, sheet, std::min<std::int64_t>(probe.frames / 3, 240)),
                 "-map",
                 "[p]",
                 "-map",
                 "0:a:0?",
                 "-t",
                 std::to_string(most_seconds),
                 "-c:v",
                 "libx264",
                 "-preset",
                 "veryfast",
                 "-crf",
                 "22",
                 "-g",
                 std::to_string(kGroup),
                 "-bf",
                 "2",
                 "-color_primaries",
                 "bt709",
                 "-color_trc",
                 "bt709",
                 "-colorspace",
                 "bt709",
                 "-video_track_timescale",
                 std::to_string(std::clamp<std::int64_t>(probe.rate.numerator, 1'000, 1'000'000'000))});
    if (probe.is_steady)
        append(all, {"-fps_mode", "passthrough"});
    else
        append(all, {"-fps_mode", "cfr", "-r", probe.rate.text()});
    append(
        all,
        {"-c:a", "aac",          "-b:a", "128k", "-ac",       "2", "-movflags", "+faststart", "-map_metadata",
         "-1",   "proxy.mp4",    "-map", "[s]",  "-frames:v", "1", "-c:v",      "libwebp",    "-quality",
         "75",   "sprites.webp", "-map", "[t]",  "-frames:v", "1", "poster.png"});
    return all;
}

bool is_there(const fs::path& file) {
    std::error_code gone;
    return fs::is_regular_file(file, gone) && fs::file_size(file, gone) > 0;
}

struct SheetShape {
    std::int64_t columns, rows, count, step, tile_width, tile_height;
};
BOOST_DESCRIBE_STRUCT(SheetShape, (), (columns, rows, count, step, tile_width, tile_height))

void add_movie_outputs(MadePreview& made, const fs::path& folder, const Size& proxy, const Sheet& sheet) {
    const Size tile = tile_size(proxy);
    if (is_there(folder / "proxy.mp4"))
        made.outputs.push_back({"proxy", folder / "proxy.mp4", proxy.width, proxy.height, "video/mp4"});
    if (is_there(folder / "sprites.webp"))
        made.outputs.push_back({"sprites", folder / "sprites.webp", tile.width * sheet.columns,
                                tile.height * sheet.rows, "image/webp"});
}

json::Raw movie_manifest(std::string_view kind, const MediaFormat& format, const Probe& probe,
                         std::int64_t first_frame, const Size& proxy, const Sheet& sheet) {
    const auto or_nothing = [](const std::string& text) {
        return text.empty() ? std::optional<std::string>{} : std::optional(text);
    };
    const Size tile = tile_size(proxy);
    json::Raw manifest{""};
    json::ObjectWriter(manifest.text)
        .member("kind", kind)
        .member("format", format.name)
        .member("width", probe.width)
        .member("height", probe.height)
        .member("colour_space", or_nothing(probe.colour_space))
        .member("rate", or_nothing(probe.rate.is_known() ? probe.rate.text() : ""))
        .member("first_frame", first_frame)
        .member("frame_count", probe.frames)
        .member("duration", probe.seconds)
        .member("codec", or_nothing(probe.codec))
        .member("has_sound", probe.has_sound)
        .member("sprites",
                SheetShape{sheet.columns, sheet.rows, sheet.count, sheet.step, tile.width, tile.height});
    return manifest;
}

MadePreview failed(std::string kind, std::string why) {
    MadePreview made;
    made.kind = std::move(kind);
    made.state = "failed";
    made.error = std::move(why);
    return made;
}

} // namespace

Result<MadePreview> PreviewMaker::make_movie(const PreviewSource& source, const MediaFormat& format) {
    const fs::path& file = source.files.front();
    BIFROST_ASSIGN(const fs::path folder, new_folder());
    std::vector<std::string> ask{"-v",   "error",         "-protocol_whitelist", "file",       "-of",
                                 "json", "-show_streams", "-show_format",        file.string()};
    // Only these count their frames in their head.
    if (format.name != "mov" && format.name != "mp4") ask.insert(ask.begin(), "-count_packets");
    const auto probed = run("ffprobe", std::move(ask), {file}, folder, limits_.movie);
    if (!probed && probed.error().code != Errc::invalid) return probed.error();
    if (!probed) return failed("movie", probed.error().detail);
    if (probed->exit_code != 0)
        return failed("movie", "The movie can't be read: " + program_words(probed->errors));
    const auto read = read_probe(probed->output);
    if (!read) return failed("movie", "The movie's description can't be read.");
    Probe probe = *read;
    if (!probe.has_video) {
        if (probe.has_sound) return make_sound(source, format);
        return failed("movie", "The movie has no video stream.");
    }
    if (probe.width <= 0 || probe.height <= 0 || probe.height > limits_.most_pixels / probe.width)
        return failed("movie", "The movie's frames have " + std::to_string(probe.width) + " x " +
                                   std::to_string(probe.height) + " pixels; that can't be shown.");
    if (!probe.rate.is_known()) probe.rate = {24, 1};
    const auto shown =
        std::min<std::int64_t>(probe.frames, std::llround(limits_.most_movie_seconds * probe.rate.value()));
    const Size proxy = proxy_size(probe.width, probe.height);
    const Sheet sheet = plan_sheet(shown);
    const auto made_by =
        run("ffmpeg",
            arguments_of({"-t", std::to_string(limits_.most_movie_seconds), "-i", file.string()}, probe,
                         proxy, sheet, limits_.most_movie_seconds),
            {file}, folder, limits_.movie);
    if (!made_by && made_by.error().code != Errc::invalid) return made_by.error();
    if (!made_by) return failed("movie", made_by.error().detail);
    if (!is_there(folder / "proxy.mp4") || made_by->exit_code != 0)
        return failed("movie", "The movie can't be decoded: " + program_words(made_by->errors));
    MadePreview made;
    made.kind = "movie";
    made.state = "ready";
    made.manifest = movie_manifest("movie", format, probe, 0, proxy, sheet);
    add_movie_outputs(made, folder, proxy, sheet);
    if (is_there(folder / "poster.png")) {
        BIFROST_ASSIGN(Picture picture, make_picture(folder / "poster.png"));
        if (picture.error.empty()) {
            made.outputs.push_back(picture.output);
            made.outputs.back().name = "poster";
            const fs::path copy = picture.output.file.string() + ".thumbnail";
            std::error_code trouble;
            fs::copy_file(picture.output.file, copy, trouble);
            if (trouble)
                return Error{Errc::unavailable, "A picture could not be copied: " + trouble.message()};
            picture.output.file = copy;
            made.outputs.push_back(std::move(picture.output));
        }
    }
    return made;
}

Result<MadePreview> PreviewMaker::make_sound(const PreviewSource& source, const MediaFormat& format) {
    const fs::path& file = source.files.front();
    BIFROST_ASSIGN(const fs::path folder, new_folder());
    const auto probed = run("ffprobe",
                            {"-v", "error", "-protocol_whitelist", "file", "-of", "json", "-show_streams",
                             "-show_format", file.string()},
                            {file}, folder, limits_.movie);
    if (!probed && probed.error().code != Errc::invalid) return probed.error();
    if (!probed) return failed("sound", probed.error().detail);
    const auto probe = read_probe(probed->output);
    if (probed->exit_code != 0 || !probe || !probe->has_sound)
        return failed("sound", "The sound can't be read: " + program_words(probed->errors));
    constexpr std::int64_t kWidth = 1280;
    constexpr std::int64_t kHeight = 320;
    const std::string size = std::to_string(kWidth) + "x" + std::to_string(kHeight);
    const auto made_by = run("ffmpeg",
                             {"-v",
                              "error",
                              "-nostdin",
                              "-protocol_whitelist",
                              "file",
                              "-t",
                              std::to_string(limits_.most_movie_seconds),
                              "-i",
                              file.string(),
                              "-filter_complex",
                              "[0:a:0]asplit=2[p][w];[w]aformat=channel_layouts=mono,showwavespic=s=" + size +
                                  ":colors=0x5b8def[v]",
                              "-map",
                              "[p]",
                              "-c:a",
                              "aac",
                              "-b:a",
                              "160k",
                              "-ac",
                              "2",
                              "-movflags",
                              "+faststart",
                              "-map_metadata",
                              "-1",
                              "proxy.m4a",
                              "-map",
                              "[v]",
                              "-frames:v",
                              "1",
                              "waveform.png"},
                             {file}, folder, limits_.movie);
    if (!made_by && made_by.error().code != Errc::invalid) return made_by.error();
    if (!made_by) return failed("sound", made_by.error().detail);
    if (!is_there(folder / "waveform.png"))
        return failed("sound", "The sound can't be decoded: " + program_words(made_by->errors));
    MadePreview made;
    made.kind = "sound";
    made.state = "ready";
    made.manifest.text.clear();
    json::ObjectWriter(made.manifest.text)
        .member("kind", std::string_view("sound"))
        .member("format", format.name)
        .member("duration", probe->seconds)
        .member("codec", probe->sound_codec)
        .member("has_sound", true);
    if (is_there(folder / "proxy.m4a"))
        made.outputs.push_back({"proxy", folder / "proxy.m4a", 0, 0, "audio/mp4"});
    made.outputs.push_back({"waveform", folder / "waveform.png", kWidth, kHeight, "image/png"});
    BIFROST_ASSIGN(Picture picture, make_picture(folder / "waveform.png"));
    if (picture.error.empty()) made.outputs.push_back(std::move(picture.output));
    return made;
}

Result<MadePreview> PreviewMaker::make_sequence(const PreviewSource& source, const MediaFormat& format) {
    // The picture comes from one frame, by the program that shows its colours right.
    const auto& shown = source.files[source.files.size() / 3];
    BIFROST_ASSIGN(Picture picture, make_picture_of(shown, format));
    if (!picture.error.empty()) return failed("sequence", picture.error);
    Probe probe;
    probe.has_video = true;
    probe.width = picture.width;
    probe.height = picture.height;
    probe.rate = read_rate(source.rate);
    if (!probe.rate.is_known()) probe.rate = {24, 1};
    probe.frames = static_cast<std::int64_t>(source.files.size());
    probe.seconds = static_cast<double>(probe.frames) / probe.rate.value();
    probe.codec = format.name;
    if (format.name == "exr" || format.name == "hdr") probe.colour_space = "linear";
    const Size proxy = proxy_size(picture.output.width, picture.output.height);
    const Sheet sheet = plan_sheet(probe.frames);
    MadePreview made;
    made.kind = "sequence";
    made.state = "ready";
    made.manifest = movie_manifest("sequence", format, probe, source.first_frame, proxy, sheet);
    made.outputs.push_back(std::move(picture.output));
    if (source.files.size() > limits_.most_frames) return made;
    BIFROST_ASSIGN(const fs::path folder, new_folder());
    BIFROST_ASSIGN(const fs::path links, new_folder());
    for (std::size_t i = 0; i < source.files.size(); ++i) {
        std::error_code trouble;
        fs::create_symlink(source.files[i], links / (std::to_string(i) + "." + format.name), trouble);
        if (trouble) return Error{Errc::unavailable, "A frame could not be linked: " + trouble.message()};
    }
    std::vector<std::string> input;
    // Linear light is brought to how it looks; else it is far too dark.
    if (format.name == "exr") append(input, {"-apply_trc", "iec61966_2_1"});
    append(input, {"-f", "image2", "-framerate", probe.rate.text(), "-start_number", "0", "-i",
                   (links / ("%d." + format.name)).string()});
    const auto made_by =
        run("ffmpeg", arguments_of(std::move(input), probe, proxy, sheet, limits_.most_movie_seconds),
            source.files, folder, limits_.movie);
    if (!made_by && made_by.error().code != Errc::invalid) return made_by.error();
    if (made_by && made_by->exit_code == 0) add_movie_outputs(made, folder, proxy, sheet);
    return made;
}

} // namespace bifrost::media
