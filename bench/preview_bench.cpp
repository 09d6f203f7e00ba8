// Pictures in the sandbox against the bare program with the same arguments, and what the sandbox costs to
// start. Prints
// "<what> <ratio or milliseconds>" a line.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "media/sandbox.hpp"

namespace {

namespace fs = std::filesystem;
using namespace bifrost;
using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double bare(const std::string& program, std::vector<std::string> arguments) {
    std::vector<char*> list{const_cast<char*>(program.c_str())};
    for (auto& argument : arguments) list.push_back(argument.data());
    list.push_back(nullptr);
    const auto start = Clock::now();
    pid_t child = 0;
    if (::posix_spawn(&child, program.c_str(), nullptr, nullptr, list.data(), environ) != 0) return -1;
    int status = 0;
    ::waitpid(child, &status, 0);
    return status == 0 ? milliseconds_since(start) : -1;
}

double boxed(const std::string& program, const std::vector<std::string>& arguments,
             const std::vector<fs::path>& inputs, const fs::path& folder) {
    const auto start = Clock::now();
    const auto done = media::run_in_sandbox({program, arguments, inputs, folder, {}});
    return done && done->exit_code == 0 ? milliseconds_since(start) : -1;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

} // namespace

int main(int argc, char** argv) {
    const fs::path folder = fs::temp_directory_path() / ("bifrost-bench-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    std::vector<double> starts;
    std::vector<double> bare_starts;
    for (int i = 0; i < 31; ++i) {
        starts.push_back(boxed("/usr/bin/true", {}, {}, folder));
        bare_starts.push_back(bare("/usr/bin/true", {}));
    }
    std::printf("start %.2f\nbare_start %.2f\n", median(starts), median(bare_starts));
    for (int i = 1; i < argc; ++i) {
        const fs::path input = fs::absolute(argv[i]);
        const std::vector<std::string> arguments{
            "thumbnail", input.string(), (folder / "large.webp").string() + "[Q=82,effort=2,strip]",
            "2048",      "--height",     "2048",
            "--size",    "down",         "--export-profile",
            "srgb",      "--fail-on",    "truncated"};
        std::vector<double> with;
        std::vector<double> without;
        for (int turn = 0; turn < 7; ++turn) {
            without.push_back(bare("/usr/bin/vips", arguments));
            with.push_back(boxed("/usr/bin/vips", arguments, {input}, folder));
        }
        std::printf("%s %.3f %.0f %.0f\n", input.extension().c_str() + 1, median(with) / median(without),
                    median(with), median(without));
    }
    fs::remove_all(folder);
}
