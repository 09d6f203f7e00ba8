#include "api/answer_cache.hpp"

#include "api/answer_cache.sql.hpp"

namespace bifrost::api {

Result<std::optional<events::Position>> AnswerCache::log_end(database::Tx& tx) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::log_end));
    if (rows.empty() || rows[0].integer(3) == 0) return std::optional<events::Position>{};
    return std::optional<events::Position>{{rows[0].integer(0), rows[0].integer(1), rows[0].integer(2)}};
}

std::optional<std::string> AnswerCache::find(const std::string& key, const events::Position& end) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end() || found->second.end != end) return std::nullopt;
    return found->second.etag;
}

void AnswerCache::put(const std::string& key, const events::Position& end, std::string etag) {
    const std::lock_guard lock(mutex_);
    // Dropping everything is rare and cheap: an entry is made again by the next full answer.
    if (entries_.size() >= kMost) entries_.clear();
    entries_[key] = {end, std::move(etag)};
}

} // namespace bifrost::api
