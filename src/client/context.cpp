#include "client/context.hpp"

#include <cstdio>
#include <cstdlib>

#include <CLI/CLI.hpp>

#include "client/credentials.hpp"
#include "client/seen.hpp"
#include "client/transport/interruption.hpp"
#include "client/transport/json_access.hpp"
#include "client/transport/problem.hpp"

namespace bifrost::client {
namespace {

constexpr std::string_view kUsageMember = "usage";

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// A session that ends soon is extended on the way; one that can't be is used as it is.
void refresh(Credentials& credentials, const std::string& url) {
    Api api{{url, credentials.find(url)->token}};
    const auto answer = api.post("/auth/refresh", nullptr, Repeat::never);
    if (!answer) return;
    const auto token = find_text(answer->body, "access_token");
    if (!token) return;
    credentials.set(url, {*token, credentials.find(url)->user,
                          Timestamp::parse(text_or(answer->body, "expires_at", ""))});
    (void)credentials.save();
}

} // namespace

Result<Api*> Context::api() {
    if (api_) return api_.get();
    const std::string token = environment("BIFROST_TOKEN");
    std::string named = url.empty() ? environment("BIFROST_URL") : url;
    if (!named.empty() && !token.empty()) {
        BIFROST_ASSIGN(named, site_url(named));
        api_ = std::make_unique<Api>(Site{named, token}, SeenFile(named).load());
        return api_.get();
    }
    BIFROST_ASSIGN(Credentials credentials, Credentials::load(Credentials::default_path()));
    if (named.empty()) named = credentials.current();
    if (named.empty())
        return Error{
            Errc::unauthenticated,
            "No site is known. Sign in with `bifrost login URL`, or set BIFROST_URL and BIFROST_TOKEN."};
    BIFROST_ASSIGN(named, site_url(named));
    const SignIn* sign_in = credentials.find(named);
    if (token.empty() && sign_in == nullptr)
        return Error{Errc::unauthenticated, "You are not signed in to " + named + ". Run `bifrost login " +
                                                named + "`, or set BIFROST_TOKEN."};
    if (token.empty() && sign_in->expires_at) {
        const Timestamp now = Timestamp::now();
        if (*sign_in->expires_at <= now)
            return Error{Errc::unauthenticated,
                         "Your sign-in to " + named + " has ended. Run `bifrost login " + named + "`."};
        if (*sign_in->expires_at <= now.plus_seconds(3600)) refresh(credentials, named);
    }
    api_ = std::make_unique<Api>(Site{named, token.empty() ? credentials.find(named)->token : token},
                                 SeenFile(named).load());
    return api_.get();
}

void Context::remember_writes() {
    if (!api_) return;
    const std::string written = api_->written();
    // Where nothing can be kept, the next command may read a replica that is a moment behind; that is no
    // reason to complain after every write.
    if (!written.empty()) static_cast<void>(SeenFile(api_->site().url).save(written));
}

Result<std::string> Context::get_project() const {
    std::string named = project.empty() ? environment("BIFROST_PROJECT") : project;
    if (named.empty()) return usage_error("Which project? Give --project CODE or set BIFROST_PROJECT.");
    return named;
}

Error usage_error(std::string detail) {
    return Error{Errc::invalid, std::move(detail)}.with(std::string(kUsageMember), "true");
}

CLI::App* add_command(CLI::App& parent, const ContextPtr& context, const std::string& name,
                      const std::string& description, Command command) {
    CLI::App* sub = parent.add_subcommand(name, description);
    sub->add_option("--url", context->url, "The site (default: BIFROST_URL, else the last sign-in)");
    sub->add_option("-p,--project", context->project, "The project's code or id (default: BIFROST_PROJECT)");
    const std::map<std::string, Format> formats{
        {"table", Format::table}, {"json", Format::json}, {"ndjson", Format::ndjson}};
    sub->add_option("--output", context->format, "table, json or ndjson")
        ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case).description(""))
        ->default_str("table");
    sub->callback([context, command = std::move(command)] {
        watch_for_interruption();
        const auto result = command();
        context->remember_writes();
        std::fflush(stdout);
        if (result) return;
        bool usage = false;
        for (const auto& [member, json] : result.error().members) usage = usage || member == kUsageMember;
        std::fprintf(stderr, "bifrost: %s\n", one_line(result.error()).c_str());
        *context->exit_code = usage ? 2 : 1;
    });
    return sub;
}

CLI::App* add_noun(CLI::App& parent, const std::string& name, const std::string& description) {
    CLI::App* noun = parent.add_subcommand(name, description);
    noun->require_subcommand(1);
    return noun;
}

} // namespace bifrost::client
