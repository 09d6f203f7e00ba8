#include <gtest/gtest.h>

#include "core/config.hpp"

namespace bifrost {
namespace {

config::Sources sources(std::map<std::string, std::string> environment, std::string file_text = "") {
    config::Sources made;
    made.environment = std::move(environment);
    if (!file_text.empty()) made.file = "settings.yaml";
    made.read_file = [text = std::move(file_text)](const std::string& path) -> Result<std::string> {
        if (path == "settings.yaml") return text;
        if (path == "/run/secrets/database") return std::string("postgresql://b:s3cr3t-1@db/bifrost\n");
        if (path == "/run/secrets/empty") return std::string("\n");
        return Error{Errc::unavailable, "The file " + path + " can't be read."};
    };
    return made;
}

std::vector<std::string> faults(const Result<config::Loaded>& loaded) {
    std::vector<std::string> names;
    if (!loaded)
        for (const auto& fault : loaded.error().fields) names.push_back(fault.pointer);
    return names;
}

using Names = std::vector<std::string>;

TEST(Config, every_bad_value_is_named_at_once) {
    const auto loaded = config::load(sources({{"LOG_LEVEL", "loud"},
                                              {"WORKER_CONCURRENCY", "0"},
                                              {"MAX_FILE_SIZE_MB", "5 GB"},
                                              {"DATABASE_URL", "mysql://x"},
                                              {"REDIS_URL", "localhost:6379"},
                                              {"ALLOWED_ORIGINS", "https://a.example,*"},
                                              {"LISTEN", "8000"},
                                              {"INSECURE_LAN", "maybe"}}));
    EXPECT_EQ(faults(loaded), (Names{"LOG_LEVEL", "LISTEN", "ALLOWED_ORIGINS", "INSECURE_LAN", "DATABASE_URL",
                                     "REDIS_URL", "MAX_FILE_SIZE_MB", "WORKER_CONCURRENCY"}));
}

TEST(Config, unknown_keys_of_the_file_are_refused_with_what_was_meant) {
    const auto loaded = config::load(sources({}, "log_levl: info\nnonsense: 1\n"));
    EXPECT_EQ(faults(loaded), (Names{"log_levl", "nonsense"}));
    EXPECT_NE(loaded.error().fields[0].detail.find("log_level"), std::string::npos);
}

TEST(Config, a_file_that_is_no_map_of_settings_is_refused_with_its_line) {
    for (const char* text :
         {"- a\n", "log_level: {a: b}\n", "log_level: info\nlog_level: info\n", "a: [\n", "x"}) {
        const auto loaded = config::load(sources({}, text));
        ASSERT_FALSE(loaded) << text;
        EXPECT_NE(loaded.error().detail.find("settings.yaml"), std::string::npos);
    }
    config::Sources missing = sources({});
    missing.file = "elsewhere.yaml";
    EXPECT_FALSE(config::load(missing));
}

TEST(Config, unknown_variables_are_nobodys_fault_but_a_near_miss_is_warned_of) {
    const auto loaded = config::load(sources({{"DATABSE_URL", "x"},
                                              {"HOME", "/root"},
                                              {"REDIS_PORT", "tcp://10.0.0.1:6379"},
                                              {"BIFROST_API_SERVICE_HOST", "10.0.0.2"},
                                              {"DATABASE_URL_FILE", ""}}));
    ASSERT_TRUE(loaded);
    ASSERT_EQ(loaded->warnings.size(), 1U);
    EXPECT_NE(loaded->warnings[0].find("did you mean DATABASE_URL?"), std::string::npos);
}

TEST(Config, no_setting_has_a_name_that_kubernetes_injects) {
    for (const auto& setting : config::settings()) {
        EXPECT_FALSE(setting.name.ends_with("_PORT")) << setting.name;
        EXPECT_EQ(setting.name.find("_SERVICE_"), std::string_view::npos) << setting.name;
    }
}

TEST(Config, flags_win_over_the_environment_and_that_over_the_file) {
    auto from = sources({{"LOG_LEVEL", "WARNING"}, {"WORKER_CONCURRENCY", "3"}},
                        "log_level: error\nworker_concurrency: 4\nmax_file_size_mb: 7\n"
                        "allowed_origins: [https://a.example, https://b.example]\n");
    from.flags["WORKER_CONCURRENCY"] = "5";
    const auto loaded = config::load(from);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->config.log_level, "warning");
    EXPECT_EQ(loaded->config.worker_concurrency, 5);
    EXPECT_EQ(loaded->config.max_file_size_mb, 7);
    EXPECT_EQ(loaded->config.cache_ttl_seconds, 86400);
    EXPECT_EQ(loaded->config.allowed_origins, (Names{"https://a.example", "https://b.example"}));
    EXPECT_EQ(loaded->origins.at("WORKER_CONCURRENCY"), config::Origin::flag);
    EXPECT_EQ(loaded->origins.at("MAX_FILE_SIZE_MB"), config::Origin::file);
    EXPECT_FALSE(loaded->origins.contains("CACHE_TTL_SECONDS"));
}

TEST(Config, an_empty_variable_is_one_that_is_not_set) {
    const auto loaded = config::load(sources({{"LOG_LEVEL", ""}, {"S3_BUCKET", ""}}));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->config.log_level, "info");
}

