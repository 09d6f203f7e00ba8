#pragma once
// Scenes as USD text: what a shot or an assembly is put together of, with references to the files that it
// resolves to. https://openusd.org/release/spec_usda.html

#include <string>
#include <string_view>

#include "services/publish/resolve.hpp"

namespace bifrost::scene {

/// `.usda` of an assembly: a prim for each occurrence with its transform, its files as references, and a
/// variant set `version` where a pin names an exact version. `policy` as in resolve_asset. Errors as
/// resolve_asset.
Result<std::string> write_asset(database::Tx& tx, const access::Actor& actor, const Id& asset_id,
                                std::string_view policy);
/// `.usda` of a shot: its own products as sublayers, the strongest first as their codes order them, its
/// frames (head to tail), its rate, and a prim for each occurrence of what is cast.
Result<std::string> write_shot(database::Tx& tx, const access::Actor& actor, const Id& shot_id,
                               const publish::ResolveRule& rule);

/// An identifier of USD for a name, none of `taken` (which it joins).
std::string prim_name(std::string_view name, std::vector<std::string>& taken);
/// A path as an asset of USD: @a.usd@, or @@@…@@@ where it holds an '@'.
std::string asset_path(std::string_view path);
/// A text in quotes.
std::string quoted(std::string_view text);

} // namespace bifrost::scene
