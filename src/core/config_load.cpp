// Reading and checking settings.

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/config.hpp"

namespace bifrost::config {
namespace {

/// What else the program reads from its environment: no settings of a server.
constexpr std::string_view kOtherNames[] = {"BIFROST_URL", "BIFROST_TOKEN", "BIFROST_PROJECT",
                                            "BIFROST_CONFIG", "BIFROST_CACHE"};
/// Words that examples use where a secret stands.
constexpr std::string_view kExampleSecrets[] = {"development", "password", "changeme", "change-me",
                                                "secret",      "bifrost",  "postgres", "minioadmin",
                                                "example",     "admin"};

std::string lower(std::string_view text) {
    std::string out;
    for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() &&
           (text.back() == ' ' || text.back() == '\t' || text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto part = trimmed(text.substr(0, comma));
        if (!part.empty()) parts.emplace_back(part);
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    }
    return parts;
}

/// Commas stand between the hosts of one PostgreSQL URL, too: a URL begins where a scheme does.
std::vector<std::string> split_urls(std::string_view text) {
    std::vector<std::string> urls;
    for (auto& part : split(text)) {
        if (urls.empty() || part.find("://") != std::string::npos)
            urls.push_back(std::move(part));
        else
            urls.back().append(",").append(part);
    }
    return urls;
}

bool has_scheme(std::string_view text, std::initializer_list<std::string_view> schemes) {
    return std::any_of(schemes.begin(), schemes.end(), [&](std::string_view scheme) {
        return text.size() > scheme.size() && text.starts_with(scheme);
    });
}

/// scheme://host[:port] and nothing behind it.
bool is_origin(std::string_view text) {
    if (!has_scheme(text, {"http://", "https://"})) return false;
    const auto host = text.substr(text.find("://") + 3);
    return !host.empty() && host.find_first_of("/?#@* ") == std::string_view::npos;
}

/// What is wrong with one value, or nothing. Folds choices to lower case.
std::optional<std::string> fault_of(const Setting& setting, std::string& value) {
    switch (setting.kind) {
    case Kind::text:
    case Kind::folder:
    case Kind::integer:
    case Kind::flag:
        return std::nullopt;
    case Kind::choice: {
        value = lower(value);
        if (std::find(setting.choices.begin(), setting.choices.end(), value) != setting.choices.end())
            return std::nullopt;
        std::string text = "must be one of";
        for (const auto choice : setting.choices) text.append(" ").append(choice);
        return text;
    }
    case Kind::database_url:
        if (has_scheme(value, {"sqlite:", "postgresql://", "postgres://"})) return std::nullopt;
        return "must be a URL that begins with postgresql:// or sqlite:";
    case Kind::redis_url:
        if (has_scheme(value, {"redis://", "rediss://"})) return std::nullopt;
        return "must be a URL that begins with redis:// or rediss://";
    case Kind::http_url:
        while (value.ends_with('/')) value.pop_back();
        if (is_origin(value)) return std::nullopt;
        return "must be a URL such as https://s3.example.com, without a path";
    case Kind::origin:
        if (is_origin(value)) return std::nullopt;
        return "must name origins such as https://bifrost.example.com, without a path and without *";
    case Kind::place:
        if (const auto place = parse_place(value); !place) return place.error().detail;
        return std::nullopt;
    case Kind::network:
        if (value.find_first_not_of("0123456789abcdefABCDEF.:/") == std::string::npos) return std::nullopt;
        return "must name addresses or networks such as 10.0.0.0/8";
    }
    return std::nullopt;
}

/// Puts a typed value into the Config; what is wrong with it, or nothing.
struct Put {
    Config& config;
    const Setting& setting;
    std::string_view typed;

