#include "services/editorial/naming.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace bifrost::editorial {
namespace {

constexpr std::array<std::string_view, 5> kTokens = {"episode", "sequence", "shot", "version", "any"};

Error bad(std::string detail) { return invalid_field("/naming", std::move(detail)); }

bool is_code_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool same_letters(std::string_view a, std::string_view b) { return fold_case(a) == fold_case(b); }

/// "sq010_sh0010" of "//server/plates/sq010_sh0010.mov": what stands behind the last dot goes when it begins
/// with a letter, and frame numbers before it go too.
std::string_view stem_of(std::string_view name) {
    const auto slash = name.find_last_of("/\\");
    if (slash != std::string_view::npos) name = name.substr(slash + 1);
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == name.size() || name.size() - dot > 6)
        return name;
    name = name.substr(0, dot);
    const auto frames = name.rfind('.');
    if (frames != std::string_view::npos && frames > 0 &&
        name.find_first_not_of("0123456789#%d[]-@", frames + 1) == std::string_view::npos)
        name = name.substr(0, frames);
    return name;
}

} // namespace

Result<Naming> Naming::parse(std::string_view pattern, std::string_view default_sequence) {
    Naming naming;
    naming.default_sequence_ = default_sequence;
    std::vector<std::string> seen;
    std::string literal;
    const auto add_literal = [&] {
        if (!literal.empty()) naming.parts_.push_back({literal, ""});
        literal.clear();
    };
    for (std::size_t at = 0; at < pattern.size();) {
        if (pattern[at] != '{') {
            literal += pattern[at++];
            continue;
        }
        const auto end = pattern.find('}', at);
        if (end == std::string_view::npos) return bad("has a '{' without its '}'");
        const std::string token(pattern.substr(at + 1, end - at - 1));
        if (std::find(kTokens.begin(), kTokens.end(), token) == kTokens.end())
            return bad("has the unknown token {" + token +
                       "}; there are episode, sequence, shot, version and any");
        if (token != "any" && std::find(seen.begin(), seen.end(), token) != seen.end())
            return bad("has {" + token + "} twice");
        add_literal();
        if (!naming.parts_.empty() && naming.parts_.back().literal.empty())
            return bad("has two tokens with nothing between them");
        naming.parts_.push_back({"", token});
        seen.push_back(token);
        at = end + 1;
    }
    add_literal();
    const auto has = [&](std::string_view token) {
        return std::find(seen.begin(), seen.end(), token) != seen.end();
    };
    if (!has("shot")) return bad("needs the token {shot}");
    if (!has("sequence") && default_sequence.empty())
        return bad("needs the token {sequence}, or the import the sequence that it is of");
    for (const auto& part : naming.parts_)
        for (const char c : part.literal)
            if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
                naming.literals_ += c;
    return naming;
}

Naming Naming::by_custom(std::string_view project, std::string_view default_sequence) {
    Naming naming;
    naming.custom_ = true;
    naming.project_ = project;
    naming.default_sequence_ = default_sequence;
    return naming;
}

std::optional<ShotName> Naming::match_custom(std::string_view stem) const {
    std::vector<std::string> codes;
    for (std::size_t at = 0; at <= stem.size();) {
        const auto end = std::min(stem.find_first_of("_-", at), stem.size());
        const auto part = stem.substr(at, end - at);
        // What stands behind a space or a bracket is a remark: "sh0020 (v3)".
        const auto remark = std::min(part.find_first_of(" ([{"), part.size());
        const auto code = fold_code(part.substr(0, remark));
        if (code) codes.push_back(*code);
        if (!code || remark < part.size()) break;
        at = end + 1;
    }
    std::size_t at = 0;
    const auto left = [&] { return codes.size() - at; };
    const auto numbered = [&](std::size_t index) {
        return index < codes.size() && codes[index].find_first_of("0123456789") != std::string::npos;
    };
    if (left() > 1 && codes[at] == project_) ++at;
    ShotName name;
    if (left() > 2 && codes[at].starts_with("ep") && numbered(at)) name.episode = codes[at++];
    if (!default_sequence_.empty()) {
        if (left() > 1 && codes[at] == default_sequence_) ++at;
        name.sequence = default_sequence_;
    } else if (left() > 0) {
        name.sequence = codes[at++];
    }
    if (left() == 0 || !numbered(at)) return std::nullopt;
    // A version is no shot: "title_v003".
    const auto& shot = codes[at];
    if (shot.size() > 1 && shot[0] == 'v' && shot.find_first_not_of("0123456789", 1) == std::string::npos)
        return std::nullopt;
    name.shot = shot;
    return name;
}

bool Naming::match_from(std::size_t part, std::string_view rest, ShotName& name) const {
    if (part == parts_.size()) return rest.empty();
    const auto& one = parts_[part];
    if (!one.literal.empty()) {
        if (rest.size() < one.literal.size() ||
            !same_letters(rest.substr(0, one.literal.size()), one.literal))
            return false;
        return match_from(part + 1, rest.substr(one.literal.size()), name);
    }
    std::size_t most = 0;
    if (one.token == "any")
        most = rest.size();
    else
        while (most < rest.size() && is_code_character(rest[most]) && allows(rest[most])) ++most;
    for (std::size_t length = most + 1; length-- > (one.token == "any" ? 0U : 1U);) {
        if (!match_from(part + 1, rest.substr(length), name)) continue;
        const auto code = fold_code(rest.substr(0, length));
        if (one.token == "any" || one.token == "version") return true;
        if (!code) return false;
        if (one.token == "episode") name.episode = *code;
        if (one.token == "sequence") name.sequence = *code;
        if (one.token == "shot") name.shot = *code;
        return true;
    }
    return false;
}

std::optional<ShotName> Naming::match(std::string_view clip_name) const {
    if (clip_name.size() > 1000) return std::nullopt;
    if (custom_) return match_custom(stem_of(clip_name));
    ShotName name;
    name.sequence = default_sequence_;
    if (!match_from(0, stem_of(clip_name), name)) return std::nullopt;
    return name;
}

} // namespace bifrost::editorial
