// What a hostile program can do in the sandbox: nothing. The programs here are scripts of Python, which can
// ask for everything.

#include <chrono>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/sandbox.hpp"
#include "support/temporary_folder.hpp"

namespace bifrost::tests {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Sandbox : public testing::Test {
  protected:
    media::SandboxRun script(const std::string& text) {
        media::SandboxRun run;
        run.program = "/usr/bin/python3";
        run.arguments = {"-I", "-S", "-c", text};
        run.folder = folder_.path();
        run.limits.deadline = 20s;
        return run;
    }
    /// What a script printed; it ended well.
    std::string printed(const std::string& text) {
        const auto done = media::run_in_sandbox(script(text));
        EXPECT_TRUE(done) << (done ? "" : done.error().detail);
        if (!done) return "";
        EXPECT_EQ(done->exit_code, 0) << done->errors;
        return done->output;
    }
    /// The name of the exception that a statement raises, or "done".
    std::string outcome_of(const std::string& statement) {
        return printed("import os,sys\ntry:\n    " + statement +
                       "\n    print('done')\nexcept BaseException as e:\n    print(type(e).__name__)");
    }
    std::string refusal_of_call(const std::string& call) {
        return printed("import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nprint(libc." + call +
                       ", ctypes.get_errno())");
    }

    TemporaryFolder folder_;
};

TEST_F(Sandbox, this_machine_has_every_layer) {
    const auto protection = media::sandbox_protection();
    EXPECT_TRUE(protection.has_seccomp);
    EXPECT_THAT(protection.text(), HasSubstr("seccomp"));
    EXPECT_EQ(protection.is_whole(), protection.landlock_abi > 0);
}

TEST_F(Sandbox, there_is_no_network) {
    EXPECT_EQ(outcome_of("import _socket; _socket.socket()"), "PermissionError\n");
    EXPECT_EQ(refusal_of_call("socketpair(1, 1, 0, 0)"), "-1 1\n");
}

TEST_F(Sandbox, no_other_program_can_be_started) {
    EXPECT_EQ(outcome_of("os.execv('/bin/sh', ['sh', '-c', 'echo owned'])"), "PermissionError\n");
    EXPECT_EQ(outcome_of("os.execv('/usr/bin/python3', ['python3'])"), "PermissionError\n");
    EXPECT_EQ(outcome_of("os.posix_spawn('/bin/sh', ['sh'], {})"), "PermissionError\n");
    // Not by the way that started this one either: its descriptor is gone and none can have its number.
    EXPECT_EQ(refusal_of_call("syscall(322, 400, b'', 0, 0, 0x1000)"), "-1 9\n");
    EXPECT_EQ(outcome_of("os.dup2(1, 400)"), "OSError\n");
    EXPECT_EQ(refusal_of_call("prlimit(0, 7, (ctypes.c_ulong * 2)(4096, 4096), None)"), "-1 1\n");
}

TEST_F(Sandbox, no_process_can_be_made) {
    EXPECT_EQ(outcome_of("os.fork()"), "PermissionError\n");
    EXPECT_EQ(outcome_of("while True: os.fork()"), "PermissionError\n");
    EXPECT_EQ(printed("import _thread,time\nd=[]\n_thread.start_new_thread(lambda: d.append(1), ())\n"
                      "while not d: time.sleep(0.01)\nprint('a thread')"),
              "a thread\n");
}

TEST_F(Sandbox, threads_without_end_are_ended) {
    auto run = script("import _thread,time\n_thread.stack_size(65536)\nn = 0\nwhile True:\n    try:\n"
                      "        _thread.start_new_thread(time.sleep, (60,)); n += 1\n"
                      "    except RuntimeError: time.sleep(0.01)");
    const auto done = media::run_in_sandbox(run);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::invalid);
    // Where the machine itself allows fewer, they end with the deadline.
    EXPECT_THAT(done.error().detail, testing::AnyOf(HasSubstr("threads"), HasSubstr("longer than")));
}

TEST_F(Sandbox, whoever_has_printed_enough_is_done) {
    auto run = script("import sys\nwhile True: sys.stdout.write('x' * 1000)");
    run.enough_output = 4000;
    const auto done = media::run_in_sandbox(run);
    ASSERT_TRUE(done);
    EXPECT_GE(done->output.size(), 4000U);
}

TEST_F(Sandbox, nothing_else_can_be_read) {
    if (media::sandbox_protection().landlock_abi == 0) return; // doctor and the start-up log say so
    for (const std::string path : {"/etc/passwd", "/etc/hostname", "/proc/self/environ", "/proc/1/cmdline"})
        EXPECT_EQ(outcome_of("open('" + path + "').read()"), "PermissionError\n") << path;
    EXPECT_EQ(outcome_of("os.listdir('/')"), "PermissionError\n");
    EXPECT_EQ(outcome_of("os.listdir('/tmp')"), "PermissionError\n");
    TemporaryFolder other;
    std::ofstream(other.path() / "secret") << "secret";
    EXPECT_EQ(outcome_of("open('" + (other.path() / "secret").string() + "').read()"), "PermissionError\n");
}

TEST_F(Sandbox, nothing_else_can_be_written) {
    if (media::sandbox_protection().landlock_abi == 0) return; // doctor and the start-up log say so
    TemporaryFolder other;
    EXPECT_EQ(outcome_of("open('" + (other.path() / "new").string() + "', 'w')"), "PermissionError\n");
    EXPECT_EQ(outcome_of("open('/usr/share/new', 'w')"), "PermissionError\n");
    EXPECT_EQ(outcome_of("os.symlink('/etc/passwd', 'link')"), "PermissionError\n");
    EXPECT_EQ(outcome_of("os.link('/etc/passwd', 'link')"), "PermissionError\n");
    EXPECT_EQ(outcome_of("os.mkfifo('fifo')"), "PermissionError\n");
    EXPECT_EQ(outcome_of("os.chmod('.', 0o777)"), "PermissionError\n");
}

