#pragma once
// Sign-ins that are kept between commands: ~/.config/bifrost/credentials.json, readable by its owner only.

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "core/timestamp.hpp"

namespace bifrost::client {

struct SignIn {
    std::string token;
    std::string user; ///< its code, for people
    std::optional<Timestamp> expires_at;
};

class Credentials {
  public:
    /// An absent file holds nothing. invalid when the file is broken, forbidden when others may read it.
    static Result<Credentials> load(const std::filesystem::path& path);
    static std::filesystem::path default_path();

    [[nodiscard]] const SignIn* find(const std::string& url) const;
    /// The site of the last sign-in, or an empty text.
    [[nodiscard]] const std::string& current() const { return current_; }

    void set(const std::string& url, SignIn sign_in);
    void remove(const std::string& url);
    [[nodiscard]] Result<> save() const;

  private:
    std::filesystem::path path_;
    std::string current_;
    std::map<std::string, SignIn> sites_;
};

/// "host:8000/" → "http://host:8000"; invalid when it is no http(s) address.
Result<std::string> site_url(std::string typed);

} // namespace bifrost::client
