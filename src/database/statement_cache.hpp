#pragma once
// Prepared statements of one connection by their text; the one not used for longest leaves first.

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace bifrost::database {

/// Used by one thread at a time. Statements stay where they are until they are erased.
template <class Statement>
class StatementCache {
  public:
    explicit StatementCache(std::size_t most) : most_(most) { by_text_.reserve(most + 1); }

    /// The statement with this text, or null; it becomes the one used last.
    Statement* find(std::string_view text) {
        const auto found = by_text_.find(text);
        if (found == by_text_.end()) return nullptr;
        entries_.splice(entries_.begin(), entries_, found->second);
        return &found->second->statement;
    }

    /// Adds a statement whose text isn't there yet. `evict(Statement&)` is called for each that has to leave.
    template <class Evict>
    Statement& add(std::string_view text, Statement statement, Evict evict) {
        while (entries_.size() >= most_) {
            evict(entries_.back().statement);
            by_text_.erase(entries_.back().text);
            entries_.pop_back();
        }
        entries_.emplace_front(std::string(text), std::move(statement));
        by_text_.emplace(entries_.front().text, entries_.begin());
        return entries_.front().statement;
    }

    void erase(std::string_view text) {
        const auto found = by_text_.find(text);
        if (found == by_text_.end()) return;
        const auto entry = found->second;
        by_text_.erase(found);
        entries_.erase(entry);
    }

    void clear() {
        by_text_.clear();
        entries_.clear();
    }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        Entry(std::string t, Statement s) : text(std::move(t)), statement(std::move(s)) {}
        std::string text;
        Statement statement;
    };

    std::size_t most_;
    std::list<Entry> entries_;
    std::unordered_map<std::string_view, typename std::list<Entry>::iterator> by_text_;
};

} // namespace bifrost::database
