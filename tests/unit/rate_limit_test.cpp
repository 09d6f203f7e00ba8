// How often somebody may sign in or ask, whatever becomes of the cache that counts.

#include <gtest/gtest.h>

#include "api/rate_limit.hpp"

namespace bifrost::api {
namespace {

/// A shared cache that can be away, and remembers what it was asked to count.
class CountingCache : public cache::Cache {
  public:
    std::optional<cache::Entry> find(const std::string&) override { return std::nullopt; }
    void put(const std::string&, const cache::Entry&, std::chrono::seconds) override {}
    void remove(const std::string&) override {}
    std::optional<std::int64_t> count(const std::string& key, std::chrono::seconds) override {
        keys.push_back(key);
        if (is_away) return std::nullopt;
        return ++counts[key];
    }
    void tell(const std::string&) override {}
    void listen(const std::string&, std::function<void()>) override {}
    Result<> ping() override { return {}; }

    bool is_away = false;
    std::vector<std::string> keys;
    std::map<std::string, std::int64_t> counts;
};

/// How many of these get through before the first that doesn't. A minute that ends meanwhile lets through as
/// many again, so that what is expected is "at least `most` and at most twice as many".
int admitted(const std::function<Result<>()>& attempt) {
    for (int number = 0; number < 10'000; ++number)
        if (const auto done = attempt(); !done) {
            EXPECT_EQ(done.error().code, Errc::too_many_requests);
            EXPECT_GE(done.error().retry_after_seconds, 1);
            EXPECT_LE(done.error().retry_after_seconds, 60);
            return number;
        }
    return 10'000;
}

void expect_about(int number, int most) {
    EXPECT_GE(number, most);
    EXPECT_LE(number, 2 * most);
}

TEST(RateLimit, no_limit_refuses_nobody) {
    RateLimit limit(nullptr, 0, 0);
    for (int i = 0; i < 1'000; ++i) {
        EXPECT_TRUE(limit.sign_in("10.0.0.1", "ada"));
        EXPECT_TRUE(limit.request("token"));
    }
}

TEST(RateLimit, one_account_is_tried_so_often_from_wherever_and_however_it_is_written) {
    RateLimit limit(nullptr, 10, 0);
    int number = 0;
    expect_about(admitted([&] {
                     ++number;
                     return limit.sign_in("10.0.0." + std::to_string(number),
                                          number % 2 == 0 ? "Ada" : "aDA");
                 }),
                 10);
    EXPECT_TRUE(limit.sign_in("10.0.1.1", "grace")) << "another account is another's";
}

TEST(RateLimit, many_people_share_an_address_and_not_without_end) {
    RateLimit limit(nullptr, 10, 0);
    int number = 0;
    expect_about(admitted([&] { return limit.sign_in("10.0.0.1", "user" + std::to_string(++number)); }), 100);
    EXPECT_TRUE(limit.sign_in("10.0.0.2", "user1000"));
}

TEST(RateLimit, sessions_and_tokens_count_for_themselves) {
    RateLimit limit(nullptr, 0, 20);
    expect_about(admitted([&] { return limit.request("one"); }), 20);
    EXPECT_TRUE(limit.request("other"));
    EXPECT_TRUE(limit.sign_in("10.0.0.1", "ada"));
}

TEST(RateLimit, several_processes_count_together) {
    const auto shared = std::make_shared<CountingCache>();
    RateLimit one(shared, 10, 0);
    RateLimit other(shared, 10, 0);
    int number = 0;
    expect_about(admitted([&] { return (++number % 2 == 0 ? one : other).sign_in("10.0.0.1", "ada"); }), 10);
}

TEST(RateLimit, while_the_shared_cache_is_away_each_process_counts_for_itself) {
    const auto shared = std::make_shared<CountingCache>();
    shared->is_away = true;
    RateLimit limit(shared, 10, 0);
    expect_about(admitted([&] { return limit.sign_in("10.0.0.1", "ada"); }), 10);
    RateLimit other(shared, 10, 0);
    EXPECT_TRUE(other.sign_in("10.0.0.1", "ada"));
}

TEST(RateLimit, what_was_typed_stands_in_no_cache) {
    const auto shared = std::make_shared<CountingCache>();
    RateLimit limit(shared, 10, 0);
    const std::string typed = "my password by mistake" + std::string(100'000, 'x');
    EXPECT_TRUE(limit.sign_in("10.0.0.1", typed));
    for (const auto& key : shared->keys) {
        EXPECT_EQ(key.find("password"), std::string::npos);
        EXPECT_LT(key.size(), 200U);
    }
}

} // namespace
} // namespace bifrost::api
