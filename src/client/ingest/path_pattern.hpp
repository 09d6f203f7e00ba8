#pragma once
// Patterns on relative paths with named parts: "tracks/{track}/**", "music/{song}.{ogg,music}".

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace bifrost::client {

using Captures = std::map<std::string, std::string, std::less<>>;

/// `*` any characters but a slash, `?` one of them, `**` anything, `**/` any number of folders (none too),
/// `{a,b}` one of these, `{name}` at least one character but no slash, remembered; as short as possible, and
/// the same wherever it stands again. Everything else stands for itself; case matters.
class PathPattern {
  public:
    /// invalid when braces don't pair or a name isn't [a-z0-9_]+.
    static Result<PathPattern> parse(std::string_view text);

    /// What the names stand for, or nothing when the path doesn't match.
    [[nodiscard]] std::optional<Captures> match(std::string_view path) const;
    /// The folder of `path` below which a match lies: the components before the last one, or before the first
    /// with `**`.
    [[nodiscard]] std::string_view base_of(std::string_view path) const;
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  private:
    struct Token {
        enum class Kind { literal, any_character, within_component, anything, folders, name } kind;
        std::string text;
    };
    using Tokens = std::vector<Token>;

    static Result<Tokens> tokens_of(std::string_view text);
    static bool match_from(const Tokens& tokens, std::size_t at, std::string_view path, Captures& captures);

    std::vector<Tokens> alternatives_;
    std::vector<std::string> names_;
    std::size_t base_depth_ = 0;
};

/// "{kart|title}" with what a pattern captured. Filters: title ("old_house" → "Old House"), lower.
class Template {
  public:
    /// invalid when a brace is open, a filter unknown or a name not among `names`.
    static Result<Template> parse(std::string_view text, const std::vector<std::string>& names);
    [[nodiscard]] std::string fill(const Captures& captures) const;

  private:
    struct Piece {
        std::string text; ///< or the name
        bool is_name = false;
        std::string filter;
    };
    std::vector<Piece> pieces_;
};

} // namespace bifrost::client
