#include "apps/serve.hpp"

#include <csignal>
#include <cstdio>
#include <iostream>

#include <malloc.h>
#include <pthread.h>

#include "api/context.hpp"
#include "api/observe.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/web_files.hpp"
#include "apps/demo.hpp"
#include "apps/output.hpp"
#include "apps/site_options.hpp"
#include "core/log.hpp"
#include "http/server.hpp"
#include "worker/jobs/all_jobs.hpp"
#include "worker/jobs/index.hpp"

namespace bifrost::apps {
namespace {

struct ServeOptions {
    SiteOptions site;
    std::string host = "127.0.0.1";
    std::uint16_t port = 8000;
    std::string log_level = "info";
    std::string log_format = "text";
    int max_file_size_mb = 5000;
    int worker_concurrency = 2;
    bool insecure_lan = false;
    bool demo = false;
};

constexpr std::chrono::seconds kDrain{30};

/// SIGTERM and SIGINT are taken by the main thread only; every other thread inherits the blocked mask.
sigset_t block_end_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

Result<> check_options(const ServeOptions& options) {
    log::Level level{};
    if (!log::parse_level(options.log_level, level))
        return Error{Errc::invalid, "The log level '" + options.log_level +
                                        "' is unknown; it is debug, info, warning or error."};
    log::configure(level, options.log_format == "json" ? log::Format::json : log::Format::text);
    return {};
}

std::vector<api::HealthCheck> health_checks(OpenedSite& opened) {
    return {{"database", [&] { return opened.database->ping(); }, true},
            {"cache", [] { return Result<>{}; }, false}, // in this process: it is there when the process is
            {"queue", [&] { return opened.database->ping(); }, true},
            {"storage", [&] { return opened.store->ping(); }, true}};
}

void say_how_to_sign_in(const std::string& origin, const std::optional<std::string>& link_token) {
    if (link_token)
        std::cout << "sign in as the owner with this link, once: " << origin << "/setup?token=" << *link_token
                  << "\n";
    else
        std::cout << "sign in at " << origin
                  << "/ (a new link for somebody: bifrost user sign-in-link CODE)\n";
    std::cout.flush();
}

Result<> serve(const ServeOptions& options) {
    BIFROST_CHECK(check_options(options));
    const sigset_t signals = block_end_signals();
    BIFROST_ASSIGN(const SiteLock lock, lock_site(options.site));
    BIFROST_ASSIGN(OpenedSite opened, open_site(options.site));
    if (options.demo) BIFROST_CHECK(fill_demo(*opened.database, *opened.store));
    BIFROST_ASSIGN(const auto link_token, access::owner_link_token(*opened.database));

    access::Authenticator authenticator(*opened.database);
    api::AnswerCache answers;
    api::Context context{*opened.database, *opened.store, opened.store.get(), authenticator, answers, {}, {}};
    context.settings.version = BIFROST_VERSION;
    context.settings.insecure_lan = options.insecure_lan;
    context.settings.most_file_bytes = static_cast<std::int64_t>(options.max_file_size_mb) * 1024 * 1024;
    context.health_checks = health_checks(opened);
    if (options.insecure_lan)
        log::warning(
            "--insecure-lan: sessions travel over plain http; anyone on the network can take them over");

    http::ServerOptions server_options;
    server_options.host = options.host;
    server_options.port = options.port;
    http::Server server(server_options, api::make_router(context), api::web_files(context), api::problem,
                        api::observe_requests());
    context.draining = [&] { return server.draining(); };

    worker::Options worker_options;
    worker_options.concurrency = static_cast<std::size_t>(options.worker_concurrency);
    worker::Worker worker(*opened.database, worker::all_jobs(*opened.store), worker_options);
    worker::SearchIndexer indexer(*opened.database);
    BIFROST_CHECK(server.start());
    worker.start();
    indexer.start();

    const std::string shown =
        options.host.find(':') == std::string::npos ? options.host : "[" + options.host + "]";
    const std::string origin = "http://" + shown + ":" + std::to_string(server.port());
    std::cout << "listening on " << origin << std::endl;
    say_how_to_sign_in(origin, link_token);

    int received = 0;
    sigwait(&signals, &received);
    log::info("draining", {{"signal", received == SIGTERM ? "SIGTERM" : "SIGINT"}});
    server.drain(kDrain);
    worker.drain(kDrain);
    indexer.stop();
    return {};
}

} // namespace

int fail(const std::string& sentence) {
    std::fprintf(stderr, "bifrost: %s\n", sentence.c_str());
    return 1;
}

void add_serve_command(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<ServeOptions>();
    auto* command = app.add_subcommand(
        "serve", "Run everything in one process: API, web UI, worker, SQLite and local files");
    options->site.add_to(*command);
    command->add_option("--host", options->host, "Address to listen on")->capture_default_str();
    command->add_option("--port", options->port, "Port to listen on; 0 takes a free one")
        ->capture_default_str();
    command->add_option("--log-level", options->log_level, "debug, info, warning or error")
        ->capture_default_str()
        ->envname("LOG_LEVEL");
    command->add_option("--log-format", options->log_format, "text or json")
        ->capture_default_str()
        ->check(CLI::IsMember({"text", "json"}));
    command->add_option("--max-file-size-mb", options->max_file_size_mb, "Largest file that is taken")
        ->capture_default_str()
        ->envname("MAX_FILE_SIZE_MB")
        ->check(CLI::Range(1, 5'000'000));
    command->add_option("--worker-concurrency", options->worker_concurrency, "Jobs at once")
        ->capture_default_str()
        ->envname("WORKER_CONCURRENCY")
        ->check(CLI::Range(1, 64));
    command->add_flag("--insecure-lan", options->insecure_lan,
                      "Let browsers of other machines sign in over plain http");
    command->add_flag("--demo", options->demo, "Fill an empty site with an example production");
    command->callback([options, &exit_code] {
        // Few arenas: the memory of a small server is what it uses, not what its threads might.
        mallopt(M_ARENA_MAX, 2);
        const auto served = serve(*options);
        if (!served) exit_code = fail(describe(served.error()));
    });
}

} // namespace bifrost::apps
