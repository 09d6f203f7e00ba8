#include "database/postgres/conninfo.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

#include <libpq-fe.h>

namespace bifrost::database::postgres {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

void set_default(Settings& settings, const std::string& name, const std::string& value) {
    if (std::ranges::find(settings, name, [](const auto& one) { return one.first; }) == settings.end())
        settings.emplace_back(name, value);
}

void add_options(Settings& settings, const std::string& text) {
    const auto found = std::ranges::find(settings, "options", [](const auto& one) { return one.first; });
    if (found == settings.end()) {
        settings.emplace_back("options", text);
    } else {
        found->second += " " + text;
    }
}

} // namespace

Result<Conninfo> Conninfo::of(const PostgresOptions& options, Session session) {
    char* complaint = nullptr;
    const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed(
        PQconninfoParse(options.url.c_str(), &complaint), &PQconninfoFree);
    PQfreemem(complaint);
    if (!parsed)
        return Error{Errc::invalid,
                     "The database URL can't be read; it is postgresql://user@host:port/name."};
    Conninfo conninfo;
    Settings& settings = conninfo.settings_;
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr && *option->val != '\0')
            settings.emplace_back(option->keyword, option->val);

    for (const auto& [name, value] : settings)
        if (name == "host" || name == "hostaddr")
            conninfo.several_hosts_ = conninfo.several_hosts_ || value.find(',') != std::string::npos;
    if (session != Session::replica) {
        // Not read-write, which looks at our own default_transaction_read_only as well and finds no server.
        std::erase_if(settings, [](const auto& one) { return one.first == "target_session_attrs"; });
        settings.emplace_back("target_session_attrs", "primary");
    }

    // libpq counts whole seconds a host, at least two.
    const auto seconds =
        std::max<std::int64_t>(2, std::chrono::ceil<std::chrono::seconds>(options.connect_deadline).count());
    set_default(settings, "connect_timeout", std::to_string(seconds));
    set_default(settings, "application_name", "bifrost");
    // A peer that vanished without a word is noticed within a minute at most.
    set_default(settings, "keepalives_idle", "20");
    set_default(settings, "keepalives_interval", "10");
    set_default(settings, "keepalives_count", "3");
    set_default(settings, "tcp_user_timeout", std::to_string(options.deadline.count() + 5'000));
    std::erase_if(settings, [](const auto& one) { return one.first == "client_encoding"; });
    settings.emplace_back("client_encoding", "UTF8");
    if (session != Session::schema) {
        const std::string deadline = std::to_string(options.deadline.count());
        // Reads that write are bugs: only `begin … read write` may. Compiling queries costs more than ours
        // take. Pages are on solid-state disks or in memory: with the 4 of spinning ones, a plan made while a
        // table was small reads the whole of it at each look-up until its statistics are taken again.
        add_options(
            settings,
            "-c statement_timeout=" + deadline + " -c idle_in_transaction_session_timeout=" + deadline +
                " -c default_transaction_isolation=read\\ committed -c default_transaction_read_only=on"
                " -c jit=off -c random_page_cost=1.1");
    }
    if (session == Session::schema) // or a killed program's migration would run on, and hold the lock
        add_options(settings, "-c client_connection_check_interval=500");
    for (const auto& [name, value] : settings) {
        conninfo.keywords_.push_back(name.c_str());
        conninfo.values_.push_back(value.c_str());
    }
    conninfo.keywords_.push_back(nullptr);
    conninfo.values_.push_back(nullptr);
    return conninfo;
}

} // namespace bifrost::database::postgres
