// kill -9 at every step, and machines that stop: what was said to be stored is stored, and the rest can be
// resumed.

#include <csignal>
#include <cstddef>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "local_store_support.hpp"

namespace bifrost::storage {
namespace {

/// From now on the process dies at the moment it makes this system call (seccomp(2),
/// SECCOMP_RET_KILL_PROCESS).
void die_at(long system_call) {
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offsetof(seccomp_data, nr))),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(system_call), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{static_cast<unsigned short>(std::size(filter)), filter};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        ::_exit(99);
    }
}

bool was_killed(int status) {
    return WIFSIGNALED(status) && (WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGKILL);
}

class LocalStoreCrash : public LocalStoreTest {
  protected:
    void SetUp() override { upload_ = *store_->begin_upload(key_, 25, 10); }

    void send(int number) {
        const auto etag = send_part(*store_, key_, upload_, number, piece(number));
        ASSERT_TRUE(etag) << why(etag);
    }
    static std::string piece(int number) {
        return bytes_of(number == 3 ? 5 : 10, static_cast<char>('a' + number));
    }
    static std::vector<Part> all_parts() {
        std::vector<Part> parts;
        for (int number = 1; number <= 3; ++number) parts.push_back({number, 0, sha256_hex(piece(number))});
        return parts;
    }
    [[nodiscard]] std::filesystem::path file() const { return root_ / "uploads" / upload_; }
    [[nodiscard]] std::string journal() const { return read_whole(file()).substr(25); }
    void set_journal(const std::string& text) const {
        const std::string bytes = read_whole(file()).substr(0, 25);
        std::ofstream(file(), std::ios::binary) << bytes << text;
    }
    /// What the disk would hold of the journal if the machine had been started again since.
    void pretend_a_reboot() const {
        std::string text = journal();
        const std::string boot = read_whole("/proc/sys/kernel/random/boot_id").substr(0, 36);
        for (std::size_t at = text.find(boot); at != std::string::npos; at = text.find(boot, at))
            text.replace(at, boot.size(), "11111111-2222-3333-4444-555555555555");
        set_journal(text);
    }
    void expect_whole_object() {
        EXPECT_EQ(read_object(*store_, key_), piece(1) + piece(2) + piece(3));
        const auto mode = std::filesystem::status(root_ / "objects" / key_).permissions();
        EXPECT_EQ(mode, static_cast<std::filesystem::perms>(0444));
    }

    std::string upload_;
};

TEST_F(LocalStoreCrash, kill_in_the_middle_of_a_part_leaves_the_others_and_the_upload_goes_on) {
    send(1);
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto store = open_store(root_);
        auto writer = open_part(*store, key_, upload_, 2, 10);
        if (!writer || !(*writer)->write(piece(2).data(), 6)) ::_exit(1);
        if (::write(ready[1], "x", 1) != 1) ::_exit(3);
        while (true) ::pause();
    }
    char sign = 0;
    ASSERT_EQ(::read(ready[0], &sign, 1), 1) << "the child writes";
    EXPECT_EQ(code_of(open_part(*store_, key_, upload_, 2, 10)), Errc::conflict) << "while the other lives";
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(was_killed(status));
    ::close(ready[0]);
    ::close(ready[1]);

    const auto parts = *store_->list_parts(key_, upload_);
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0].etag, sha256_hex(piece(1)));
    EXPECT_EQ(code_of(store_->complete_upload(key_, upload_, all_parts())), Errc::invalid);
    send(2);
    send(3);
    ASSERT_TRUE(store_->complete_upload(key_, upload_, all_parts()));
    expect_whole_object();
}

TEST_F(LocalStoreCrash, kill_while_a_part_is_replaced_leaves_neither_the_old_nor_the_new) {
    send(1);
    send(2);
    const int status = run_child([&] {
        const auto store = open_store(root_);
        auto writer = open_part(*store, key_, upload_, 2, 10);
        if (!writer || !(*writer)->write("ZZZZ", 4)) ::_exit(1);
        ::kill(::getpid(), SIGKILL);
    });
    ASSERT_TRUE(was_killed(status));
    const auto parts = *store_->list_parts(key_, upload_);
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0].number, 1);
}

