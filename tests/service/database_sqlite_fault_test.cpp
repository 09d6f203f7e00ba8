// What the disk, other programs and slow statements can do to a SQLite file.

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <latch>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "database/migrations.hpp"
#include "support/child.hpp"
#include "support/database_fixture.hpp"
#include "support/temporary_folder.hpp"

namespace bifrost::tests {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using database::Database;
using database::Dialect;
using database::Row;
using database::Rows;
using database::SqliteOptions;
using database::Tx;
using database::Value;

constexpr const char* kInsert = "insert into lock_row (name) values ($1)";
constexpr const char* kEndless =
    "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";

std::unique_ptr<Database> open(const SqliteOptions& options) {
    auto opened = database::open_sqlite(options);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return std::move(*opened);
}

/// Before the names of the rows that the tests make: migrations make some too.
constexpr std::string_view kOurs = "test ";

Result<> insert(Database& database, const std::string& name) {
    return database.write([&](Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute_text(kInsert, {Value{std::string(kOurs) + name}}));
        return {};
    });
}

std::set<std::string> names_in(Database& database) {
    std::set<std::string> names;
    const auto rows = database.read([](Tx& tx) { return tx.query_text("select name from lock_row", {}); });
    if (rows)
        for (const Row row : *rows)
            if (row.text(0).starts_with(kOurs)) names.emplace(row.text(0).substr(kOurs.size()));
    return names;
}

class SqliteFaults : public testing::Test {
  protected:
    [[nodiscard]] SqliteOptions options() const {
        SqliteOptions options;
        options.path = path();
        return options;
    }
    [[nodiscard]] SqliteOptions impatient() const {
        SqliteOptions options = this->options();
        options.deadline = 200ms;
        return options;
    }
    [[nodiscard]] std::string path() const { return fresh_.url().substr(std::string("sqlite:").size()); }

    FreshDatabase fresh_{Dialect::sqlite};
};

TEST_F(SqliteFaults, a_writer_that_was_killed_leaves_every_row_that_it_acknowledged) {
    for (int round = 0; round < 3; ++round) {
        const std::string prefix = "k" + std::to_string(round) + "-";
        Child child([&](const Child::Say& say) {
            const auto database = open(options());
            std::vector<std::jthread> writers;
            for (int writer = 0; writer < 4; ++writer)
                writers.emplace_back([&, writer] {
                    for (int number = 0;; ++number) {
                        const std::string name =
                            prefix + std::to_string(writer) + "-" + std::to_string(number);
                        if (insert(*database, name)) say(name);
                    }
                });
        });
        std::set<std::string> acknowledged;
        while (acknowledged.size() < 300) {
            const std::string line = child.next_line();
            ASSERT_FALSE(line.empty());
            acknowledged.insert(line);
        }
        for (const std::string& line : child.kill_hard()) acknowledged.insert(line);
        const auto found = names_in(*open(options()));
        for (const std::string& name : acknowledged) EXPECT_TRUE(found.contains(name)) << name;
    }
}

TEST_F(SqliteFaults, two_programs_write_to_one_file) {
    constexpr int kRounds = 200;
    Child child([&](const Child::Say&) {
        const auto database = open(options());
        for (int round = 0; round < kRounds; ++round)
            if (!insert(*database, "child-" + std::to_string(round))) throw std::runtime_error("refused");
    });
    const auto database = open(options());
    for (int round = 0; round < kRounds; ++round) {
        const auto done = insert(*database, "parent-" + std::to_string(round));
        ASSERT_TRUE(done) << done.error().detail;
    }
    EXPECT_TRUE(child.wait());
    EXPECT_EQ(names_in(*database).size(), static_cast<std::size_t>(2 * kRounds));
}

TEST_F(SqliteFaults, a_file_that_another_program_keeps_locked_is_unavailable_within_the_deadline) {
    Child child([&](const Child::Say& say) {
        const auto database = open(options());
        (void)database->write([&](Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute_text(kInsert, {Value{"test held"}}));
            say("locked");
            std::this_thread::sleep_for(1h);
            return {};
        });
    });
    const auto database = open(impatient());
    ASSERT_EQ(child.next_line(), "locked");
    const auto begun = std::chrono::steady_clock::now();
    const auto done = insert(*database, "mine");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 30s);
    EXPECT_TRUE(database->ping()); // reading needs no lock
    child.kill_hard();
    EXPECT_TRUE(insert(*database, "mine"));
    EXPECT_FALSE(names_in(*database).contains("held"));
}

