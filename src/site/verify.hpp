#pragma once
// Reading stored bytes again, to find what a disk lost before somebody needs it.

#include <optional>
#include <string>
#include <vector>

#include "site/copy.hpp"

namespace bifrost::site {

/// Where to stop; nothing: when all are read.
struct Budget {
    std::optional<std::int64_t> bytes{};
    std::optional<std::int64_t> seconds{};
};
/// "10GB", "500 MiB", "90s", "30m", "2h"; invalid for anything else.
Result<Budget> parse_budget(std::string_view text);

struct BadObject {
    std::string sha256;
    std::string state; ///< damaged or missing
    std::string key;
    std::int64_t size = 0;
    std::int64_t files = 0; ///< of how many versions' files these are the bytes
    std::string example;    ///< one of them: "version 0197… model.usd"
};
BOOST_DESCRIBE_STRUCT(BadObject, (), (sha256, state, key, size, files, example))

struct Verified {
    std::int64_t objects = 0; ///< read now
    std::int64_t bytes = 0;
    std::int64_t left = 0;      ///< not read since this round began; the next call begins with them
    std::vector<BadObject> bad; ///< every one that is known, whenever it was found
};
BOOST_DESCRIBE_STRUCT(Verified, (), (objects, bytes, left, bad))

/// Hashes the objects that were not read for longest. What it finds is stored with the objects: bytes that
/// are damaged or gone are told to who asks for them, and the next upload of the same bytes puts them right.
Result<Verified> verify_objects(const Target& site, const Budget& budget, const Watch& watch);

} // namespace bifrost::site
