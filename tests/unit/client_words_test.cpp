#include <gtest/gtest.h>

#include "client/credentials.hpp"
#include "client/location.hpp"
#include "client/output.hpp"
#include "client/transfer/local_file.hpp"
#include "client/transfer/progress.hpp"
#include "client/transfer/upload_ticket.hpp"
#include "client/transport/json_access.hpp"
#include "client/transport/problem.hpp"
#include "core/json_reader.hpp"

namespace bifrost::client {
namespace {

using namespace std::chrono_literals;

TEST(SafePath, nothing_that_a_server_names_leaves_the_folder) {
    for (const char* bad :
         {"", "/etc/passwd", "..", "../a", "a/../b", "a//b", "a/", "./a", "a/.", "a\\b", "a\nb", "a\x7f"})
        EXPECT_FALSE(is_safe_relative(bad)) << bad;
    for (const char* good : {"a", "a/b.png", "..a/b..", "a b/\xc3\xa9"})
        EXPECT_TRUE(is_safe_relative(good)) << good;
}

TEST(Problem, every_field_error_stands_on_the_one_line) {
    HttpResponse response{
        422,
        {{"content-type", "application/problem+json; charset=utf-8"}},
        R"({"type":"x","title":"Invalid","status":422,"detail":"The request has fields that can't be accepted.",
        "errors":[{"pointer":"/code","detail":"must not be empty"},{"pointer":"/type","detail":"is no\ntype"}]})"};
    EXPECT_EQ(one_line(problem_of(response, "http://x")),
              "The request has fields that can't be accepted. (/code: must not be empty; /type: is no type)");
    EXPECT_EQ(problem_of(response, "http://x").code, Errc::invalid);
}

TEST(Problem, open_states_and_failed_operations_are_told_and_401_says_how_to_sign_in) {
    HttpResponse response{
        409,
        {{"content-type", "application/problem+json"}},
        R"({"title":"Conflict","status":409,"detail":"Not from here.","open":["review"],"operation":3})"};
    EXPECT_EQ(one_line(problem_of(response, "http://x")), "Not from here. open: [\"review\"]. operation: 3.");
    EXPECT_NE(problem_of({401, {}, ""}, "http://x").detail.find("bifrost login"), std::string::npos);
}

TEST(Problem, an_answer_that_is_no_problem_document_still_makes_a_sentence) {
    const auto error = problem_of({502, {{"content-type", "text/html"}}, "<html>"}, "http://x");
    EXPECT_EQ(error.detail, "The server at http://x answered with status 502.");
    EXPECT_EQ(problem_of({404, {{"content-type", "application/problem+json"}}, "{broken"}, "http://x").code,
              Errc::not_found);
}

TEST(JsonAccess, wrong_types_and_absent_members_are_nothing) {
    const auto value = *json::parse(R"({"a":{"b":"c"},"n":null,"i":3,"l":[1]})");
    EXPECT_EQ(cell_text(find_path(value, "a.b")), "c");
    EXPECT_EQ(find_path(value, "a.x.y"), nullptr);
    EXPECT_EQ(find_path(value, "i.b"), nullptr);
    EXPECT_FALSE(find_text(value, "i"));
    EXPECT_FALSE(find_text(value, "n"));
    EXPECT_EQ(integer_or(value, "a", 7), 7);
    EXPECT_EQ(array_of(value, "a").size(), 0U);
    EXPECT_FALSE(get_text(value, "id"));
}

TEST(Output, names_can_not_steer_a_terminal) {
    const boost::json::value evil = "a\x1b[2Jb\nc";
    EXPECT_EQ(cell_text(&evil), "a [2Jb c");
}

TEST(Output, columns_are_padded_by_characters_and_not_by_bytes) {
    EXPECT_EQ(table_text({{"CODE", ""}, {"NAME", ""}}, {{"h\xc3\xa9ro", "x"}, {"b", "y"}}),
              "CODE  NAME\nh\xc3\xa9ro  x\nb     y\n");
}

TEST(Address, a_dependency_without_a_kind_is_a_reference) {
    const auto check = [](const char* text, const char* address, const char* kind) {
        const auto split = split_dependency(text);
        EXPECT_EQ(split.address, address) << text;
        EXPECT_EQ(split.kind, kind) << text;
    };
    check("bar:hero/model", "bar:hero/model", "reference");
    check("bar:hero/model@3:texture", "bar:hero/model@3", "texture");
    check("hero/model:rig", "hero/model", "rig");
    check("hero/model@latest", "hero/model@latest", "reference");
    check("0197a0d2-3c4e-7b1a-9f00-1a2b3c4d5e6f:cache", "0197a0d2-3c4e-7b1a-9f00-1a2b3c4d5e6f", "cache");
    check("0197a0d2-3c4e-7b1a-9f00-1a2b3c4d5e6f", "0197a0d2-3c4e-7b1a-9f00-1a2b3c4d5e6f", "reference");
}

TEST(Address, folders_are_named_after_addresses) {
    Location location;
    location.address = "bar:char_hero/model@3";
    EXPECT_EQ(location.folder(), "char_hero/model/v003");
    EXPECT_EQ(location.code(0), "model");
    EXPECT_EQ(location.code(1), "char_hero");
    location.address = "bar:char_hero/model@1234";
    EXPECT_EQ(location.folder(), "char_hero/model/v1234");
    location.address = "bar:char_hero";
    EXPECT_EQ(location.folder(), "char_hero");
    EXPECT_EQ(location.code(0), "char_hero");
}

TEST(SiteUrl, addresses_are_completed_and_odd_ones_refused) {
    EXPECT_EQ(*site_url("localhost:8000/"), "http://localhost:8000");
    EXPECT_EQ(*site_url("https://bifrost.studio"), "https://bifrost.studio");
    for (const char* bad : {"", "ftp://x", "http://", "http://a/b", "http://user@host", "a b"})
        EXPECT_FALSE(site_url(bad)) << bad;
}

TEST(Progress, the_line_fits_its_width_and_says_rate_and_time_left) {
    const auto line = Progress::line("publish", 50'000'000, 200'000'000, 2000ms, 79);
    EXPECT_LE(line.size(), 79U);
    EXPECT_NE(line.find("25%  50.0 MB of 200.0 MB  25.0 MB/s  0m07s left"), std::string::npos) << line;
    EXPECT_LE(Progress::line("publish", 1, 2, 1000ms, 20).size(), 20U);
    EXPECT_EQ(size_text(999), "999 B");
    EXPECT_EQ(size_text(999'999), "1.0 MB");
}

TEST(UploadTicket, the_last_part_is_shorter_and_an_empty_file_has_none) {
    UploadTicket ticket;
    ticket.part_size = 8;
    EXPECT_EQ(ticket.part_count(0), 0);
    EXPECT_EQ(ticket.part_count(8), 1);
    EXPECT_EQ(ticket.part_count(17), 3);
    EXPECT_EQ(ticket.part_length(17, 3), 1);
    EXPECT_EQ(without_quotes("\"abc\""), "abc");
}

TEST(UploadTicket, one_without_an_id_or_a_state_is_refused) {
    EXPECT_FALSE(read_ticket(*json::parse(R"({"state":"open"})")));
    EXPECT_FALSE(read_ticket(*json::parse("[]")));
    const auto ticket = read_ticket(*json::parse(
        R"({"id":"1","state":"open","part_size":4,"error":null,"parts":[{"number":1,"url":"/u","headers":{"a":"b"}}]})"));
    ASSERT_TRUE(ticket);
    ASSERT_EQ(ticket->urls.size(), 1U);
    EXPECT_EQ(ticket->urls[0].headers[0].second, "b");
    EXPECT_TRUE(ticket->arrived.empty());
}

TEST(Retries, pauses_grow_to_their_limit_and_retry_after_wins) {
    const RetryPolicy policy;
    EXPECT_GE(policy.pause_before(2, 0), 100ms);
    EXPECT_LE(policy.pause_before(2, 0), 200ms);
    EXPECT_LE(policy.pause_before(50, 0), 5000ms);
    EXPECT_EQ(policy.pause_before(2, 7), 7s);
    EXPECT_EQ(policy.pause_before(2, 3600), 30s);
    int after = 0;
    EXPECT_TRUE(asks_for_retry({503, {{"retry-after", "2"}}, ""}, after));
    EXPECT_EQ(after, 2);
    EXPECT_FALSE(asks_for_retry({409, {}, ""}, after));
    EXPECT_TRUE(asks_for_retry({409, {{"retry-after", "1"}}, ""}, after));
}

} // namespace
} // namespace bifrost::client