class LocalStoreCrashAt : public LocalStoreCrash,
                          public testing::WithParamInterface<std::pair<const char*, long>> {};

TEST_P(LocalStoreCrashAt, complete_can_be_repeated_by_another_process) {
    for (int number = 1; number <= 3; ++number) send(number);
    const int status = run_child([&] {
        const auto store = open_store(root_);
        die_at(GetParam().second);
        static_cast<void>(store->complete_upload(key_, upload_, all_parts()));
    });
    ASSERT_TRUE(was_killed(status)) << "it never came to " << GetParam().first;
    const auto listed = *store_->list_parts(key_, upload_);
    EXPECT_EQ(listed.size(), 3U);
    for (int i = 0; i < 2; ++i) {
        const auto completed = store_->complete_upload(key_, upload_, all_parts());
        ASSERT_TRUE(completed) << why(completed);
        expect_whole_object();
    }
    EXPECT_FALSE(std::filesystem::exists(file()));
    EXPECT_TRUE(store_->sync({key_}));
}

// In the order in which a complete comes to them.
INSTANTIATE_TEST_SUITE_P(LocalStore, LocalStoreCrashAt,
                         testing::Values(std::pair{"fcntl", SYS_fcntl}, std::pair{"ftruncate", SYS_ftruncate},
                                         std::pair{"fchmod", SYS_fchmod},
                                         std::pair{"renameat2", SYS_renameat2},
                                         std::pair{"mkdirat", SYS_mkdirat}),
                         [](const auto& tested) {
                             return std::string("when_killed_at_") + tested.param.first;
                         });

TEST_P(LocalStoreCrashAt, a_client_that_knows_nothing_finds_the_parts_and_completes) {
    for (int number = 1; number <= 3; ++number) send(number);
    run_child([&] {
        const auto store = open_store(root_);
        die_at(GetParam().second);
        static_cast<void>(store->complete_upload(key_, upload_, all_parts()));
    });
    const auto listed = store_->list_parts(key_, upload_);
    ASSERT_TRUE(listed) << why(listed);
    ASSERT_TRUE(store_->complete_upload(key_, upload_, *listed));
    expect_whole_object();
}

TEST_F(LocalStoreCrash, an_upload_killed_while_it_began_is_no_upload_and_is_collected) {
    for (const long system_call : {SYS_openat, SYS_pwrite64}) {
        const int status = run_child([&] {
            const auto store = open_store(root_);
            die_at(system_call);
            static_cast<void>(store->begin_upload("ab/half", 10, 10));
        });
        ASSERT_TRUE(was_killed(status));
    }
    const auto abandoned = *store_->list_abandoned(Timestamp::now().plus_seconds(60), 100);
    ASSERT_EQ(abandoned.size(), 2U) << "the one of this test and the half one";
    for (const auto& upload : abandoned) {
        if (upload.upload == upload_) continue;
        EXPECT_EQ(upload.key, "");
        EXPECT_EQ(code_of(store_->list_parts("ab/half", upload.upload)), Errc::not_found);
        EXPECT_EQ(code_of(store_->complete_upload("ab/half", upload.upload, {})), Errc::not_found);
        EXPECT_TRUE(store_->abort_upload(upload.key, upload.upload));
    }
    EXPECT_EQ(store_->list_abandoned(Timestamp::now().plus_seconds(60), 100)->size(), 1U);
}

TEST_F(LocalStoreCrash, parts_written_before_the_machine_stopped_count_as_missing) {
    send(1);
    send(2);
    pretend_a_reboot();
    send(3);
    const auto parts = *store_->list_parts(key_, upload_);
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0].number, 3);
    const auto completed = store_->complete_upload(key_, upload_, all_parts());
    ASSERT_EQ(code_of(completed), Errc::invalid);
    EXPECT_EQ(completed.error().fields.size(), 2U);
    send(1);
    send(2);
    ASSERT_TRUE(store_->complete_upload(key_, upload_, all_parts()));
    expect_whole_object();
}

