#pragma once
// Addresses: `[project:]code(/code)*[@version]`, resolved by the server.

#include <initializer_list>
#include <string>
#include <string_view>

#include "client/context.hpp"

namespace bifrost::client {

struct Location {
    std::string address; ///< whole and folded: "bar:char_hero/model@3"
    std::string kind;    ///< project, asset, episode, sequence, shot, product, version
    std::string id;
    std::string project_id;
    boost::json::value entity;

    /// "char_hero" of "bar:char_hero/model@3", "model" for `from_end` 0 of it.
    [[nodiscard]] std::string code(std::size_t from_end) const;
    /// "char_hero/model/v003" of "bar:char_hero/model@3".
    [[nodiscard]] std::string folder() const;
};

/// What the address names. `kinds` says what is welcome (nothing: anything); anything else is a usage error
/// that says what the address is.
Result<Location> locate(Context& context, const std::string& address,
                        std::initializer_list<std::string_view> kinds);

/// "/assets/<id>" and the like.
std::string entity_path(const Location& location);

/// What `--depends ADDRESS[:kind]` names.
struct DependencyText {
    std::string address;
    std::string kind;
};
/// The kind is what stands behind the last colon when an address with a slash or an id stands before it; else
/// "reference".
DependencyText split_dependency(std::string_view text);

} // namespace bifrost::client
