#include "media/system_calls.hpp"

#include <cerrno>
#include <memory>

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace bifrost::media {
namespace {

/// What decoders do: files, memory, threads, time. No sockets, processes, signals to others, tracing, mounts,
/// keys, BPF, io_uring, shared memory, or memory that belongs to no address space (memfd).
constexpr const char* kAllowed[] = {
    // files
    "read", "pread64", "readv", "preadv", "write", "pwrite64", "writev", "pwritev", "lseek", "open", "openat",
    "close", "close_range", "stat", "lstat", "fstat", "newfstatat", "statx", "statfs", "fstatfs", "access",
    "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd", "getdents64", "unlink", "unlinkat",
    "rename", "renameat", "renameat2", "ftruncate", "fallocate", "fadvise64", "fsync", "fdatasync", "fcntl",
    "dup", "dup2", "dup3", "umask", "pipe2", "eventfd2", "poll", "ppoll", "select", "pselect6",
    // memory
    "mmap", "mremap", "munmap", "mprotect", "madvise", "brk", "mincore",
    // threads of this process
    "futex", "set_robust_list", "get_robust_list", "rseq", "set_tid_address", "arch_prctl", "sched_yield",
    "sched_getaffinity", "sched_getscheduler", "sched_getparam", "sched_get_priority_max",
    "sched_get_priority_min", "exit", "exit_group", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
    "sigaltstack", "restart_syscall", "getpriority",
    // what the machine is and what time it is
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "getpid",
    "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getrandom", "uname", "sysinfo",
    "getrlimit", "getrusage", "times"};

struct Release {
    void operator()(void* context) const { seccomp_release(context); }
};
using Context = std::unique_ptr<void, Release>;

Error no_filter(int code) {
    return {Errc::unavailable,
            "The sandbox's filter of system calls could not be made (error " + std::to_string(code) + ")."};
}

int add(void* context, std::uint32_t action, const char* name, const std::vector<scmp_arg_cmp>& conditions) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) return 0; // another architecture's
    const int added = seccomp_rule_add_array(context, action, number,
                                             static_cast<unsigned>(conditions.size()), conditions.data());
    // A call that this architecture doesn't have needs no rule.
    return added == -EDOM ? 0 : added;
}

int add_rules(void* context) {
    for (const char* name : kAllowed)
        if (const int failed = add(context, SCMP_ACT_ALLOW, name, {})) return failed;
    const scmp_arg_cmp is_thread{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD};
    const scmp_arg_cmp is_program{0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(kProgramDescriptor), 0};
    const scmp_arg_cmp by_descriptor{4, SCMP_CMP_EQ, AT_EMPTY_PATH, 0};
    const scmp_arg_cmp only_asks{2, SCMP_CMP_EQ, 0, 0};
    const scmp_arg_cmp sets_name{0, SCMP_CMP_EQ, PR_SET_NAME, 0};
    for (const int failed :
         {add(context, SCMP_ACT_ALLOW, "clone", {is_thread}),
          // Its flags lie in memory, out of a filter's sight: threads are made by clone then.
          add(context, SCMP_ACT_ERRNO(ENOSYS), "clone3", {}),
          add(context, SCMP_ACT_ALLOW, "execveat", {is_program, by_descriptor}),
          add(context, SCMP_ACT_ALLOW, "prlimit64", {only_asks}),
          add(context, SCMP_ACT_ALLOW, "prctl", {sets_name}),
          // "No terminal", which is what is asked most.
          add(context, SCMP_ACT_ERRNO(ENOTTY), "ioctl", {})})
        if (failed != 0) return failed;
    return 0;
}

Result<std::vector<sock_filter>> read_program(int file) {
    const off_t size = ::lseek(file, 0, SEEK_END);
    if (size <= 0 || static_cast<std::size_t>(size) % sizeof(sock_filter) != 0) return no_filter(EIO);
    std::vector<sock_filter> program(static_cast<std::size_t>(size) / sizeof(sock_filter));
    if (::pread(file, program.data(), static_cast<std::size_t>(size), 0) != size) return no_filter(EIO);
    return program;
}

Result<std::vector<sock_filter>> make_filter() {
    const Context context(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
    if (!context) return no_filter(ENOMEM);
    // A tree instead of a list: a call costs a few comparisons, not a hundred.
    seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (const int failed = add_rules(context.get())) return no_filter(-failed);
    const int file = ::memfd_create("filter", MFD_CLOEXEC);
    if (file < 0) return no_filter(errno);
    const int exported = seccomp_export_bpf(context.get(), file);
    auto program = exported == 0 ? read_program(file) : no_filter(-exported);
    ::close(file);
    return program;
}

} // namespace

const Result<std::vector<sock_filter>>& system_call_filter() {
    static const Result<std::vector<sock_filter>> filter = make_filter();
    return filter;
}

} // namespace bifrost::media
