#pragma once
// Programs that read what strangers made run here: without network, with nothing of the file system but their
// input and one folder, within limits of memory, time, processes and output, and never another program.
//
// The layers, each of which holds by itself: Landlock (Linux 5.13; files, and TCP from 6.7 on), seccomp (an
// allow-list of system calls), limits of resources, a deadline that ends the whole group, an empty
// environment, no open descriptors, no capabilities, no new privileges. None of them needs root or user
// namespaces.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace bifrost::media {

struct SandboxLimits {
    std::chrono::milliseconds deadline{120'000};          ///< wall clock
    std::int64_t memory_bytes = 4LL * 1024 * 1024 * 1024; ///< of address space
    std::int64_t output_bytes = 1024LL * 1024 * 1024;     ///< in the folder; each file, and all together
};

struct SandboxRun {
    std::filesystem::path program; ///< absolute
    std::vector<std::string> arguments;
    std::vector<std::filesystem::path> inputs; ///< files that may be read; nothing else of their folders
    std::filesystem::path folder;              ///< the only place to write, and where the program starts
    SandboxLimits limits{};
    std::size_t enough_output =
        0; ///< printed so much it is ended, and has ended well; 0: it goes on to its end
};

struct SandboxOutcome {
    int exit_code = 0;
    std::string output; ///< its standard output, at most 1 MiB
    std::string errors; ///< the end of its standard error, at most 8 KiB
};

/// Runs the program until it ends. A program that fails by itself is no error: look at exit_code. invalid: it
/// met a limit or was ended by a signal, with a sentence; unavailable: it could not be started, or `stopped`
/// was true.
Result<SandboxOutcome> run_in_sandbox(
    const SandboxRun& run, const std::function<bool()>& stopped = [] { return false; });

/// What protects on this machine.
struct SandboxProtection {
    int landlock_abi = 0; ///< 0: this kernel has none, and programs may read what this process may
    bool has_seccomp = false;
    bool limits_network = false; ///< Landlock's limit of TCP, on top of seccomp's

    /// A sentence for people.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool is_whole() const { return landlock_abi > 0 && has_seccomp; }
};
SandboxProtection sandbox_protection();

/// The first of PATH's folders of the system that has the program; nothing when it isn't installed.
std::optional<std::filesystem::path> find_program(const std::string& name);

} // namespace bifrost::media
