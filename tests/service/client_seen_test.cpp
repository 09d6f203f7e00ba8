// What one command tells the next about its writes.

#include <fstream>
#include <iterator>
#include <thread>

#include <gtest/gtest.h>

#include "client/seen.hpp"
#include "core/timestamp.hpp"
#include "support/temporary_folder.hpp"

namespace bifrost::client {
namespace {

namespace fs = std::filesystem;

class SeenFileTest : public testing::Test {
  protected:
    [[nodiscard]] SeenFile file(const std::string& url = "http://site") const { return {url, place_}; }
    /// What a file says, in place of what stands in it.
    void overwrite(const std::string& text) {
        ASSERT_TRUE(file().save("1-2-00000000"));
        for (const auto& one : fs::directory_iterator(place_)) std::ofstream(one.path()) << text;
    }
    static std::string seconds_ago(std::int64_t seconds) {
        return std::to_string(Timestamp::now().micros / 1'000'000 - seconds);
    }

    tests::TemporaryFolder folder_;
    fs::path place_ = folder_.path() / "config/seen";
};

TEST_F(SeenFileTest, there_is_nothing_before_the_first_write_and_for_another_site) {
    EXPECT_EQ(file().load(), "");
    ASSERT_TRUE(file().save("a1-5-0123abcd"));
    EXPECT_EQ(file().load(), "a1-5-0123abcd");
    EXPECT_EQ(file("http://other").load(), "");
}

TEST_F(SeenFileTest, what_was_written_later_stays_whoever_ends_later) {
    ASSERT_TRUE(file().save("ff-5-00000000"));
    ASSERT_TRUE(file().save("9-6-11111111"));
    EXPECT_EQ(file().load(), "ff-5-00000000");
    ASSERT_TRUE(file().save("100-7-22222222"));
    EXPECT_EQ(file().load(), "100-7-22222222");
}

TEST_F(SeenFileTest, old_damaged_and_strange_files_say_nothing) {
    for (const std::string& text :
         {std::string(), std::string("nonsense"), seconds_ago(0), seconds_ago(0) + " ",
          seconds_ago(61) + " 1-2-3", seconds_ago(-10) + " 1-2-3",
          seconds_ago(0) + " 1-2-3\r\nX-Other: header", std::string(100'000, '7')}) {
        overwrite(text);
        EXPECT_EQ(file().load(), "") << text.substr(0, 40);
        ASSERT_TRUE(file().save("1-2-00000000"));
        EXPECT_EQ(file().load(), "1-2-00000000") << "and are written over";
    }
}

TEST_F(SeenFileTest, a_folder_that_can_not_be_made_is_an_error_and_nothing_to_read) {
    std::ofstream(folder_.path() / "config") << "a file where the folder should be";
    EXPECT_FALSE(file().save("1-2-00000000"));
    EXPECT_EQ(file().load(), "");
}

TEST_F(SeenFileTest, commands_side_by_side_leave_the_latest) {
    std::vector<std::jthread> commands;
    for (int one = 0; one < 8; ++one)
        commands.emplace_back([&, one] {
            for (int turn = 1; turn <= 9; ++turn)
                EXPECT_TRUE(file().save(std::to_string(turn) + std::to_string(one) + "-1-00000000"));
        });
    commands.clear();
    EXPECT_EQ(file().load(), "97-1-00000000");
}

} // namespace
} // namespace bifrost::client
