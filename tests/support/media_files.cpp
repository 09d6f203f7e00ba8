#include "support/media_files.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace bifrost::tests {
namespace {

std::string quoted(const std::string& argument) {
    std::string text = "'";
    for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

/// What a command prints; throws when it fails.
std::string run(const std::vector<std::string>& arguments) {
    std::string command;
    for (const auto& argument : arguments) command += quoted(argument) + " ";
    FILE* const pipe = ::popen((command + "</dev/null 2>&1").c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("no shell");
    std::string output;
    std::array<char, 4096> buffer;
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
        output.append(buffer.data(), got);
    if (::pclose(pipe) != 0) throw std::runtime_error(command + "failed: " + output);
    return output;
}

std::string read_file(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// `size` bytes of a number, high byte first.
std::string big(std::uint64_t number, int size) {
    std::string bytes;
    for (int i = size; i-- > 0;) bytes += static_cast<char>(number >> (8 * i) & 0xff);
    return bytes;
}

std::string little(std::uint64_t number, int size) {
    std::string bytes = big(number, size);
    std::reverse(bytes.begin(), bytes.end());
    return bytes;
}

std::uint32_t crc(const std::string& bytes) { // PNG, annex D
    std::uint32_t sum = 0xffffffff;
    for (const char c : bytes) {
        sum ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) sum = (sum & 1) != 0 ? sum >> 1 ^ 0xedb88320 : sum >> 1;
    }
    return ~sum;
}

std::string chunk(const std::string& name, const std::string& data) {
    return big(data.size(), 4) + name + data + big(crc(name + data), 4);
}

} // namespace

std::string MediaFiles::make(const std::string& name, const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"ffmpeg", "-v", "error", "-y"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.push_back(file(name));
    run(all);
    return read_file(file(name));
}

std::vector<std::pair<std::string, std::string>>
MediaFiles::make_frames(const std::string& name, int first, const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"ffmpeg", "-v", "error", "-y"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.insert(all.end(), {"-start_number", std::to_string(first), file(name + ".%04d.png")});
    run(all);
    std::vector<std::pair<std::string, std::string>> frames;
    for (int frame = first;; ++frame) {
        const std::string one = name + "." + std::to_string(frame) + ".png";
        if (!std::filesystem::exists(file(one))) return frames;
        frames.emplace_back(one, read_file(file(one)));
    }
}

std::string MediaFiles::convert(const std::string& bytes, const std::string& name, const std::string& to) {
    write_file(file(name), bytes);
    run({"vips", "copy", file(name), file(to)});
    return read_file(file(to));
}

std::string MediaFiles::linear(const std::string& bytes, const std::string& name, const std::string& to) {
    write_file(file(name), bytes);
    run({"vips", "colourspace", file(name), file(to), "scrgb"});
    return read_file(file(to));
}

std::string MediaFiles::in_profile(const std::string& png, const std::string& profile) {
    write_file(file("plain.png"), png);
    run({"vips", "icc_transform", file("plain.png"), file("profiled.png"), profile, "--input-profile",
         "srgb"});
    return read_file(file("profiled.png"));
}

std::string MediaFiles::linear_exr(const std::string& name, double value, int width, int height) {
    std::ostringstream colour;
    const auto level = std::lround(value * 255);
    colour << "color=0x" << std::hex << std::setw(6) << std::setfill('0')
           << (level << 16 | level << 8 | level) << std::dec << ":s=" << width << "x" << height
           << ",format=gbrp";
    return make(name, {"-f", "lavfi", "-i", colour.str(), "-frames:v", "1", "-pix_fmt", "gbrpf32le"});
}

double MediaFiles::mean_grey(const std::string& bytes) {
    write_file(file("mean"), bytes);
    return std::stod(run({"vips", "avg", file("mean")}));
}

std::array<int, 3> MediaFiles::pixel(const std::string& bytes, int x, int y) {
    write_file(file("pixel"), bytes);
    std::istringstream told(run({"vips", "getpoint", file("pixel"), std::to_string(x), std::to_string(y)}));
    std::array<int, 3> colour{};
    for (int& band : colour) {
        double value = 0;
        told >> value;
        band = static_cast<int>(std::lround(value));
    }
    return colour;
}

std::vector<std::string> MediaFiles::numbered(const std::string& rate, int frames,
                                              const std::vector<std::string>& encoding) {
    std::vector<std::string> all{
        "-f",
        "lavfi",
        "-i",
        "color=black:s=8x1:r=" + rate +
            ",format=gray,geq=lum='if(gte(mod(floor(N/pow(2\\,X))\\,2)\\,1)\\,220\\,30)',"
            "scale=640:360:flags=neighbor,format=yuv420p",
        "-frames:v",
        std::to_string(frames)};
    all.insert(all.end(), encoding.begin(), encoding.end());
    return all;
}

int MediaFiles::number_of(const std::string& bytes, int index, const std::string& crop) {
    write_file(file("numbered"), bytes);
    run({"ffmpeg", "-v", "error", "-y", "-i", file("numbered"), "-vf",
         "select=eq(n\\," + std::to_string(index) + ")," + (crop.empty() ? "" : "crop=" + crop + ",") +
             "scale=8:1:flags=area,format=gray",
         "-frames:v", "1", "-f", "rawvideo", file("bars")});
    const std::string bars = read_file(file("bars"));
    int number = 0;
    for (std::size_t bit = 0; bit < bars.size() && bit < 8; ++bit)
        if (static_cast<unsigned char>(bars[bit]) > 127) number |= 1 << bit;
    return bars.size() == 8 ? number : -1;
}

std::string MediaFiles::packed(const std::string& bytes, const std::string& program) {
    write_file(file("plain"), bytes);
    return run({program, "-c", file("plain")});
}

MovieDescription MediaFiles::describe(const std::string& bytes, const std::string& format) {
    const std::string path = file("described." + format);
    write_file(path, bytes);
    MovieDescription movie;
    movie.is_fast_start = bytes.find("moov") < bytes.find("mdat");
    const auto ask = [&](const std::string& entry) {
        std::string text = run({"ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", entry,
                                "-of", "csv=p=0", path});
        while (!text.empty() && (text.back() == '\n' || text.back() == ',')) text.pop_back();
        return text;
    };
    movie.rate = ask("stream=r_frame_rate");
    movie.pixels = ask("stream=pix_fmt");
    std::istringstream frames(ask("packet=flags"));
    std::int64_t group = 0;
    for (std::string line; std::getline(frames, line);) {
        ++movie.frames;
        group = line.starts_with('K') ? 1 : group + 1;
        movie.longest_group = std::max(movie.longest_group, group);
    }
    return movie;
}

std::string huge_png(std::uint32_t width, std::uint32_t height) {
    const std::string head = big(width, 4) + big(height, 4) + std::string("\x08\x02\0\0\0", 5);
    return "\x89PNG\r\n\x1a\n" + chunk("IHDR", head) + chunk("IDAT", std::string(64, 'x')) +
           chunk("IEND", "");
}

std::string psd(std::uint32_t width, std::uint32_t height, const std::string& rgb) {
    const std::string head = "8BPS" + big(1, 2) + std::string(6, '\0') + big(3, 2) + big(height, 4) +
                             big(width, 4) + big(8, 2) + big(3, 2);
    std::string bands;
    for (const char band : rgb) bands += std::string(std::size_t{width} * height, band);
    return head + std::string(12, '\0') + big(0, 2) + bands;
}

std::string zip(const std::vector<std::pair<std::string, std::string>>& files) {
    std::string archive;
    std::string index;
    for (const auto& [name, bytes] : files) {
        const std::string about = little(0, 8) + little(crc(bytes), 4) + little(bytes.size(), 4) +
                                  little(bytes.size(), 4) + little(name.size(), 2);
        index += "PK\x01\x02" + little(20, 2) + little(20, 2) + about + little(0, 12) +
                 little(archive.size(), 4) + name;
        archive += "PK\x03\x04" + little(20, 2) + about + little(0, 2) + name + bytes;
    }
    const std::string end = little(0, 4) + little(files.size(), 2) + little(files.size(), 2) +
                            little(index.size(), 4) + little(archive.size(), 4) + little(0, 2);
    return archive + index + "PK\x05\x06" + end;
}

std::string glb(const std::string& picture) {
    std::string text =
        R"({"asset":{"version":"2.0"},"materials":[{},{"pbrMetallicRoughness":{"baseColorTexture":{"index":0}}}],)"
        R"("textures":[{"source":0}],"images":[{"bufferView":0,"mimeType":"image/png"}],)"
        R"("bufferViews":[{"buffer":0,"byteOffset":4,"byteLength":)" +
        std::to_string(picture.size()) + R"(}],"buffers":[{"byteLength":)" +
        std::to_string(picture.size() + 4) + "}]}";
    while (text.size() % 4 != 0) text += ' ';
    std::string binary = "....";
    binary += picture;
    while (binary.size() % 4 != 0) binary += '\0';
    return "glTF" + little(2, 4) + little(28 + text.size() + binary.size(), 4) + little(text.size(), 4) +
           "JSON" + text + little(binary.size(), 4) + std::string("BIN\0", 4) + binary;
}

std::string wide_blend_file(std::uint32_t width, std::uint32_t height) {
    const std::string data =
        little(width, 4) + little(height, 4) + std::string(std::size_t{4} * width * height, '\xa0');
    return "BLENDER17-01v0500TEST" + little(0, 12) + little(data.size(), 8) + little(1, 8) + data + "ENDB" +
           little(0, 28);
}

std::string blend_file(std::uint32_t width, std::uint32_t height) {
    const std::string data =
        little(width, 4) + little(height, 4) + std::string(std::size_t{4} * width * height, '\xa0');
    const std::string rest = std::string(8, '\0') + little(0, 4) + little(1, 4);
    return "BLENDER-v300TEST" + little(data.size(), 4) + rest + data + "ENDB" + little(0, 4) + rest;
}

} // namespace bifrost::tests
