#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>
#include <termios.h>
#include <unistd.h>

#include "client/credentials.hpp"
#include "client/nouns.hpp"
#include "client/transfer/local_file.hpp"
#include "client/transport/interruption.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

/// Turns the terminal's echo off while it lives.
class Silence {
  public:
    Silence() {
        silent_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
        if (!silent_) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence() {
        if (!silent_) return;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        std::fputc('\n', stderr);
    }

  private:
    termios before_{};
    bool silent_ = false;
};

Result<std::string> read_line() {
    std::string line;
    char c = 0;
    while (true) {
        const ssize_t got = ::read(STDIN_FILENO, &c, 1); // unbuffered, so that a signal ends it
        if (interrupted()) return Error{Errc::unavailable, "Interrupted."};
        if (got <= 0 || c == '\n') break;
        line += c;
    }
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

Result<std::string> ask_login() {
    if (::isatty(STDIN_FILENO) != 1)
        return usage_error("Who signs in? Give --user LOGIN when standard input is not a terminal.");
    std::fputs("Login (code or e-mail address): ", stderr);
    return read_line();
}

Result<std::string> ask_password(const std::string& file) {
    if (!file.empty() && file != "-") {
        BIFROST_ASSIGN(std::string text, read_text(file));
        text.resize(std::min(text.find_first_of("\r\n"), text.size()));
        return text;
    }
    if (::isatty(STDIN_FILENO) != 1) return read_line();
    std::fputs("Password: ", stderr);
    const Silence silence;
    return read_line();
}

struct LoginOptions {
    std::string url, user, password_file;
};

Result<> login(const Context& context, const LoginOptions& options) {
    BIFROST_ASSIGN(const std::string url, site_url(options.url));
    BIFROST_ASSIGN(Credentials credentials, Credentials::load(Credentials::default_path()));
    std::string user = options.user;
    if (user.empty()) {
        BIFROST_ASSIGN(user, ask_login());
    }
    BIFROST_ASSIGN(const std::string password, ask_password(options.password_file));
    if (user.empty() || password.empty()) return usage_error("A login and a password are needed.");
    Api api{{url, ""}};
    const auto answer = api.post("/auth/login", boost::json::object{{"login", user}, {"password", password}},
                                 Repeat::harmless);
    if (!answer && answer.error().code == Errc::unauthenticated)
        return Error{Errc::unauthenticated, "The login or the password is wrong."};
    if (!answer) return answer.error();
    SignIn sign_in;
    BIFROST_ASSIGN(sign_in.token, get_text(answer->body, "access_token"));
    sign_in.expires_at = Timestamp::parse(text_or(answer->body, "expires_at", ""));
    const auto* signed_in = find_member(answer->body, "user");
    sign_in.user = signed_in == nullptr ? user : text_or(*signed_in, "code", user);
    credentials.set(url, sign_in);
    BIFROST_CHECK(credentials.save());
    print_result(context.format,
                 boost::json::object{{"url", url},
                                     {"user", sign_in.user},
                                     {"expires_at", text_or(answer->body, "expires_at", "")}},
                 "Signed in to " + url + " as " + sign_in.user);
    return {};
}

Result<> logout(Context& context) {
    BIFROST_ASSIGN(Credentials credentials, Credentials::load(Credentials::default_path()));
    std::string url = context.url.empty() ? credentials.current() : context.url;
    if (url.empty()) return Error{Errc::not_found, "You are not signed in anywhere."};
    BIFROST_ASSIGN(url, site_url(url));
    const SignIn* sign_in = credentials.find(url);
    if (sign_in == nullptr) return Error{Errc::not_found, "You are not signed in to " + url + "."};
    Api api{{url, sign_in->token}};
    // A session that the server has ended already is as good as ended now.
    const auto answer = api.post("/auth/logout", nullptr, Repeat::harmless);
    credentials.remove(url);
    BIFROST_CHECK(credentials.save());
    if (!answer && answer.error().code != Errc::unauthenticated)
        return Error{answer.error().code,
                     "The sign-in was forgotten here, but the server could not be told: " +
                         answer.error().detail};
    print_result(context.format, boost::json::object{{"url", url}}, "Signed out of " + url);
    return {};
}

Result<> whoami(Context& context) {
    BIFROST_ASSIGN(Api * api, context.api());
    BIFROST_ASSIGN(const Answer answer, api->get("/me"));
    const auto* user = find_member(answer.body, "user");
    if (context.format != Format::table || user == nullptr) {
        print_object(context.format, answer.body);
        return {};
    }
    print_result(Format::table, {},
                 text_or(*user, "code", "") + " (" + text_or(*user, "name", "") + "), " +
                     text_or(*user, "site_role", "") + " of " + api->site().url);
    return {};
}

} // namespace

void add_session_commands(CLI::App& app, const ContextPtr& context) {
    const auto options = std::make_shared<LoginOptions>();
    auto* sign_in = add_command(app, context, "login", "Sign in to a site; later commands go there",
                                [context, options] { return login(*context, *options); });
    sign_in->add_option("SITE", options->url, "The site's address, such as http://localhost:8000")
        ->required();
    sign_in->add_option("-u,--user", options->user, "Code or e-mail address; asked for when it is missing");
    sign_in->add_option("--password-file", options->password_file,
                        "A file whose first line is the password; - for standard input");
    add_command(app, context, "logout", "End the session", [context] { return logout(*context); });
    add_command(app, context, "whoami", "Show who is signed in", [context] { return whoami(*context); });
}

} // namespace bifrost::client
