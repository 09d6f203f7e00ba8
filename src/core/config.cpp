// The table of settings, and how they are shown.

#include "core/config.hpp"

namespace bifrost::config {
namespace {

constexpr std::string_view kProcess = "The process";
constexpr std::string_view kHttp = "HTTP";
constexpr std::string_view kDatabase = "Database";
constexpr std::string_view kRedis = "Redis and the cache";
constexpr std::string_view kStorage = "Stored bytes";
constexpr std::string_view kWork = "Work";
constexpr std::string_view kOutside = "What goes out";

std::vector<Setting> make_settings() {
    using C = Config;
    std::vector<Setting> all = {
        {"ENVIRONMENT",
         Kind::choice,
         &C::environment,
         "development",
         "Production logs JSON and refuses debug logs, passwords and keys out of examples, and sign-in over "
         "plain http",
         kProcess,
         false,
         0,
         0,
         {"development", "staging", "production"}},
        {"LOG_LEVEL",
         Kind::choice,
         &C::log_level,
         "info",
         "The least important messages that are logged",
         kProcess,
         false,
         0,
         0,
         {"debug", "info", "warning", "error"}},
        {"LOG_FORMAT",
         Kind::choice,
         &C::log_format,
         "",
         "Lines for people or for machines; by default text, json in production",
         kProcess,
         false,
         0,
         0,
         {"text", "json"}},
        {"BIFROST_DATA", Kind::folder, &C::data, "./bifrost-data",
         "Folder of the site: SQLite's database and stored bytes, where nothing else is set for them",
         kProcess},
        {"DRAIN_SECONDS", Kind::integer, &C::drain_seconds, "30",
         "After SIGTERM: how long running requests and jobs may take to end", kProcess, false, 1, 3600},
        {"LISTEN", Kind::place, &C::listen, "",
         "Address and port of the API; by default 127.0.0.1:8000 for `serve`, 0.0.0.0:8000 for `api`", kHttp},
        {"ADMIN_LISTEN", Kind::place, &C::admin_listen, "",
         "Address and port for /livez, /readyz and /metrics alone; by default 0.0.0.0:9090 for `api` and "
         "`worker`, none for `serve`",
         kHttp},
        {"TRUSTED_PROXIES", Kind::network, &C::trusted_proxies, "",
         "Addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed", kHttp},
        {"ALLOWED_ORIGINS", Kind::origin, &C::allowed_origins, "",
         "Origins of other sites whose pages may call the API, such as https://bifrost.example.com", kHttp},
        {"INSECURE_LAN", Kind::flag, &C::insecure_lan, "false",
         "Let browsers of other machines sign in over plain http", kHttp},
        {"SIGN_INS_PER_MINUTE", Kind::integer, &C::sign_ins_per_minute, "30",
         "Attempts to sign in by one address or for one account; more are answered 429. 0: as many as come",
         kHttp, false, 0, 1'000'000},
        {"REQUESTS_PER_MINUTE", Kind::integer, &C::requests_per_minute, "0",
         "Requests of one session or token; more are answered 429. 0: as many as come", kHttp, false, 0,
         100'000'000},
        {"DATABASE_URL", Kind::database_url, &C::database_url, "",
         "postgresql://user:password@host:5432/bifrost, or several hosts separated by commas; SQLite in the "
         "data folder by default",
         kDatabase, true},
        {"DATABASE_REPLICA_URLS", Kind::database_url, &C::database_replica_urls, "",
         "Read replicas of the database; reads go to them as far as they are fresh enough", kDatabase, true},
        {"DATABASE_CONNECTIONS", Kind::integer, &C::database_connections, "16",
         "Connections that one process opens to the database and to each replica", kDatabase, false, 1, 500},
        {"MIGRATE_ON_START", Kind::flag, &C::migrate_on_start, "true",
         "Bring the schema to this program's when it starts (under a lock); else wait until somebody did",
         kDatabase},
        {"REDIS_URL", Kind::redis_url, &C::redis_url, "",
         "redis://[user:password@]host:6379/0, or rediss:// for TLS; without it each process caches for "
         "itself",
         kRedis, true},
        {"CACHE_TTL_SECONDS", Kind::integer, &C::cache_ttl_seconds, "86400",
         "Longest life of an entry of the cache", kRedis, false, 1, 31'536'000},
        {"S3_BUCKET", Kind::text, &C::s3_bucket, "", "Bucket of stored bytes; the data folder by default",
         kStorage},
        {"S3_ENDPOINT", Kind::http_url, &C::s3_endpoint, "",
         "Where the servers reach S3; AWS in S3_REGION by default", kStorage},
        {"S3_PUBLIC_ENDPOINT", Kind::http_url, &C::s3_public_endpoint, "",
         "Where clients reach S3, for signed URLs; S3_ENDPOINT by default", kStorage},
        {"S3_REGION", Kind::text, &C::s3_region, "us-east-1", "Region of the bucket", kStorage},
        {"S3_ACCESS_KEY_ID", Kind::text, &C::s3_access_key_id, "", "Key for the bucket", kStorage, true},
        {"S3_SECRET_ACCESS_KEY", Kind::text, &C::s3_secret_access_key, "", "Secret of that key", kStorage,
         true},
        {"S3_SESSION_TOKEN", Kind::text, &C::s3_session_token, "", "Token that belongs to temporary keys",
         kStorage, true},
        {"S3_CA_FILE", Kind::text, &C::s3_ca_file, "",
         "Certificates (PEM) to know S3 by; the system's by default", kStorage},
        {"SHARED_CACHE_ROOT", Kind::folder, &C::shared_cache_root, "",
         "Shared folder that keeps copies of stored bytes near the servers, the least recently used removed",
         kStorage},
        {"SHARED_CACHE_SIZE_MB", Kind::integer, &C::shared_cache_size_mb, "90000",
         "How much SHARED_CACHE_ROOT may hold", kStorage, false, 1, 1'000'000'000},
        {"PROJECTS_ROOT", Kind::folder, &C::projects_root, "",
         "Shared folder of published versions at their folder paths; nothing there is ever removed",
         kStorage},
        {"MAX_FILE_SIZE_MB", Kind::integer, &C::max_file_size_mb, "5000", "Largest file that is taken",
         kStorage, false, 1, 5'000'000},
        {"WORKER_CONCURRENCY", Kind::integer, &C::worker_concurrency, "2",
         "Jobs that one process runs at once", kWork, false, 1, 64},
        {"PREVIEW_CONCURRENCY", Kind::integer, &C::preview_concurrency, "2",
         "Previews that one process makes at once, besides those jobs", kWork, false, 1, 64},
        {"PUBLIC_URL", Kind::http_url, &C::public_url, "",
         "Where people open Bifrost, for links in messages; without it they have none", kOutside},
        {"WEBHOOK_NETWORKS", Kind::network, &C::webhook_networks, "",
         "Networks inside that webhooks and chat messages may go to, such as 10.1.0.0/16; else only the open "
         "internet",
         kOutside},
        {"WEBHOOK_CA_FILE", Kind::text, &C::webhook_ca_file, "",
         "Certificates (PEM) to know receivers of webhooks by; the system's by default", kOutside},
        {"SMTP_URL", Kind::text, &C::smtp_url, "",
         "smtp://[user:password@]host[:587] (STARTTLS where it is offered, always with a password) or "
         "smtps://…; without it no mail is sent",
         kOutside, true},
        {"SMTP_FROM", Kind::text, &C::smtp_from, "bifrost@localhost", "Sender of the mail", kOutside},
    };
    return all;
}

std::string lower(std::string_view text) {
    std::string out;
    for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out;
}

std::string type_text(const Setting& setting) {
    switch (setting.kind) {
    case Kind::integer:
        return "number, " + std::to_string(setting.least) + "–" + std::to_string(setting.most);
    case Kind::flag:
        return "`true` or `false`";
    case Kind::choice: {
        std::string text;
        for (const auto choice : setting.choices) {
            if (!text.empty()) text += ", ";
            text.append("`").append(choice).append("`");
        }
        return text;
    }
    case Kind::folder:
        return "folder";
    case Kind::place:
        return "host:port";
    case Kind::http_url:
        return "URL";
    case Kind::database_url:
    case Kind::redis_url:
        return setting.is_list() ? "URLs, separated by commas" : "URL";
    case Kind::origin:
    case Kind::network:
        return "list, separated by commas";
    case Kind::text:
        break;
    }
    return "text";
}

} // namespace

std::string Setting::key() const {
    const std::string text = lower(name);
    constexpr std::string_view kPrefix = "bifrost_";
    return text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text;
}

std::string Setting::flag() const {
    if (secret) return {};
    std::string text = "--";
    for (const char c : key()) text += c == '_' ? '-' : c;
    return text;
}

const std::vector<Setting>& settings() {
    static const std::vector<Setting> all = make_settings();
    return all;
}

std::string without_password(const std::string& url) {
    const auto scheme = url.find("://");
    const auto at = url.find('@');
    if (scheme == std::string::npos || at == std::string::npos) return url;
    const auto colon = url.find(':', scheme + 3);
    if (colon == std::string::npos || colon > at) return url;
    return url.substr(0, colon + 1) + "***" + url.substr(at);
}

std::string shown(const Config& config, const Setting& setting) {
    struct Show {
        const Config& config;
        bool secret;
        std::string operator()(std::string Config::*member) const { return one(config.*member); }
        std::string operator()(std::int64_t Config::*member) const { return std::to_string(config.*member); }
        std::string operator()(bool Config::*member) const { return config.*member ? "true" : "false"; }
        std::string operator()(std::vector<std::string> Config::*member) const {
            std::string text;
            for (const auto& value : config.*member) {
                if (!text.empty()) text += ',';
                text += one(value);
            }
            return text;
        }
        [[nodiscard]] std::string one(const std::string& value) const {
            if (!secret || value.empty()) return value;
            return value.find("://") == std::string::npos ? "***" : without_password(value);
        }
    };
    return std::visit(Show{config, setting.secret}, setting.member);
}

std::string reference() {
    std::string out;
    std::string_view group;
    for (const auto& setting : settings()) {
        if (setting.group != group) {
            group = setting.group;
            out.append("\n### ").append(group).append(
                "\n\n| setting | type | default | what it is |\n|---|---|---|---|\n");
        }
        out.append("| `").append(setting.name).append("`");
        if (setting.secret) out += " (secret)";
        out.append(" | ").append(type_text(setting)).append(" | ");
        if (!setting.fallback.empty()) out.append("`").append(setting.fallback).append("`");
        out.append(" | ").append(setting.help).append(" |\n");
    }
    return out;
}

} // namespace bifrost::config