TEST_F(LocalStoreCrash, a_complete_that_is_repeated_believes_only_the_bytes) {
    for (int number = 1; number <= 3; ++number) send(number);
    ASSERT_TRUE(store_->complete_upload(key_, upload_, all_parts()));
    const auto object = root_ / "objects" / key_;
    ::chmod(object.c_str(), 0644);
    std::fstream(object, std::ios::in | std::ios::out | std::ios::binary).seekp(12).put('#');
    const auto damaged = store_->complete_upload(key_, upload_, all_parts());
    ASSERT_EQ(code_of(damaged), Errc::invalid);
    ASSERT_EQ(damaged.error().fields.size(), 1U);
    EXPECT_EQ(damaged.error().fields[0].pointer, "/parts/1");
    std::filesystem::resize_file(object, 3);
    EXPECT_EQ(code_of(store_->complete_upload(key_, upload_, all_parts())), Errc::not_found);
}

TEST_F(LocalStoreCrash, bytes_that_a_stopped_machine_lost_after_the_journal_was_cut_are_refused) {
    for (int number = 1; number <= 3; ++number) send(number);
    std::filesystem::resize_file(file(), 25);
    std::fstream(file(), std::ios::in | std::ios::out | std::ios::binary).seekp(3).write("\0\0\0\0", 4);
    const auto completed = store_->complete_upload(key_, upload_, all_parts());
    ASSERT_EQ(code_of(completed), Errc::invalid);
    EXPECT_EQ(completed.error().fields.at(0).pointer, "/parts/0");
    EXPECT_EQ(code_of(open_part(*store_, key_, upload_, 1, 10)), Errc::forbidden);
    EXPECT_TRUE(store_->abort_upload(key_, upload_)) << "then it is uploaded again";
    EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(LocalStoreCrash, torn_records_count_for_nothing_and_spoil_no_other) {
    send(1);
    const std::string whole = journal();
    const std::string record = whole.substr(whole.find("\npart"));
    for (std::size_t kept = 1; kept + 7 < record.size(); ++kept) {
        set_journal(whole + "\npart 2" + record.substr(7, kept) + std::string(3, '\0'));
        EXPECT_EQ(store_->list_parts(key_, upload_)->size(), 1U) << kept;
    }
    send(2);
    EXPECT_EQ(store_->list_parts(key_, upload_)->size(), 2U);
}

TEST_F(LocalStoreCrash, a_journal_full_of_nonsense_is_no_upload) {
    for (const std::string text : {"x", "\n\n\n", "bifrost-upload 1 .. b .", "bifrost-upload 1 ab/x b",
                                   "bifrost-upload 2 ab/x b .", "bifrost-upload 1 ab/x b . ."}) {
        set_journal(text);
        EXPECT_EQ(code_of(store_->list_parts(key_, upload_)), Errc::not_found) << text;
        EXPECT_EQ(code_of(store_->complete_upload(key_, upload_, all_parts())), Errc::not_found) << text;
        EXPECT_EQ(code_of(open_part(*store_, key_, upload_, 1, 10)), Errc::forbidden) << text;
    }
    EXPECT_TRUE(store_->abort_upload(key_, upload_));
    EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(LocalStoreCrash, ids_that_are_spelled_otherwise_are_no_uploads) {
    const std::string uuid = upload_.substr(0, 36);
    for (const std::string& id :
         {std::string(), uuid, uuid + "-25", uuid + "-25-", uuid + "-025-10", uuid + "-25-0",
          uuid + "-25-10-1", uuid + "--25-10", uuid + "-25-10/", "x" + upload_.substr(1),
          uuid + "-99999999999999999999-1", uuid + "-24-10"}) {
        EXPECT_EQ(code_of(store_->list_parts(key_, id)), Errc::not_found) << id;
        EXPECT_TRUE(store_->abort_upload(key_, id));
    }
    EXPECT_TRUE(std::filesystem::exists(file()));
}

} // namespace
} // namespace bifrost::storage
