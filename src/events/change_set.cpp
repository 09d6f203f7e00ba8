#include "events/change_set.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "events/event.sql.hpp"

namespace bifrost::events {
namespace {

/// From how many events on one statement takes many, and how many at most.
constexpr std::size_t kMany = 32;
constexpr std::size_t kMost = 2000;

/// The place before a transaction's first event.
std::optional<Position> read_start(const database::Rows& rows) {
    if (rows.empty()) return std::nullopt;
    return Position{rows[0].integer(0), rows[0].integer(1), -1};
}

} // namespace

std::string Position::text() const {
    return std::to_string(epoch) + "." + std::to_string(txid) + "." + std::to_string(number);
}

std::optional<Position> Position::parse(std::string_view text) {
    Position position;
    std::int64_t* const parts[] = {&position.epoch, &position.txid, &position.number};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto end = std::from_chars(text.data(), text.data() + text.size(), *parts[i]);
        if (end.ec != std::errc{} || *parts[i] < 0) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
        if (i < 2) {
            if (text.empty() || text.front() != '.') return std::nullopt;
            text.remove_prefix(1);
        }
    }
    if (!text.empty()) return std::nullopt;
    return position;
}

ChangeSet::ChangeSet(std::optional<Id> actor_id, std::string request_id)
    : actor_id_(actor_id), request_id_(std::move(request_id)) {}

Result<> ChangeSet::begin(database::Tx& tx) {
    return tx.query_ahead(sql::next_transaction,
                          [start = start_](const database::Rows& rows) { *start = read_start(rows); });
}

Result<Position> ChangeSet::append_to_log(database::Tx& tx) {
    if (events_.empty()) {
        BIFROST_ASSIGN(const auto newest, tx.query(sql::newest_position));
        if (newest.empty()) return Position{};
        return Position{newest[0].integer(0), newest[0].integer(1), newest[0].integer(2)};
    }
    if (appended_ == events_.size()) return last_;
    if (appended_ == 0) {
        if (!*start_) {
            BIFROST_ASSIGN(const auto rows, tx.query(sql::next_transaction));
            *start_ = read_start(rows);
        }
        if (!*start_) return Error{Errc::internal, "The site row is missing; run `bifrost migrate up`."};
        last_ = **start_;
    }
    const Timestamp now = Timestamp::now();
    while (events_.size() - appended_ >= kMany) BIFROST_CHECK(append_many(tx, now));
    for (; appended_ < events_.size(); ++appended_) {
        const NewEvent& event = events_[appended_];
        ++last_.number;
        BIFROST_CHECK(tx.defer(sql::append_event, last_.epoch, last_.txid, last_.number, now, id_, actor_id_,
                               event.action, event.project_id, event.entity_kind, event.entity_id,
                               event.patch, request_id_));
    }
    return last_;
}

Result<> ChangeSet::append_many(database::Tx& tx, Timestamp now) {
    const std::size_t end = std::min(events_.size(), appended_ + kMost);
    std::string list = "[";
    for (; appended_ < end; ++appended_) {
        const NewEvent& event = events_[appended_];
        if (list.size() > 1) list += ',';
        list += '[';
        json::write(list, ++last_.number);
        list += ',';
        json::write(list, event.action);
        list += ',';
        json::write(list, event.project_id);
        list += ',';
        json::write(list, event.entity_kind);
        list += ',';
        json::write(list, event.entity_id);
        list += ',';
        json::write(list, event.patch);
        list += ']';
    }
    list += ']';
    return tx.defer(sql::append_events, last_.epoch, last_.txid, now, id_, actor_id_, request_id_, list);
}

std::string make_patch(std::string_view before, std::string_view after,
                       const std::vector<std::string_view>& derived) {
    const auto parse = [](std::string_view text) {
        if (text.empty()) return boost::json::object{};
        return boost::json::parse({text.data(), text.size()}).as_object();
    };
    const boost::json::object old_object = parse(before);
    const boost::json::object new_object = parse(after);
    const auto is_derived = [&](std::string_view key) {
        return std::find(derived.begin(), derived.end(), key) != derived.end();
    };
    boost::json::object old_fields;
    boost::json::object new_fields;
    for (const auto& member : new_object) {
        if (is_derived({member.key().data(), member.key().size()})) continue;
        const auto found = old_object.find(member.key());
        if (found != old_object.end() && found->value() == member.value()) continue;
        new_fields[member.key()] = member.value();
        if (found != old_object.end()) old_fields[member.key()] = found->value();
    }
    for (const auto& member : old_object) {
        if (is_derived({member.key().data(), member.key().size()}) || new_object.contains(member.key()))
            continue;
        old_fields[member.key()] = member.value();
        new_fields[member.key()] = nullptr;
    }
    return json::canonical(
        boost::json::object{{"after", std::move(new_fields)}, {"before", std::move(old_fields)}});
}

} // namespace bifrost::events
