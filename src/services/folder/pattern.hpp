#pragma once
// The grammar of folder templates: "{project}/assets/{asset}/publish[/{product}[/v{version:03}]]".
//
//   {shot}          the code of the shot; also project, episode, sequence, asset, asset_type, product,
//   representation, task {shot:label}    its label, as it was typed {code} {label}  the same for the entity
//   that the template is of {version:03}    a number with at least three digits; also workfile {extension} an
//   ending such as exr [ … ]           left out when a token directly in it has no value; brackets may stand
//   in brackets
//
// Everything else stands for itself: ASCII letters, digits, and " ._-+@,=&()". Text of other scripts has
// several byte forms (macOS decomposes it), so it can't name a folder on every disk.

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace bifrost::folder {

enum class Token : std::uint8_t {
    project,
    episode,
    sequence,
    shot,
    asset,
    asset_type,
    product,
    version,
    representation,
    task,
    workfile,
    extension,
    count_
};
constexpr std::size_t kTokens = static_cast<std::size_t>(Token::count_);
using Tokens = std::bitset<kTokens>;

std::string_view token_name(Token token);
/// True for version and workfile.
bool is_number(Token token);

/// What the tokens stand for. A code is folded; a label is what was typed for it (absent: the code).
class Values {
  public:
    void set(Token token, std::string code) {
        code_[at(token)] = std::move(code);
        given_.set(at(token));
    }
    void set_label(Token token, std::string label) { label_[at(token)] = std::move(label); }
    void set_number(Token token, std::int64_t number) { set(token, std::to_string(number)); }
    void clear(Token token) {
        given_.reset(at(token));
        code_[at(token)].clear();
        label_[at(token)].clear();
    }
    [[nodiscard]] bool has(Token token) const { return given_.test(at(token)); }
    [[nodiscard]] const std::string& code(Token token) const { return code_[at(token)]; }
    [[nodiscard]] const std::string& label(Token token) const {
        return label_[at(token)].empty() ? code_[at(token)] : label_[at(token)];
    }
    [[nodiscard]] std::int64_t number(Token token) const;
    [[nodiscard]] const Tokens& given() const { return given_; }
    bool operator==(const Values&) const = default;

  private:
    static std::size_t at(Token token) { return static_cast<std::size_t>(token); }
    std::array<std::string, kTokens> code_;
    std::array<std::string, kTokens> label_;
    Tokens given_;
};

/// A literal, or a token with its form.
struct Part {
    std::string literal; ///< empty: a token
    Token token = Token::count_;
    bool as_label = false;
    int width = 0; ///< of numbers: least digits
    bool operator==(const Part&) const = default;
};
using Segment = std::vector<Part>;

/// One way to write a pattern out: with some of its optional parts and without the others.
struct Variant {
    std::vector<Segment> segments;
    Tokens tokens;
};

/// A parsed pattern. Values are copied freely; comparing is by text.
class Pattern {
  public:
    /// `kind` is that of the entities it is for (project, episode, sequence, shot, asset). A fault is a
    /// sentence without a subject ("must not …"), in `Error::detail` of invalid.
    static Result<Pattern> parse(std::string_view text, std::string_view kind);

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] const std::string& kind() const { return kind_; }
    /// Most tokens first.
    [[nodiscard]] const std::vector<Variant>& variants() const { return variants_; }
    /// The variant with every token: where the files of a version lie.
    [[nodiscard]] const Variant& longest() const { return variants_.front(); }

    /// The path below the root. invalid when a token outside of brackets has no value, or a value can't be a
    /// folder's name (a device of Windows, an end in a dot or space, too long).
    [[nodiscard]] Result<std::string> format(const Values& values) const;

    struct Node {
        Part part;               ///< of leaves
        std::vector<Node> group; ///< of brackets
        bool is_group = false;
    };

  private:
    std::string text_;
    std::string kind_;
    std::vector<Node> nodes_;
    std::vector<Variant> variants_;
};

/// What is wrong with one name of a folder or file, as a sentence without a subject; nothing when every disk
/// takes it.
std::optional<std::string> name_fault(std::string_view name);
/// The same of a relative path made of such names.
std::optional<std::string> relative_path_fault(std::string_view path);

} // namespace bifrost::folder
