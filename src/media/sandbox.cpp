#include "media/sandbox.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.hpp"
#include "media/landlock.hpp"
#include "media/sandbox_child.hpp"
#include "media/system_calls.hpp"

namespace bifrost::media {
namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr std::size_t kMostOutput = 1024 * 1024;
constexpr std::size_t kMostErrors = 8 * 1024;
constexpr std::chrono::milliseconds kLook{50}; ///< how often folder, threads and `stopped` are looked at
/// Decoders start some for each processor. Unlike RLIMIT_NPROC this holds for root, too.
constexpr std::int64_t kMostThreads = 1024;

class Descriptor {
  public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { reset(-1); }
    [[nodiscard]] int get() const { return number_; }
    void reset(int number) {
        if (number_ >= 0) ::close(number_);
        number_ = number;
    }

  private:
    int number_;
};

Error not_started(const std::string& step, int code) {
    return {Errc::unavailable, "The sandbox could not " + step + " (" +
                                   std::generic_category().message(code) +
                                   "); `bifrost doctor` says what it needs."};
}

Error ended(const std::string& why) { return {Errc::invalid, why}; }

/// What every program of the system needs to begin; nothing of it is a secret.
LandlockRules rules_for(const SandboxRun& run) {
    LandlockRules rules;
    rules.readable = {"/usr/lib",      "/usr/lib64",           "/lib",       "/lib64",
                      "/usr/share",    "/etc/ld.so.cache",     "/etc/fonts", "/etc/ImageMagick-6",
                      "/proc/cpuinfo", "/proc/meminfo",        "/proc/stat", "/sys/devices/system/cpu",
                      "/dev/urandom",  "/var/cache/fontconfig"};
    rules.readable.insert(rules.readable.end(), run.inputs.begin(), run.inputs.end());
    rules.executable = {run.program};
    // The loader is a program to the kernel.
    for (const char* loader : {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"})
        rules.executable.emplace_back(loader);
    rules.devices = {"/dev/null"};
    rules.folder = run.folder;
    return rules;
}

std::int64_t size_of_folder(const fs::path& folder) {
    std::int64_t size = 0;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        std::error_code gone;
        const auto bytes = entry.is_regular_file(gone) ? entry.file_size(gone) : 0;
        if (!gone) size += static_cast<std::int64_t>(bytes);
    }
    return size;
}

/// Field 20 of /proc/<number>/stat (proc(5)); 0 when it is gone.
std::int64_t threads_of(pid_t number) {
    constexpr int kFieldsBetween = 17; // from the state, which follows the name, to it
    std::ifstream file("/proc/" + std::to_string(number) + "/stat");
    std::string line;
    if (!std::getline(file, line)) return 0;
    // The name may hold anything, brackets too.
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string skipped;
    for (int i = 0; i < kFieldsBetween; ++i) fields >> skipped;
    std::int64_t threads = 0;
    fields >> threads;
    return threads;
}

/// Reads what there is; false at the end.
bool drain(int file, std::string& into, std::size_t most, bool keep_end) {
    std::array<char, 16 * 1024> buffer;
    const ssize_t got = ::read(file, buffer.data(), buffer.size());
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) return false;
    if (got < 0) return true;
    into.append(buffer.data(), static_cast<std::size_t>(got));
    if (into.size() <= most) return true;
    if (keep_end)
        into.erase(0, into.size() - most);
    else
        into.resize(most);
    return true;
}

/// A started program, which is gone when this is.
class Child {
  public:
    Child(pid_t number, const SandboxRun& run, int output, int errors)
        : number_(number), run_(run), watched_(static_cast<int>(::syscall(SYS_pidfd_open, number, 0U))),
          output_(output), errors_(errors) {}
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() { end(); }

    Result<SandboxOutcome> wait(const std::function<bool()>& stopped) {
        const auto deadline = Clock::now() + run_.limits.deadline;
        auto look = Clock::now() + kLook;
        while (!gone()) {
            turn(std::min(look, deadline));
            if (run_.enough_output > 0 && outcome_.output.size() >= run_.enough_output)
                return std::move(outcome_);
            const auto now = Clock::now();
            if (now >= deadline)
                return ended("It took longer than " + std::to_string(run_.limits.deadline.count() / 1000) +
                             " s and was ended.");
            if (now < look) continue;
            look = now + kLook;
            if (stopped()) return Error{Errc::unavailable, "The job was asked to stop."};
            if (size_of_folder(run_.folder) > run_.limits.output_bytes) return too_much();
            if (threads_of(number_) > kMostThreads)
                return ended("It started more than " + std::to_string(kMostThreads) +
                             " threads and was ended.");
        }
        while (!ends_[0] || !ends_[1]) {
            turn(Clock::now());
            if (++last_reads_ > kMostLastReads) break;
        }
        return close();
    }

  private:
    static constexpr int kMostLastReads = 1000;

    [[nodiscard]] Error too_much() const {
        return ended("It wrote more than " + std::to_string(run_.limits.output_bytes / (1024 * 1024)) +
                     " MiB and was ended.");
    }

