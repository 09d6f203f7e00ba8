#pragma once
// How administrative commands print: a table for people, JSON for scripts.

#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

#include "core/error.hpp"

namespace bifrost::apps {

class Output {
  public:
    /// Adds --output table|json|ndjson to a command.
    void add_to(CLI::App& command);

    /// One object as JSON text; a table shows `columns` as name and value.
    void print(const std::string& object_json, const std::vector<std::string_view>& columns) const;
    /// A list of objects.
    void print_list(const std::string& list_json, const std::vector<std::string_view>& columns) const;

  private:
    std::string format_ = "table";
};

/// The error's sentence with every bad field, in one line.
std::string describe(const Error& error);

} // namespace bifrost::apps