TEST_F(SqliteFaults, a_caller_behind_a_long_transaction_gives_up_at_the_deadline) {
    const auto database = open(impatient());
    std::latch entered(1);
    std::latch leave(1);
    std::jthread slow([&] {
        (void)database->write([&](Tx&) -> Result<> {
            entered.count_down();
            leave.wait();
            return {};
        });
    });
    entered.wait();
    const auto done = insert(*database, "late");
    EXPECT_EQ(database->stats().waiting, 0U);
    leave.count_down();
    slow.join();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::unavailable);
    EXPECT_FALSE(names_in(*database).contains("late")); // who gave up is not run afterwards
}

TEST_F(SqliteFaults, endless_statements_are_stopped_and_harm_nobody_in_their_group) {
    const auto database = open(impatient());
    const auto read = database->read([](Tx& tx) { return tx.query_text(kEndless, {}); });
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::unavailable);

    // A first transaction is held until the others queue up behind it: they all share one group.
    SqliteOptions patient = options();
    patient.deadline = 2s;
    const auto grouped = open(patient);
    std::latch entered(1);
    std::latch leave(1);
    std::atomic<int> good{0};
    std::vector<std::jthread> writers;
    writers.emplace_back([&] {
        if (grouped->write([&, first = true](Tx& tx) mutable -> Result<> {
                BIFROST_CHECK(tx.execute_text(kInsert, {Value{"test first"}}));
                if (std::exchange(first, false)) {
                    entered.count_down();
                    leave.wait();
                }
                return {};
            }))
            ++good;
    });
    entered.wait();
    for (int writer = 0; writer < 6; ++writer)
        writers.emplace_back([&, writer] {
            if (insert(*grouped, "beside-" + std::to_string(writer))) ++good;
        });
    while (grouped->stats().waiting < 6)
        std::this_thread::sleep_for(1ms); // nobody waits behind the endless one
    Result<> endless;
    writers.emplace_back([&] {
        endless = grouped->write([](Tx& tx) -> Result<> {
            // Stopped in an update, SQLite undoes the whole transaction, the others' part included.
            BIFROST_CHECK(
                tx.execute_text("with recursive n(i) as (select 1 union all select i + 1 from n) insert into "
                                "lock_row (name) select 'n-' || i from n where i % 1000 = 0 and i < 0",
                                {}));
            return {};
        });
    });
    while (grouped->stats().waiting < 7) std::this_thread::sleep_for(1ms);
    leave.count_down();
    writers.clear();
    EXPECT_EQ(good, 7);
    ASSERT_FALSE(endless);
    EXPECT_EQ(endless.error().code, Errc::unavailable);
    EXPECT_EQ(names_in(*grouped).size(), 7U);
}

/// Writes until the disk is full, then makes room and writes again. `limit` and `relief` bound the disk.
void fill_and_recover(const SqliteOptions& options, const std::function<void()>& limit,
                      const std::function<void()>& relief) {
    const auto database = open(options);
    ASSERT_TRUE(database::migrate_up(*database));
    std::set<std::string> acknowledged;
    limit();
    Result<> done;
    for (int number = 0; number < 20'000 && done; ++number) {
        const std::string name = std::to_string(number) + std::string(3'000, 'x');
        done = insert(*database, name);
        if (done) acknowledged.insert(name);
    }
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::out_of_space) << done.error().detail;
    EXPECT_EQ(names_in(*database).size(), acknowledged.size());
    relief();
    const auto after = insert(*database, "after");
    EXPECT_TRUE(after) << after.error().detail;
    const auto found = names_in(*open(options));
    for (const std::string& name : acknowledged) EXPECT_TRUE(found.contains(name));
}

TEST(SqliteDisk, a_full_disk_is_out_of_space_and_recovers_once_there_is_room) {
    const TemporaryFolder folder;
    SqliteOptions options;
    const fs::path disk = folder.path() / "disk";
    fs::create_directory(disk);
    options.path = (disk / "bifrost.db").string();
    if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=6m") == 0) {
        fill_and_recover(
            options, [] {}, [&] { ::mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT, "size=64m"); });
        EXPECT_EQ(::umount2(disk.c_str(), MNT_DETACH), 0);
        return;
    }
    // Who may not mount limits the size of files instead.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto set = [&](rlim_t most) {
        const rlimit limit{most, before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    };
    fill_and_recover(
        options, [&] { set(6U << 20U); }, [&] { set(before.rlim_cur); });
    set(before.rlim_cur);
}

TEST(SqliteDisk, a_limit_on_the_size_of_files_is_out_of_space_too) {
    const TemporaryFolder folder;
    SqliteOptions options;
    options.path = (folder.path() / "bifrost.db").string();
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto set = [&](rlim_t most) {
        const rlimit limit{most, before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    };
    fill_and_recover(
        options, [&] { set(3U << 20U); }, [&] { set(before.rlim_cur); });
    set(before.rlim_cur);
}

TEST(SqliteDisk, a_path_that_can_not_be_opened_is_told) {
    SqliteOptions options;
    options.path = "/nowhere/at/all/bifrost.db";
    const auto opened = database::open_sqlite(options);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::unavailable);
    options.path = ":memory:";
    const auto memory = database::open_sqlite(options);
    ASSERT_FALSE(memory);
    EXPECT_EQ(memory.error().code, Errc::invalid);
}

