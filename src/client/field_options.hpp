#pragma once
// Options that become members of a request's body when they are given, and stay out of it when they aren't.

#include <memory>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "core/result.hpp"

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace bifrost::client {

class FieldOptions {
  public:
    void text(CLI::App& command, const std::string& option, const std::string& member,
              const std::string& description);
    /// Several values, by repeating the option or with commas.
    void texts(CLI::App& command, const std::string& option, const std::string& member,
               const std::string& description);
    /// A flag and its opposite: "--assembly,!--no-assembly".
    void flag(CLI::App& command, const std::string& option, const std::string& member,
              const std::string& description);
    /// JSON as a value.
    void json(CLI::App& command, const std::string& option, const std::string& member,
              const std::string& description);

    /// The members whose options were given; a usage error when JSON can't be read.
    [[nodiscard]] Result<boost::json::object> body() const;

  private:
    enum class Type { text, texts, flag, json };
    struct Field {
        Type type;
        std::string name; ///< of the option
        std::string member;
        std::string text;
        std::vector<std::string> texts;
        bool flag = false;
        CLI::Option* option = nullptr;
    };
    Field& add(Type type, const std::string& option, const std::string& member);

    std::vector<std::unique_ptr<Field>> fields_; // CLI11 keeps references into them
};

} // namespace bifrost::client
