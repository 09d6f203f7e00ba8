#include "apps/serve.hpp"

#include <cstdio>
#include <iostream>

#include <malloc.h>
#include <sys/resource.h>

#include "apps/demo.hpp"
#include "apps/output.hpp"
#include "apps/parts.hpp"
#include "apps/site_options.hpp"
#include "core/log.hpp"

namespace bifrost::apps {
namespace {

constexpr std::chrono::seconds kPatience{60};

struct RoleOptions {
    SiteOptions site;
    std::optional<std::string> host;
    std::optional<std::uint16_t> port;
    bool demo = false;
};

void say_how_to_sign_in(const std::string& origin, const std::optional<std::string>& link_token) {
    if (link_token)
        std::cout << "sign in as the owner with this link, once: " << origin << "/setup?token=" << *link_token
                  << "\n";
    else
        std::cout << "sign in at " << origin
                  << "/ (a new link for somebody: bifrost user sign-in-link CODE)\n";
    std::cout.flush();
}

/// Every listener and every transfer takes a descriptor; the 1,024 that shells and service managers give at
/// first are for programs with few. What they allow at most is taken, up to far more than connections.
void allow_many_descriptors() {
    constexpr rlim_t kMost = 65'536;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= std::min(limit.rlim_max, kMost)) return;
    limit.rlim_cur = std::min(limit.rlim_max, kMost);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        log::warning("few connections can be open at once: the limit of descriptors can't be raised");
}

/// Where to listen: --host and --port before LISTEN before the role's default.
Result<config::Place> place_of(const RoleOptions& options, const std::string& fallback) {
    const auto& listen = options.site.config().listen;
    BIFROST_ASSIGN(config::Place place, config::parse_place(listen.empty() ? fallback : listen));
    if (options.host) place.host = *options.host;
    if (options.port) place.port = *options.port;
    return place;
}

/// The place for operations, when there shall be one.
Result<std::optional<config::Place>> operations_place(const config::Config& config,
                                                      const std::string& fallback) {
    const std::string& text = config.admin_listen.empty() ? fallback : config.admin_listen;
    if (text.empty()) return std::optional<config::Place>{};
    BIFROST_ASSIGN(const config::Place place, config::parse_place(text));
    return std::optional<config::Place>{place};
}

void warn_of_plain_http(const config::Config& config) {
    if (config.insecure_lan)
        log::warning(
            "--insecure-lan: sessions travel over plain http; anyone on the network can take them over");
}

/// PostgreSQL, and bytes where every process finds them.
Result<> check_shared(const config::Config& config, const std::string& role) {
    if (!config.database_url.starts_with("postgres"))
        return Error{Errc::invalid,
                     "`bifrost " + role +
                         "` is one of several processes over one PostgreSQL: set DATABASE_URL. (For one "
                         "machine alone, `bifrost serve` needs nothing.)"};
    if (config.s3_bucket.empty())
        log::warning("bytes are kept in a folder: every process must have the same one at the same time",
                     {{"folder", config.data}});
    return {};
}

Result<> serve(RoleOptions& options) {
    const config::Config& config = options.site.config();
    const sigset_t signals = block_end_signals();
    allow_many_descriptors();
    BIFROST_ASSIGN(const config::Place place, place_of(options, "127.0.0.1:8000"));
    BIFROST_ASSIGN(const auto admin_place, operations_place(config, ""));
    BIFROST_ASSIGN(const SiteLock lock, lock_site(config));
    BIFROST_ASSIGN(OpenedSite opened, open_site(config, DatabaseUse::server));
    if (options.demo) BIFROST_CHECK(fill_demo(opened));
    BIFROST_ASSIGN(const auto link_token, access::owner_link_token(*opened.database));
    warn_of_plain_http(config);

    BIFROST_ASSIGN(const auto cache, open_shared_cache(config, opened.site));
    SharedParts shared(config, opened, cache);
    shared.context().settings.metrics_on_main_port = !admin_place;
    WorkPart work(config, opened);
    shared.context().alive = [&] { return work.alive(); };
    ApiPart api(config, shared.context(), place);
    std::optional<OperationsPart> operations;
    if (admin_place) operations.emplace(shared.context(), *admin_place);
    BIFROST_CHECK(api.start());
    if (operations) BIFROST_CHECK(operations->start());
    work.start();
    std::cout << "listening on " << api.origin() << std::endl;
    say_how_to_sign_in(api.origin(), link_token);

    wait_for_end_signal(signals);
    const std::chrono::seconds most(config.drain_seconds);
    api.drain(most);
    work.drain(most);
    return {};
}

Result<> run_api(RoleOptions& options) {
    const config::Config& config = options.site.config();
    const sigset_t signals = block_end_signals();
    allow_many_descriptors();
    BIFROST_CHECK(check_shared(config, "api"));
    BIFROST_ASSIGN(const config::Place place, place_of(options, "0.0.0.0:8000"));
    BIFROST_ASSIGN(const auto admin_place, operations_place(config, "0.0.0.0:9090"));
    BIFROST_ASSIGN(OpenedSite opened, open_shared_site(config, DatabaseUse::server, kPatience));
    warn_of_plain_http(config);

    BIFROST_ASSIGN(const auto cache, open_shared_cache(config, opened.site));
    SharedParts shared(config, opened, cache);
    shared.context().settings.metrics_on_main_port = false;
    BIFROST_CHECK(shared.keep_answers());
    ApiPart api(config, shared.context(), place);
    OperationsPart operations(shared.context(), *admin_place);
    BIFROST_CHECK(operations.start());
    BIFROST_CHECK(api.start());
    std::cout << "operations on " << operations.origin() << "\nlistening on " << api.origin() << std::endl;

    wait_for_end_signal(signals);
    // /readyz says 503 meanwhile, on both addresses.
    api.drain(std::chrono::seconds(config.drain_seconds));
    return {};
}

Result<> run_worker(RoleOptions& options) {
    const config::Config& config = options.site.config();
    const sigset_t signals = block_end_signals();
    BIFROST_CHECK(check_shared(config, "worker"));
    BIFROST_ASSIGN(const auto admin_place, operations_place(config, "0.0.0.0:9090"));
    BIFROST_ASSIGN(OpenedSite opened, open_shared_site(config, DatabaseUse::worker, kPatience));

    BIFROST_ASSIGN(const auto cache, open_shared_cache(config, opened.site));
    SharedParts shared(config, opened, cache);
    WorkPart work(config, opened);
    std::atomic<bool> draining{false};
    shared.context().alive = [&] { return work.alive(); };
    shared.context().draining = [&] { return draining.load(); };
    OperationsPart operations(shared.context(), *admin_place);
    BIFROST_CHECK(operations.start());
    work.start();
    std::cout << "working; operations on " << operations.origin() << std::endl;

    wait_for_end_signal(signals);
    draining = true;
    work.drain(std::chrono::seconds(config.drain_seconds));
    return {};
}

void add_role(CLI::App& app, int& exit_code, const std::string& name, const std::string& help, bool has_api,
              Result<> (*run)(RoleOptions&)) {
    auto options = std::make_shared<RoleOptions>();
    auto* command = app.add_subcommand(name, help);
    options->site.add_all_to(*command);
    if (has_api) {
        command->add_option("--host", options->host, "Address to listen on, instead of LISTEN's");
        command->add_option("--port", options->port,
                            "Port to listen on, instead of LISTEN's; 0 takes a free one");
    }
    if (name == "serve")
        command->add_flag("--demo", options->demo, "Fill an empty site with an example production");
    command->callback([options, run, &exit_code] {
        // Few arenas: the memory of a small server is what it uses, not what its threads might.
        mallopt(M_ARENA_MAX, 2);
        if (const auto loaded = options->site.load(); !loaded) {
            fail(describe(loaded.error()));
            exit_code = kWrongUsage;
            return;
        }
        const auto done = run(*options);
        if (!done) exit_code = fail(describe(done.error()));
    });
}

} // namespace

int fail(const std::string& sentence) {
    std::fprintf(stderr, "bifrost: %s\n", sentence.c_str());
    return kFailed;
}

void add_role_commands(CLI::App& app, int& exit_code) {
    add_role(app, exit_code, "serve",
             "Run everything in one process: API, web UI, worker, SQLite and local files", true, serve);
    add_role(app, exit_code, "api",
             "Run the API and the web UI, as one of several processes over one PostgreSQL", true, run_api);
    add_role(app, exit_code, "worker",
             "Do the jobs of a site, as one of several processes over one PostgreSQL", false, run_worker);
}

} // namespace bifrost::apps
