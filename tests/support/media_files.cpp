#include "support/media_files.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
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

std::string MediaFiles::convert(const std::string& bytes, const std::string& name, const std::string& to) {
    write_file(file(name), bytes);
    run({"vips", "copy", file(name), file(to)});
    return read_file(file(to));
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

std::string psd(std::uint32_t width, std::uint32_t height) {
    const std::string head = "8BPS" + big(1, 2) + std::string(6, '\0') + big(3, 2) + big(height, 4) +
                             big(width, 4) + big(8, 2) + big(3, 2);
    return head + std::string(12, '\0') + big(0, 2) + std::string(std::size_t{3} * width * height, '\x50');
}

std::string blend_file(std::uint32_t width, std::uint32_t height) {
    const std::string data =
        little(width, 4) + little(height, 4) + std::string(std::size_t{4} * width * height, '\xa0');
    const std::string rest = std::string(8, '\0') + little(0, 4) + little(1, 4);
    return "BLENDER-v300TEST" + little(data.size(), 4) + rest + data + "ENDB" + little(0, 4) + rest;
}

} // namespace bifrost::tests