TEST(SqliteDisk, a_file_that_is_no_database_is_refused_and_left_alone) {
    const TemporaryFolder folder;
    SqliteOptions options;
    options.path = (folder.path() / "picture.png").string();
    const std::string content(8'192, 'p');
    std::ofstream(options.path) << content;
    const auto opened = database::open_sqlite(options);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::internal);
    std::ifstream file(options.path);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), content);
}

TEST(SqliteDisk, the_file_can_be_read_by_its_owner_only) {
    const TemporaryFolder folder;
    SqliteOptions options;
    options.path = (folder.path() / "bifrost.db").string();
    const auto database = open(options);
    ASSERT_TRUE(database::migrate_up(*database));
    ASSERT_TRUE(insert(*database, "a"));
    for (const char* suffix : {"", "-wal", "-shm"}) {
        struct stat found {};
        ASSERT_EQ(::stat((options.path + suffix).c_str(), &found), 0) << suffix;
        EXPECT_EQ(found.st_mode & 0777U, 0600U) << suffix;
    }
}

TEST_F(SqliteFaults, the_log_is_moved_into_the_file_again_and_again) {
    const auto database = open(options());
    const std::string large(50'000, 'x');
    for (int number = 0; number < 600; ++number) // 30 MB
        ASSERT_TRUE(insert(*database, std::to_string(number) + large));
    EXPECT_LT(fs::file_size(path() + "-wal"), 12U << 20U);
}

/// Writes about 100 MB from three threads.
bool write_much(Database& database) {
    std::atomic<bool> failed = false;
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 3; ++writer)
        writers.emplace_back([&, writer] {
            for (int number = 0; number < 35; ++number) {
                // Other bytes each time: SQLite doesn't write pages that stay the same.
                const std::string large(1U << 20U, static_cast<char>('a' + number % 26));
                const auto done = database.write([&](Tx& tx) -> Result<> {
                    BIFROST_CHECK(tx.execute_text(
                        "insert into workflow (id, code, name, entity_kind, initial_state) "
                        "values ($1, 'c', $2, '', '') on conflict (id) do update set name = $2",
                        {Value{std::to_string(writer)}, Value{large}}));
                    return {};
                });
                if (!done) failed = true;
            }
        });
    writers.clear();
    return !failed;
}

TEST_F(SqliteFaults, the_log_does_not_grow_for_ever_below_readers_that_never_pause) {
    const auto database = open(options());
    // Each holds its snapshot until the other has a newer one, so that there is one at every moment.
    std::atomic<int> snapshots{0};
    std::atomic<bool> failed = false;
    std::vector<std::jthread> readers;
    for (int reader = 0; reader < 2; ++reader)
        readers.emplace_back([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                const auto done = database->snapshot([&](Tx& tx) -> Result<> {
                    BIFROST_CHECK(tx.query_text("select count(*) from workflow", {}));
                    const int mine = ++snapshots;
                    while (snapshots == mine && !stop.stop_requested()) std::this_thread::yield();
                    return {};
                });
                if (!done) failed = true;
            }
        });
    EXPECT_TRUE(write_much(*database));
    readers.clear();
    EXPECT_FALSE(failed);
    EXPECT_LT(fs::file_size(path() + "-wal"), 80U << 20U);
}

TEST_F(SqliteFaults, a_long_snapshot_stays_as_it_was_and_stops_nobody) {
    const auto database = open(options());
    const auto count = [](Tx& tx) -> Result<std::int64_t> {
        BIFROST_ASSIGN(const Rows rows, tx.query_text("select count(*) from workflow where code = 'c'", {}));
        return rows[0].integer(0);
    };
    const auto seen = database->snapshot([&](Tx& tx) -> Result<std::int64_t> {
        BIFROST_ASSIGN(const std::int64_t before, count(tx));
        bool written = false;
        std::jthread([&] { written = write_much(*database); }).join();
        EXPECT_TRUE(written);
        BIFROST_ASSIGN(const std::int64_t after, count(tx));
        return after - before;
    });
    ASSERT_TRUE(seen) << seen.error().detail;
    EXPECT_EQ(*seen, 0);
    EXPECT_GT(fs::file_size(path() + "-wal"),
              80U << 20U); // all of it, as long as somebody looks at the old state
    ASSERT_TRUE(write_much(*database));
    EXPECT_LE(fs::file_size(path() + "-wal"), 80U << 20U);
}

} // namespace
} // namespace bifrost::tests
