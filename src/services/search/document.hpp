#pragma once
// What the index holds of an entity.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/id.hpp"
#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::search {

struct Document {
    Id entity_id;
    Id project_id;
    std::string kind; ///< project, asset, episode, sequence, shot, product, version
    std::optional<std::string> type;
    std::optional<std::string> status;
    std::string code;         ///< empty for versions
    std::string name;         ///< what a hit is called
    std::string content;      ///< description or comment, shown around what was found
    std::string code_text;    ///< made words of, like name
    std::string content_text; ///< made words of: content, tags, type, status
};

/// The kinds that can be found, and the entities to look at by kind.
using Touched = std::map<std::string, std::set<Id>>;

constexpr std::size_t kChunk = 100;
/// "($1, …, $100)": of one length, so that one statement serves every chunk.
const std::string& chunk_parameters();
/// Runs `fn(params)` for the ids in chunks, the last one filled up by repetition.
template <class F>
Result<> for_each_chunk(const std::set<Id>& ids, F&& fn) {
    for (auto id = ids.begin(); id != ids.end();) {
        database::Params params;
        for (; id != ids.end() && params.size() < kChunk; ++id) params.push_back(database::to_value(*id));
        const database::Value last = params.back();
        params.resize(kChunk, last);
        BIFROST_CHECK(fn(params));
    }
    return {};
}

/// Documents of those that are there and can be found: not archived, nor below something archived, and
/// published.
Result<std::vector<Document>> read_documents(database::Tx& tx, const Touched& touched);

/// A tsvector's text: the words of codes weigh A, of names B, of the rest C.
std::string weighted_words(const Document& document);

} // namespace bifrost::search