TEST(Config, secrets_come_from_files_and_are_never_shown) {
    const auto loaded = config::load(sources({{"DATABASE_URL_FILE", "/run/secrets/database"}}));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->config.database_url, "postgresql://b:s3cr3t-1@db/bifrost");
    for (const auto& setting : config::settings())
        EXPECT_EQ(config::shown(loaded->config, setting).find("s3cr3t"), std::string::npos) << setting.name;
    for (const auto& setting : config::settings())
        if (setting.secret) {
            EXPECT_TRUE(setting.flag().empty());
        }
    EXPECT_EQ(faults(config::load(sources({{"DATABASE_URL_FILE", "/run/secrets/empty"}}))),
              (Names{"DATABASE_URL_FILE"}));
    EXPECT_EQ(faults(config::load(sources({{"REDIS_URL_FILE", "/nowhere"}}))), (Names{"REDIS_URL_FILE"}));
    EXPECT_EQ(faults(config::load(
                  sources({{"DATABASE_URL", "sqlite:x"}, {"DATABASE_URL_FILE", "/run/secrets/database"}}))),
              (Names{"DATABASE_URL_FILE"}));
}

TEST(Config, production_refuses_what_only_a_laptop_may_do) {
    const auto loaded =
        config::load(sources({{"ENVIRONMENT", "production"},
                              {"LOG_LEVEL", "DEBUG"},
                              {"LOG_FORMAT", "text"},
                              {"INSECURE_LAN", "true"},
                              {"ALLOWED_ORIGINS", "http://bifrost.example.com"},
                              {"DATABASE_URL", "postgresql://bifrost:development@db:5432/bifrost"},
                              {"REDIS_URL", "redis://:changeme@redis:6379/0"},
                              {"S3_BUCKET", "b"},
                              {"S3_ACCESS_KEY_ID", "minioadmin"},
                              {"S3_SECRET_ACCESS_KEY", "minioadmin"}}));
    EXPECT_EQ(faults(loaded),
              (Names{"LOG_LEVEL", "LOG_FORMAT", "INSECURE_LAN", "ALLOWED_ORIGINS", "DATABASE_URL",
                     "REDIS_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"}));
    const auto fine = config::load(sources({{"ENVIRONMENT", "production"}}));
    ASSERT_TRUE(fine);
    EXPECT_TRUE(fine->config.logs_json());
}

TEST(Config, settings_that_need_each_other_are_asked_for) {
    EXPECT_EQ(faults(config::load(sources({{"S3_BUCKET", "bifrost-dev"}}))),
              (Names{"S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"}));
    EXPECT_EQ(faults(config::load(sources({{"DATABASE_REPLICA_URLS", "postgresql://r/b"}}))),
              (Names{"DATABASE_REPLICA_URLS"}));
}

TEST(Config, replicas_may_have_several_hosts_each) {
    const auto loaded =
        config::load(sources({{"DATABASE_URL", "postgresql://a,b/x"},
                              {"DATABASE_REPLICA_URLS", "postgresql://r1,r2:5433/x, postgresql://r3/x"}}));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->config.database_replica_urls,
              (Names{"postgresql://r1,r2:5433/x", "postgresql://r3/x"}));
}

TEST(Config, places_are_hosts_with_ports) {
    EXPECT_EQ(config::parse_place("[::1]:80")->host, "::1");
    EXPECT_EQ(config::parse_place("0.0.0.0:8000")->port, 8000);
    for (const char* bad : {"", ":80", "host", "host:", "host:x", "host:70000", "::1:80"})
        EXPECT_FALSE(config::parse_place(bad)) << bad;
}

} // namespace
} // namespace bifrost
