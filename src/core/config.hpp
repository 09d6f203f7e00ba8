#pragma once
// The settings of the program, out of one table: defaults < settings file < environment < flags.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.hpp"

namespace bifrost::config {

/// What the program was told. Texts are empty where nothing was set.
struct Config {
    std::string environment;
    std::string log_level;
    std::string log_format;
    std::string data;
    std::string listen;
    std::string admin_listen;
    std::vector<std::string> trusted_proxies;
    std::vector<std::string> allowed_origins;
    bool insecure_lan = false;
    std::int64_t drain_seconds = 0;
    std::int64_t sign_ins_per_minute = 0;
    std::int64_t requests_per_minute = 0;
    std::string database_url;
    std::vector<std::string> database_replica_urls;
    std::int64_t database_connections = 0;
    bool migrate_on_start = false;
    std::string redis_url;
    std::int64_t cache_ttl_seconds = 0;
    std::string s3_bucket;
    std::string s3_endpoint;
    std::string s3_public_endpoint;
    std::string s3_region;
    std::string s3_access_key_id;
    std::string s3_secret_access_key;
    std::string s3_session_token;
    std::string s3_ca_file;
    std::string shared_cache_root;
    std::int64_t shared_cache_size_mb = 0;
    std::string projects_root;
    std::int64_t max_file_size_mb = 0;
    std::int64_t worker_concurrency = 0;
    std::int64_t preview_concurrency = 0;
    std::vector<std::string> webhook_networks;
    std::string webhook_ca_file;
    std::string smtp_url;
    std::string smtp_from;
    std::string public_url;

    [[nodiscard]] bool is_production() const { return environment == "production"; }
    /// JSON in production and where it was asked for.
    [[nodiscard]] bool logs_json() const { return log_format == "json" || is_production(); }
};

enum class Kind {
    text,
    integer,
    flag,         ///< true or false
    choice,       ///< one of `choices`, in any case
    folder,       ///< an absolute path, or one from the working folder
    database_url, ///< sqlite: or postgresql://
    redis_url,    ///< redis:// or rediss://
    http_url,     ///< http:// or https://, without a path
    place,        ///< host:port
    origin,       ///< of browsers: scheme://host[:port]
    network,      ///< an address or a network
};

/// A row of the table.
struct Setting {
    using Member = std::variant<std::string Config::*, std::int64_t Config::*, bool Config::*,
                                std::vector<std::string> Config::*>;

    std::string_view name; ///< of the environment variable
    Kind kind = Kind::text;
    Member member;
    std::string_view fallback; ///< the default, as it would be typed
    std::string_view help;
    std::string_view group;
    bool secret = false; ///< never shown, never a flag, may come from a file (NAME_FILE)
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::vector<std::string_view> choices{};

    /// In the settings file: the name in lower case, without "bifrost_".
    [[nodiscard]] std::string key() const;
    /// "--log-level"; empty for secrets: a command line is read by every user of the machine.
    [[nodiscard]] std::string flag() const;
    [[nodiscard]] bool is_list() const {
        return std::holds_alternative<std::vector<std::string> Config::*>(member);
    }
};

const std::vector<Setting>& settings();

/// Where settings come from. `read_file` gives the text of a settings file or of a secret's file.
struct Sources {
    std::string file; ///< path of the settings file, or empty
    std::map<std::string, std::string> environment;
    std::map<std::string, std::string> flags; ///< by name of the setting
    std::function<Result<std::string>(const std::string& path)> read_file;
};

enum class Origin { fallback, file, environment, flag };

struct Loaded {
    Config config;
    std::map<std::string, Origin> origins; ///< by name; settings that stand at their default are not here
    std::vector<std::string> warnings;     ///< sentences
};

/// Reads, checks and combines. invalid: `fields` has every bad value and every unknown key of the file, each
/// with the name as its pointer. Unknown environment variables are nobody's fault; one that looks like a
/// known name is warned of. An empty variable is one that isn't set.
Result<Loaded> load(const Sources& sources);

/// The text of a settings file (YAML: one map of keys to values) as key → value; lists are joined by commas.
Result<std::map<std::string, std::string>> parse_file(const std::string& text);

/// A setting's value as it would be typed; secrets as "***".
std::string shown(const Config& config, const Setting& setting);
/// URLs without what is secret in them: their user's password.
std::string without_password(const std::string& url);

struct Place {
    std::string host;
    std::uint16_t port = 0;
};
/// "0.0.0.0:8000", "[::1]:8000".
Result<Place> parse_place(std::string_view text);

/// The reference of all settings as Markdown, for docs/operations/configuration.md.
std::string reference();

} // namespace bifrost::config
