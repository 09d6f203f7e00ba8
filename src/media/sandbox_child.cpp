#include "media/sandbox_child.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "media/system_calls.hpp"

namespace bifrost::media {
namespace {

constexpr long kLandlockRestrictSelf = 446;
constexpr long kLastCapability = 63;
constexpr int kNiceness = 10; // people who wait come first
constexpr std::size_t kStackBytes = 256 * 1024;

// Raw calls throughout: glibc's wrappers of some would speak to this process's other threads.

bool limit(int resource, std::int64_t most) {
    const rlimit value{static_cast<rlim_t>(most), static_cast<rlim_t>(most)};
    return ::syscall(SYS_prlimit64, 0, resource, &value, nullptr) == 0;
}

/// Tasks of this user, all together; the kernel exempts root. It stands far above what a worker's user runs:
/// what it keeps out is the machine running full.
bool limit_tasks() {
    constexpr rlim_t kMostTasks = 16 * 1024;
    rlimit value{};
    if (::syscall(SYS_prlimit64, 0, RLIMIT_NPROC, nullptr, &value) != 0) return false;
    value.rlim_max = value.rlim_max < kMostTasks ? value.rlim_max : kMostTasks;
    value.rlim_cur = value.rlim_cur < value.rlim_max ? value.rlim_cur : value.rlim_max;
    return ::syscall(SYS_prlimit64, 0, RLIMIT_NPROC, &value, nullptr) == 0;
}

bool limit_resources(const SandboxLimits& limits) {
    const std::int64_t seconds = limits.deadline.count() / 1000 + 1;
    const long processors = ::sysconf(_SC_NPROCESSORS_ONLN);
    return limit(RLIMIT_AS, limits.memory_bytes) && limit(RLIMIT_FSIZE, limits.output_bytes) &&
           limit(RLIMIT_CPU, seconds * (processors > 0 ? processors : 1)) && limit(RLIMIT_CORE, 0) &&
           limit(RLIMIT_MEMLOCK, 0) && limit(RLIMIT_MSGQUEUE, 0) && limit(RLIMIT_NOFILE, kMostDescriptors) &&
           limit_tasks();
}

bool place_descriptors(const ChildPlan& plan) {
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || ::dup2(nothing, 0) < 0 || ::dup2(plan.output, 1) < 0 || ::dup2(plan.errors, 2) < 0)
        return false;
    return ::dup3(plan.program, kProgramDescriptor, O_CLOEXEC) >= 0;
}

bool close_the_rest() {
    return ::syscall(SYS_close_range, 3U, static_cast<unsigned>(kProgramDescriptor) - 1, 0U) == 0 &&
           ::syscall(SYS_close_range, static_cast<unsigned>(kProgramDescriptor) + 1, ~0U, 0U) == 0;
}

bool drop_capabilities() {
    for (long capability = 0; capability <= kLastCapability; ++capability)
        if (::syscall(SYS_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno == EPERM) break;
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct none[2] = {};
    return ::syscall(SYS_capset, &header, none) == 0;
}

/// Ends only with the child.
[[noreturn]] void give_up(ChildPlan& plan, const char* step) {
    plan.failed_step = step;
    plan.failed_code = errno;
    ::syscall(SYS_exit_group, 127);
    __builtin_unreachable();
}

int run_child(void* argument) {
    auto& plan = *static_cast<ChildPlan*>(argument);
    const auto must = [&](bool done, const char* step) {
        if (!done) give_up(plan, step);
    };
    must(::setsid() >= 0, "make a group of its own");
    must(::syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0, "tie it to this process");
    ::syscall(SYS_setpriority, PRIO_PROCESS, 0, kNiceness);
    must(place_descriptors(plan), "place its descriptors");
    must(::chdir(plan.folder) == 0, "enter its folder");
    must(::syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "forbid new privileges");
    must(drop_capabilities(), "drop its capabilities");
    if (plan.ruleset >= 0)
        must(::syscall(kLandlockRestrictSelf, plan.ruleset, 0U) == 0, "close the file system");
    must(close_the_rest(), "close its descriptors");
    must(limit_resources(plan.limits), "limit its resources");
    // Not crashes of this process: what the parent blocks or ignores is the program's own affair again.
    for (const int number : {SIGPIPE, SIGTERM, SIGINT, SIGHUP}) ::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    must(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0U, &plan.filter) == 0, "filter its system calls");
    ::syscall(SYS_execveat, kProgramDescriptor, "", plan.arguments, plan.environment, AT_EMPTY_PATH);
    give_up(plan, "start the program");
}

} // namespace

pid_t start_child(ChildPlan& plan) {
    void* stack = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED) {
        plan.failed_step = "get memory";
        plan.failed_code = errno;
        return -1;
    }
    // No signal may run a handler of this process in the child, whose memory it is too.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    // As vfork: no page is copied however large this process is, and this thread waits until the program
    // runs.
    const pid_t child =
        ::clone(run_child, static_cast<char*>(stack) + kStackBytes, CLONE_VM | CLONE_VFORK | SIGCHLD, &plan);
    const int code = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::munmap(stack, kStackBytes);
    if (child < 0) {
        plan.failed_step = "make a process";
        plan.failed_code = code;
    } else if (plan.failed_step != nullptr) {
        ::waitpid(child, nullptr, 0);
        return -1;
    }
    return child;
}

} // namespace bifrost::media