    std::optional<std::string> operator()(std::string Config::*member) const {
        std::string value(typed);
        if (!value.empty())
            if (auto fault = fault_of(setting, value)) return fault;
        config.*member = std::move(value);
        return std::nullopt;
    }
    std::optional<std::string> operator()(std::int64_t Config::*member) const {
        std::int64_t value = 0;
        const auto end = std::from_chars(typed.data(), typed.data() + typed.size(), value);
        if (end.ec != std::errc{} || end.ptr != typed.data() + typed.size() || value < setting.least ||
            value > setting.most)
            return "must be a whole number from " + std::to_string(setting.least) + " to " +
                   std::to_string(setting.most);
        config.*member = value;
        return std::nullopt;
    }
    std::optional<std::string> operator()(bool Config::*member) const {
        const std::string value = lower(typed);
        const bool yes = value == "true" || value == "1" || value == "yes" || value == "on";
        const bool no = value == "false" || value == "0" || value == "no" || value == "off";
        if (!yes && !no) return "must be true or false";
        config.*member = yes;
        return std::nullopt;
    }
    std::optional<std::string> operator()(std::vector<std::string> Config::*member) const {
        auto values = setting.kind == Kind::database_url ? split_urls(typed) : split(typed);
        for (auto& value : values)
            if (auto fault = fault_of(setting, value)) return fault;
        config.*member = std::move(values);
        return std::nullopt;
    }
};

/// Levenshtein's distance, at most `most` + 1.
std::size_t distance(std::string_view a, std::string_view b, std::size_t most) {
    if (a.size() > b.size() + most || b.size() > a.size() + most) return most + 1;
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t corner = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, corner + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            corner = above;
        }
    }
    return row[b.size()];
}

class Loading {
  public:
    explicit Loading(const Sources& sources) : sources_(sources) {}

    Result<Loaded> run() {
        for (const auto& setting : settings()) put(setting, setting.fallback, std::string(setting.name));
        BIFROST_CHECK(take_file());
        take_environment();
        for (const auto& [name, value] : sources_.flags)
            if (const auto* setting = find(name)) set(*setting, value, Origin::flag, setting->flag());
        if (faults_.empty()) check_together();
        if (faults_.empty()) return std::move(loaded_);
        Error error{Errc::invalid, "The settings can't be used:"};
        error.fields = std::move(faults_);
        return error;
    }

  private:
    static const Setting* find(std::string_view name) {
        for (const auto& setting : settings())
            if (setting.name == name) return &setting;
        return nullptr;
    }

    void fault(std::string name, std::string what) { faults_.push_back({std::move(name), std::move(what)}); }

    void put(const Setting& setting, std::string_view typed, const std::string& called) {
        if (auto wrong = std::visit(Put{loaded_.config, setting, typed}, setting.member))
            fault(called, std::move(*wrong));
    }

    void set(const Setting& setting, std::string_view typed, Origin origin, const std::string& called) {
        put(setting, trimmed(typed), called);
        loaded_.origins[std::string(setting.name)] = origin;
    }

    void set_from_file(const Setting& setting, const std::string& path, Origin origin,
                       const std::string& called) {
        const auto text = sources_.read_file(path);
        if (!text)
            fault(called, "names a file that can't be read: " + path);
        else if (trimmed(*text).empty())
            fault(called, "names an empty file: " + path);
        else
            set(setting, *text, origin, called);
    }

    Result<> take_file() {
        if (sources_.file.empty()) return {};
        const auto text = sources_.read_file(sources_.file);
        if (!text)
            return Error{Errc::invalid,
                         "The settings file " + sources_.file +
                             " can't be read. Mend its path or permissions, or leave --config out."};
        const auto values = parse_file(*text);
        if (!values)
            return Error{Errc::invalid, "The settings file " + sources_.file + ": " + values.error().detail};
        std::map<std::string, std::string> left = *values;
        for (const auto& setting : settings()) {
            const std::string key = setting.key();
            const bool direct = left.contains(key);
            if (direct) set(setting, left[key], Origin::file, key);
            left.erase(key);
            if (!setting.secret || !left.contains(key + "_file")) continue;
            if (direct)
                fault(key + "_file", "can't be set beside " + key);
            else
                set_from_file(setting, left[key + "_file"], Origin::file, key + "_file");
            left.erase(key + "_file");
        }
        for (const auto& [key, value] : left) fault(key, "is no setting" + meant(key, true));
        return {};
    }

    void take_environment() {
        const auto value_of = [&](const std::string& name) -> std::string {
            const auto found = sources_.environment.find(name);
            return found == sources_.environment.end() ? std::string() : found->second;
        };
        for (const auto& setting : settings()) {
            const std::string name(setting.name);
            const std::string direct = value_of(name);
            if (!direct.empty()) set(setting, direct, Origin::environment, name);
            if (!setting.secret) continue;
            const std::string path = value_of(name + "_FILE");
            if (path.empty()) continue;
            if (!direct.empty())
                fault(name + "_FILE", "can't be set beside " + name);
            else
                set_from_file(setting, path, Origin::environment, name + "_FILE");
        }
        for (const auto& [name, value] : sources_.environment) {
            if (is_known(name)) continue;
            const std::string near = meant(name, false);
            if (!near.empty())
                loaded_.warnings.push_back("The environment variable " + name + " is no setting" + near +
                                           ".");
        }
    }

