#pragma once
// Naming rules: which shot a clip's name means, "{sequence}_{shot}".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace bifrost::editorial {

/// Codes, folded. No episode: the sequence hangs under the project.
struct ShotName {
    std::optional<std::string> episode;
    std::string sequence;
    std::string shot;

    auto operator<=>(const ShotName&) const = default;
};

/// A pattern of literal text and the tokens {episode}, {sequence}, {shot}, {version} and {any}. The codes in
/// tokens hold no character that the pattern has as text; {any} takes everything, nothing too.
class Naming {
  public:
    /// invalid ("/naming"): an unknown token, no {shot}, a token twice, two tokens with nothing between.
    /// Without {sequence} and without `default_sequence` too.
    static Result<Naming> parse(std::string_view pattern, std::string_view default_sequence);
    /// What holds when nothing was said: "sq010_sh0020", with the project or an episode ("ep01") in front and
    /// anything behind ("sq010_sh0020_comp_v003"); '-' parts as '_' does. A part without a digit is no shot
    /// ("title_card").
    static Naming by_custom(std::string_view project, std::string_view default_sequence);

    /// The shot that a clip's name means; its folder and its extension don't count. Nothing when it doesn't
    /// fit.
    [[nodiscard]] std::optional<ShotName> match(std::string_view clip_name) const;

  private:
    struct Part {
        std::string literal; ///< empty for a token
        std::string token;
    };
    [[nodiscard]] std::optional<ShotName> match_custom(std::string_view stem) const;
    bool match_from(std::size_t part, std::string_view rest, ShotName& name) const;
    [[nodiscard]] bool allows(char c) const { return literals_.find(c) == std::string::npos; }

    std::vector<Part> parts_;
    std::string literals_;
    std::string default_sequence_;
    std::string project_;
    bool custom_ = false;
};

} // namespace bifrost::editorial
