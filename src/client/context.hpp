#pragma once
// What every client command shares: where the site is, who asks, in which project, and how to print.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "client/output.hpp"
#include "client/transport/api.hpp"

namespace CLI {
class App;
}

namespace bifrost::client {

/// Filled by CLI11 while it parses, read by the one command that runs.
struct Context {
    std::string url;     ///< --url, else BIFROST_URL, else the last sign-in
    std::string project; ///< --project, else BIFROST_PROJECT
    Format format = Format::table;
    int* exit_code = nullptr;

    /// The API of the site in question. unauthenticated says how to sign in when there is no site or its
    /// session has ended.
    Result<Api*> api();
    /// The project's code or id; invalid says how to name one.
    [[nodiscard]] Result<std::string> get_project() const;
    /// Keeps for the next command what this one wrote; see SeenFile.
    void remember_writes();

  private:
    std::unique_ptr<Api> api_;
};

using ContextPtr = std::shared_ptr<Context>;
using Command = std::function<Result<>()>;

/// Adds a subcommand with --url, --project and --output that runs `command`; an error is printed and makes
/// the exit code 1 (Errc::invalid raised by this program about its own arguments: see usage_error).
CLI::App* add_command(CLI::App& parent, const ContextPtr& context, const std::string& name,
                      const std::string& description, Command command);
/// Adds a noun: a subcommand that only holds others.
CLI::App* add_noun(CLI::App& parent, const std::string& name, const std::string& description);
/// Wrong arguments that CLI11 can't see: printed like any error, with exit code 2.
Error usage_error(std::string detail);

} // namespace bifrost::client