    static bool is_known(std::string_view name) {
        if (std::find(std::begin(kOtherNames), std::end(kOtherNames), name) != std::end(kOtherNames))
            return true;
        if (name.ends_with("_FILE")) {
            const auto* setting = find(name.substr(0, name.size() - 5));
            if (setting != nullptr && setting->secret) return true;
        }
        return find(name) != nullptr;
    }

    /// "; did you mean X?" when a known name is near.
    static std::string meant(const std::string& name, bool is_key) {
        // Kubernetes puts such names of its own into every container.
        if (name.ends_with("_PORT") || name.find("_SERVICE_") != std::string::npos) return {};
        for (const auto& setting : settings()) {
            const std::string known = is_key ? setting.key() : std::string(setting.name);
            const std::size_t most = known.size() < 8 ? 1 : 2;
            if (distance(name, known, most) <= most) return "; did you mean " + known + "?";
        }
        return {};
    }

    static bool is_example(std::string_view secret) {
        return std::find(std::begin(kExampleSecrets), std::end(kExampleSecrets), lower(secret)) !=
               std::end(kExampleSecrets);
    }

    static std::string_view password_of(std::string_view url) {
        const auto scheme = url.find("://");
        const auto at = url.find('@');
        if (scheme == std::string_view::npos || at == std::string_view::npos) return {};
        const auto colon = url.find(':', scheme + 3);
        if (colon == std::string_view::npos || colon > at) return {};
        return url.substr(colon + 1, at - colon - 1);
    }

    /// What only several settings together can get wrong.
    void check_together() {
        const Config& config = loaded_.config;
        const bool postgres = config.database_url.starts_with("postgres");
        if (!config.database_replica_urls.empty() && !postgres)
            fault("DATABASE_REPLICA_URLS", "needs a DATABASE_URL of PostgreSQL");
        for (const auto& url : config.database_replica_urls)
            if (!url.starts_with("postgres")) fault("DATABASE_REPLICA_URLS", "must be URLs of PostgreSQL");
        if (!config.s3_bucket.empty()) {
            if (config.s3_access_key_id.empty()) fault("S3_ACCESS_KEY_ID", "is needed with S3_BUCKET");
            if (config.s3_secret_access_key.empty())
                fault("S3_SECRET_ACCESS_KEY", "is needed with S3_BUCKET");
        }
        if (config.is_production()) check_production();
    }

    void check_production() {
        const Config& config = loaded_.config;
        if (config.log_level == "debug")
            fault("LOG_LEVEL", "can't be debug in production: it logs too much of requests");
        if (config.log_format == "text") fault("LOG_FORMAT", "is json in production");
        if (config.insecure_lan)
            fault("INSECURE_LAN", "sends sessions over plain http, which production refuses");
        for (const auto& origin : config.allowed_origins)
            if (!origin.starts_with("https://"))
                fault("ALLOWED_ORIGINS", "must be https in production: " + origin);
        constexpr std::string_view kExample = "is one that stands in examples; make one of your own";
        if (is_example(password_of(config.database_url)))
            fault("DATABASE_URL", "has a password that stands in examples; choose one of your own");
        if (is_example(password_of(config.redis_url)))
            fault("REDIS_URL", "has a password that stands in examples; choose one of your own");
        if (is_example(config.s3_access_key_id)) fault("S3_ACCESS_KEY_ID", std::string(kExample));
        if (is_example(config.s3_secret_access_key)) fault("S3_SECRET_ACCESS_KEY", std::string(kExample));
    }

    const Sources& sources_;
    Loaded loaded_;
    std::vector<FieldError> faults_;
};

} // namespace

Result<Loaded> load(const Sources& sources) { return Loading(sources).run(); }

Result<Place> parse_place(std::string_view text) {
    const Error wrong{Errc::invalid, "must be an address and a port, such as 0.0.0.0:8000 or [::1]:8000"};
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return wrong;
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
        return wrong;
    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (host.empty() || digits.empty() || end.ec != std::errc{} || end.ptr != digits.data() + digits.size())
        return wrong;
    return Place{std::string(host), port};
}

} // namespace bifrost::config