    void turn(Clock::time_point until) {
        std::array<pollfd, 3> files{pollfd{watched_.get(), POLLIN, 0},
                                    {ends_[0] ? -1 : output_, POLLIN, 0},
                                    {ends_[1] ? -1 : errors_, POLLIN, 0}};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        if (::poll(files.data(), files.size(), static_cast<int>(std::max<std::int64_t>(left, 0))) <= 0) {
            if (exited_) ends_[0] = ends_[1] = true; // nothing is left in the pipes
            return;
        }
        if (files[1].revents != 0) ends_[0] = !drain(output_, outcome_.output, kMostOutput, false);
        if (files[2].revents != 0) ends_[1] = !drain(errors_, outcome_.errors, kMostErrors, true);
    }

    bool gone() {
        if (exited_) return true;
        const pid_t got = ::waitpid(number_, &status_, WNOHANG);
        exited_ = got == number_ || (got < 0 && errno == ECHILD);
        return exited_;
    }

    void end() {
        if (exited_) return;
        ::kill(-number_, SIGKILL);
        while (::waitpid(number_, &status_, 0) < 0 && errno == EINTR) {
        }
        exited_ = true;
    }

    Result<SandboxOutcome> close() {
        if (size_of_folder(run_.folder) > run_.limits.output_bytes) return too_much();
        if (WIFEXITED(status_)) {
            outcome_.exit_code = WEXITSTATUS(status_);
            return std::move(outcome_);
        }
        const int number = WTERMSIG(status_);
        if (number == SIGXFSZ) return too_much();
        if (number == SIGXCPU) return ended("It computed for too long and was ended.");
        const char* name = ::strsignal(number);
        return ended("It was ended by a signal (" + std::string(name != nullptr ? name : "unknown") +
                     "): the file is broken, hostile, or needs more memory than it may have.");
    }

    pid_t number_;
    const SandboxRun& run_;
    Descriptor watched_; ///< readable when it has ended
    int output_;
    int errors_;
    bool ends_[2] = {false, false};
    bool exited_ = false;
    int last_reads_ = 0;
    int status_ = 0;
    SandboxOutcome outcome_;
};

/// Few threads and arenas: address space is limited. Colour and locale are nobody's business.
constexpr std::array<const char*, 8> kEnvironment = {
    "PATH=/usr/bin",      "HOME=/nonexistent",     "TMPDIR=.", "LC_ALL=C.UTF-8", "MALLOC_ARENA_MAX=2",
    "VIPS_CONCURRENCY=2", "MAGICK_THREAD_LIMIT=1", nullptr};

struct Pipe {
    Descriptor read;
    Descriptor write;

    bool open() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return false;
        read.reset(ends[0]);
        write.reset(ends[1]);
        // Other threads start programs too: their copies of a pipe close themselves, and none waits for them.
        return ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
    }
};

} // namespace

Result<SandboxOutcome> run_in_sandbox(const SandboxRun& run, const std::function<bool()>& stopped) {
    const auto& filter = system_call_filter();
    if (!filter) return filter.error();
    std::error_code failed;
    SandboxRun real = run;
    real.program = fs::canonical(run.program, failed);
    const Descriptor program(failed ? -1 : ::open(real.program.c_str(), O_PATH | O_CLOEXEC));
    if (program.get() < 0) return not_started("find " + run.program.string(), ENOENT);
    Descriptor ruleset;
    if (landlock_abi() > 0) {
        BIFROST_ASSIGN(const int made, make_landlock_ruleset(rules_for(real)));
        ruleset.reset(made);
    }
    Pipe output;
    Pipe errors;
    if (!output.open() || !errors.open()) return not_started("make a pipe", errno);

    std::string name = run.program.filename().string();
    std::vector<std::string> arguments = run.arguments;
    std::vector<char*> argument_list{name.data()};
    for (auto& argument : arguments) argument_list.push_back(argument.data());
    argument_list.push_back(nullptr);
    std::vector<sock_filter> instructions = *filter;
    ChildPlan plan;
    plan.program = program.get();
    plan.ruleset = ruleset.get();
    plan.output = output.write.get();
    plan.errors = errors.write.get();
    plan.folder = run.folder.c_str();
    plan.arguments = argument_list.data();
    // execve(2) changes neither the texts nor the list.
    plan.environment = const_cast<char* const*>(kEnvironment.data());
    plan.filter = {static_cast<unsigned short>(instructions.size()), instructions.data()};
    plan.limits = run.limits;
    const pid_t child = start_child(plan);
    if (child < 0) return not_started(plan.failed_step, plan.failed_code);
    output.write.reset(-1);
    errors.write.reset(-1);
    return Child(child, run, output.read.get(), errors.read.get()).wait(stopped);
}

std::string SandboxProtection::text() const {
    std::string text = landlock_abi > 0
                           ? "Landlock (version " + std::to_string(landlock_abi) + ")"
                           : "NO Landlock in this kernel: a hostile file could read what the worker may read";
    text += has_seccomp ? ", seccomp" : ", NO seccomp: no previews are made";
    return text + ", limits of memory, time and output, no capabilities, no new privileges" +
           (limits_network ? ", no network twice over" : ", no network");
}

SandboxProtection sandbox_protection() {
    SandboxProtection protection;
    protection.landlock_abi = landlock_abi();
    protection.has_seccomp = static_cast<bool>(system_call_filter());
    protection.limits_network = protection.landlock_abi >= 4;
    return protection;
}

std::optional<fs::path> find_program(const std::string& name) {
    for (const char* folder : {"/usr/bin", "/usr/local/bin", "/bin"}) {
        const fs::path path = fs::path(folder) / name;
        if (::access(path.c_str(), X_OK) == 0) return path;
    }
    return std::nullopt;
}

} // namespace bifrost::media
