// Both caches do the same; and Redis may be absent, die, lose everything or be slow at any time.

#include <atomic>
#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>

#include "cache/cache.hpp"
#include "support/child.hpp"
#include "support/redis_server.hpp"
#include "support/temporary_folder.hpp"

namespace bifrost::tests {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

RedisServer& redis() {
    static RedisServer server;
    return server;
}

/// Patient: what a busy machine takes its time for is no failure of Redis.
std::unique_ptr<cache::Cache> open(const std::string& url, std::chrono::milliseconds deadline = 10s) {
    static int number = 0;
    cache::RedisOptions options;
    options.connect_deadline = std::max(deadline, std::chrono::milliseconds(100));
    options.deadline = deadline;
    options.url = url;
    options.prefix = "test" + std::to_string(++number) + ":";
    options.rest = 20ms;
    options.longest_rest = 100ms;
    auto opened = cache::open_redis_cache(options);
    return opened ? std::move(*opened) : nullptr;
}

bool comes_true(const std::function<bool()>& condition) {
    const auto end = Clock::now() + 20s;
    while (!condition()) {
        if (Clock::now() > end) return false;
        std::this_thread::sleep_for(2ms);
    }
    return true;
}

class AnyCache : public ::testing::TestWithParam<const char*> {
  protected:
    std::unique_ptr<cache::Cache> cache_ =
        std::string(GetParam()) == "redis" ? open(redis().url()) : cache::make_memory_cache(100'000);
};
INSTANTIATE_TEST_SUITE_P(Both, AnyCache, ::testing::Values("memory", "redis"),
                         [](const auto& one) { return std::string(one.param); });

TEST_P(AnyCache, what_was_never_put_or_was_removed_is_not_found) {
    EXPECT_FALSE(cache_->find("a"));
    cache_->put("a", {1, "one"}, 60s);
    cache_->remove("a");
    EXPECT_FALSE(cache_->find("a"));
}

TEST_P(AnyCache, an_older_revision_never_replaces_a_newer_one) {
    cache_->put("a", {7, "seven"}, 60s);
    cache_->put("a", {6, "six"}, 60s);
    EXPECT_EQ(cache_->find("a")->value, "seven");
    cache_->put("a", {10, "ten"}, 60s);
    EXPECT_EQ(cache_->find("a")->revision, 10);
}

TEST_P(AnyCache, values_are_bytes) {
    const std::string bytes("\0\r\n\n\xff and more", 14);
    cache_->put("a", {1, bytes}, 60s);
    EXPECT_EQ(cache_->find("a")->value, bytes);
}

TEST_P(AnyCache, entries_end_with_their_time) {
    cache_->put("a", {1, "one"}, 2s);
    ASSERT_TRUE(cache_->find("a"));
    EXPECT_TRUE(comes_true([&] { return !cache_->find("a"); }));
}

TEST_P(AnyCache, counts_run_within_their_window) {
    EXPECT_EQ(cache_->count("who", 60s), 1);
    EXPECT_EQ(cache_->count("who", 60s), 2);
    EXPECT_EQ(cache_->count("other", 60s), 1);
    EXPECT_EQ(cache_->count("short", 1s), 1);
    EXPECT_TRUE(comes_true([&] { return cache_->count("short", 1s) == 1; }));
}

TEST_P(AnyCache, what_is_told_is_heard) {
    std::atomic<int> heard{0};
    cache_->listen("news", [&] { ++heard; });
    cache_->listen("other", [] {});
    EXPECT_TRUE(comes_true([&] {
        cache_->tell("news");
        return heard > 1;
    }));
    cache_.reset();
}

TEST(MemoryCache, the_least_recently_used_go_first) {
    const auto cache = cache::make_memory_cache(10'000);
    const std::string value(1000, 'x');
    for (int i = 0; i < 8; ++i) cache->put(std::to_string(i), {1, value}, 60s);
    EXPECT_TRUE(cache->find("0"));
    for (int i = 8; i < 12; ++i) cache->put(std::to_string(i), {1, value}, 60s);
    EXPECT_TRUE(cache->find("0"));
    EXPECT_FALSE(cache->find("1"));
}

TEST(RedisCache, a_bad_url_is_refused) {
    for (const char* url :
         {"http://x", "redis://", "redis://host:port/0", "redis://user@host", "redis://h/x"})
        EXPECT_EQ(open(url), nullptr) << url;
    EXPECT_NE(open("rediss://user:p%40ss@host:1234/3"), nullptr);
    EXPECT_NE(open("redis://[::1]:6379"), nullptr);
}

TEST(RedisCache, nobody_there_costs_little_and_breaks_nothing) {
    const auto cache = open("redis://127.0.0.1:1/0");
    const auto begun = Clock::now();
    for (int i = 0; i < 1000; ++i) {
        EXPECT_FALSE(cache->find("a"));
        cache->put("a", {1, "one"}, 60s);
        EXPECT_FALSE(cache->count("a", 60s));
    }
    EXPECT_LT(Clock::now() - begun, 10s);
    EXPECT_EQ(cache->ping().error().code, Errc::unavailable);
}

TEST(RedisCache, killed_and_started_again_it_is_used_again_and_its_listeners_hear) {
    RedisServer own;
    const auto cache = open(own.url());
    std::atomic<int> heard{0};
    cache->listen("news", [&] { ++heard; });
    cache->put("a", {1, "one"}, 60s);
    ASSERT_TRUE(cache->find("a"));
    ASSERT_TRUE(comes_true([&] { return heard > 0; }));
    own.kill();
    EXPECT_FALSE(cache->find("a"));
    own.start();
    const int before = heard;
    EXPECT_TRUE(comes_true([&] { // what was told meanwhile counts as told
        return heard > before;
    }));
    EXPECT_TRUE(comes_true([&] {
        cache->put("a", {2, "two"}, 60s);
        return cache->find("a").has_value();
    }));
    EXPECT_EQ(cache->find("a")->value, "two");
}

TEST(RedisCache, flushed_it_is_empty_and_goes_on) {
    RedisServer own;
    const auto cache = open(own.url());
    cache->put("a", {1, "one"}, 60s);
    EXPECT_EQ(own.command("FLUSHALL"), "+OK");
    EXPECT_FALSE(cache->find("a"));
    cache->put("a", {1, "one"}, 60s);
    EXPECT_TRUE(cache->find("a"));
}

/// What every command waits for at most, where Redis says nothing.
constexpr auto kHasty = 25ms;

TEST(RedisCache, paused_it_delays_nobody_for_long) {
    RedisServer own;
    const auto cache = open(own.url(), kHasty);
    EXPECT_EQ(own.command("CLIENT PAUSE 600000 ALL"), "+OK");
    const auto begun = Clock::now();
    for (int i = 0; i < 1000; ++i) EXPECT_FALSE(cache->find("a"));
    EXPECT_LT(Clock::now() - begun, 10s) << "waiting each time takes 25 s";
}

TEST(RedisCache, frozen_it_delays_nobody_for_long_and_thawed_it_is_used_again) {
    RedisServer own;
    const auto cache = open(own.url(), kHasty);
    own.freeze();
    const auto begun = Clock::now();
    std::vector<std::thread> many;
    for (int t = 0; t < 8; ++t)
        many.emplace_back([&] {
            for (int i = 0; i < 1000; ++i) EXPECT_FALSE(cache->find("a"));
        });
    for (auto& one : many) one.join();
    EXPECT_LT(Clock::now() - begun, 10s) << "waiting each time takes 25 s";
    own.thaw();
    EXPECT_TRUE(comes_true([&] {
        cache->put("a", {1, "one"}, 60s);
        return cache->find("a").has_value();
    }));
}

TEST(RedisCache, a_wrong_password_is_said_and_nothing_breaks) {
    RedisServer own;
    EXPECT_EQ(own.command("CONFIG SET requirepass s3cr3t"), "+OK");
    const std::string host = own.url().substr(8);
    const auto wrong = open("redis://:other@" + host);
    EXPECT_FALSE(wrong->find("a"));
    EXPECT_NE(wrong->ping().error().detail.find("password"), std::string::npos);
    const auto right = open("redis://:s3cr3t@" + host);
    right->put("a", {1, "one"}, 60s);
    EXPECT_TRUE(right->find("a"));
}

/// A certificate authority of its own, and a certificate by it for 127.0.0.1.
class RedisByTls : public ::testing::Test {
  protected:
    void SetUp() override {
        const std::string at = "cd '" + folder_.path().string() + "' && ";
        ASSERT_EQ(
            std::system((at + "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
                              "-keyout ca.key -out ca.pem -subj /CN=ca >log 2>&1")
                            .c_str()),
            0);
        ASSERT_EQ(
            std::system((at + "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "
                              "redis.key -out redis.csr -subj /CN=redis >>log 2>&1 && "
                              "echo subjectAltName=IP:127.0.0.1 >names && "
                              "openssl x509 -req -in redis.csr -CA ca.pem -CAkey ca.key -CAcreateserial "
                              "-days 2 -extfile names -out redis.pem >>log 2>&1")
                            .c_str()),
            0);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return folder_.path() / name; }
    /// In a program of its own, because the authorities that a program believes are read once.
    static bool in_a_child(const std::string& authorities, const std::function<bool()>& holds) {
        Child child([&](const Child::Say&) {
            if (!authorities.empty()) ::setenv("SSL_CERT_FILE", authorities.c_str(), 1);
            if (!holds()) throw std::runtime_error("it does not hold");
        });
        return child.wait();
    }

    TemporaryFolder folder_;
};

TEST_F(RedisByTls, a_server_that_a_believed_authority_vouches_for_is_used) {
    const RedisServer own({"--tls-cert-file", path("redis.pem"), "--tls-key-file", path("redis.key"),
                           "--tls-ca-cert-file", path("ca.pem"), "--tls-auth-clients", "no"});
    const std::string url = own.tls_url();
    EXPECT_TRUE(in_a_child(path("ca.pem"), [&] {
        const auto cache = open(url);
        if (!cache->ping()) return false;
        std::atomic<bool> heard{false};
        cache->listen("news", [&] { heard = true; });
        cache->put("a", {1, std::string(300'000, 'x')}, 60s); // more than one record
        const auto found = cache->find("a");
        return found && found->value == std::string(300'000, 'x') && comes_true([&] { return heard.load(); });
    }));
    EXPECT_TRUE(in_a_child("", [&] {
        const auto cache = open(url);
        const auto pinged = cache->ping();
        return !pinged && pinged.error().detail.find("certificate") != std::string::npos && !cache->find("a");
    })) << "an authority that nobody believes";
    const auto colon = url.rfind(':');
    EXPECT_TRUE(in_a_child(path("ca.pem"), [&] {
        return !open("rediss://localhost" + url.substr(colon))->ping();
    })) << "the certificate is another host's";
}

} // namespace
} // namespace bifrost::tests