TEST_F(Sandbox, the_input_can_be_read_and_not_written) {
    TemporaryFolder other;
    const auto input = other.path() / "input";
    std::ofstream(input) << "frames";
    auto run = script("print(open('" + input.string() + "').read())\ntry:\n    open('" + input.string() +
                      "', 'a')\nexcept OSError as e: print(e.errno)");
    run.inputs = {input};
    const auto done = media::run_in_sandbox(run);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->output, media::sandbox_protection().landlock_abi > 0 ? "frames\n13\n" : "frames\n");
}

TEST_F(Sandbox, output_lands_in_the_folder) {
    printed("open('picture', 'w').write('made')\nopen('away', 'w')\nimport os\nos.unlink('away')");
    std::string text;
    std::ifstream(folder_.path() / "picture") >> text;
    EXPECT_EQ(text, "made");
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "away"));
}

TEST_F(Sandbox, nobody_is_traced_or_signalled) {
    EXPECT_EQ(refusal_of_call("ptrace(16, " + std::to_string(::getpid()) + ", 0, 0)"), "-1 1\n");
    EXPECT_EQ(outcome_of("os.kill(" + std::to_string(::getpid()) + ", 9)"), "PermissionError\n");
    EXPECT_EQ(refusal_of_call("process_vm_readv(" + std::to_string(::getpid()) + ", 0, 0, 0, 0, 0)"),
              "-1 1\n");
}

TEST_F(Sandbox, calls_that_change_the_machine_are_refused) {
    for (const std::string call : {"mount(0, 0, 0, 0, 0)", "unshare(0x10000000)", "syscall(425, 1, 0)",
                                   "syscall(321, 0, 0, 0)", "syscall(319, b'x', 0)", "personality(0x0400000)",
                                   "setuid(0)", "sethostname(b'x', 1)", "chroot(b'.')"})
        EXPECT_EQ(refusal_of_call(call), "-1 1\n") << call;
}

TEST_F(Sandbox, a_hundred_gigabytes_of_memory_are_too_much) {
    EXPECT_EQ(outcome_of("bytearray(100 << 30)"), "MemoryError\n");
    auto run = script("a = []\nwhile True: a.append(bytearray(1 << 20))");
    run.limits.memory_bytes = 256LL << 20;
    const auto done = media::run_in_sandbox(run);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->exit_code, 1);
    EXPECT_THAT(done->errors, HasSubstr("MemoryError"));
}

TEST_F(Sandbox, whoever_never_ends_is_ended) {
    auto run = script("import time\nwhile True: time.sleep(1)");
    run.limits.deadline = 300ms;
    const auto start = std::chrono::steady_clock::now();
    const auto done = media::run_in_sandbox(run);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::invalid);
    EXPECT_THAT(done.error().detail, HasSubstr("longer than"));
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

TEST_F(Sandbox, whoever_writes_without_end_is_ended) {
    for (const std::string text :
         {"f = open('one', 'wb')\nwhile True: f.write(bytes(1 << 20))",
          "n = 0\nwhile True:\n    open(str(n), 'wb').write(bytes(1 << 20)); n += 1"}) {
        auto run = script(text);
        run.limits.output_bytes = 16LL << 20;
        const auto done = media::run_in_sandbox(run);
        // Python sees the limit of one file as an error; a program that doesn't look is ended.
        if (done)
            EXPECT_THAT(done->errors, HasSubstr("File too large"));
        else
            EXPECT_THAT(done.error().detail, HasSubstr("wrote more than"));
    }
}

TEST_F(Sandbox, what_a_program_prints_is_kept_within_limits) {
    const auto done = media::run_in_sandbox(
        script("import sys\nfor i in range(3000): sys.stdout.write('x' * 1000); sys.stderr.write('y' * 100)\n"
               "sys.stderr.write('the end')"));
    ASSERT_TRUE(done);
    EXPECT_EQ(done->output.size(), 1024U * 1024U);
    EXPECT_LE(done->errors.size(), 8U * 1024U);
    EXPECT_TRUE(done->errors.ends_with("the end"));
}

TEST_F(Sandbox, nothing_of_this_process_is_seen) {
    ::setenv("BIFROST_SECRET", "secret", 1);
    EXPECT_EQ(printed("import os\nprint('BIFROST_SECRET' in os.environ)"), "False\n");
    const int open_here = ::open("/etc/passwd", O_RDONLY);
    EXPECT_EQ(printed("import os\nn = 0\nfor i in range(3, 1024):\n    try: os.fstat(i); n += 1\n"
                      "    except OSError: pass\nprint(n)"),
              "0\n");
    ::close(open_here);
}

TEST_F(Sandbox, a_program_that_is_not_there_is_an_error_of_the_site) {
    auto run = script("");
    run.program = "/usr/bin/no-such-program";
    const auto done = media::run_in_sandbox(run);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::unavailable);
}

TEST_F(Sandbox, a_job_that_is_asked_to_stop_stops) {
    const auto done =
        media::run_in_sandbox(script("import time\nwhile True: time.sleep(1)"), [] { return true; });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::unavailable);
}

} // namespace
} // namespace bifrost::tests
