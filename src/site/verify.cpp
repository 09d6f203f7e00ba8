#include "site/verify.hpp"

#include <charconv>
#include <chrono>
#include <map>

#include "core/text.hpp"
#include "site/verify.sql.hpp"
#include "storage/hash_object.hpp"

namespace bifrost::site {
namespace {

using Clock = std::chrono::steady_clock;

struct Stored {
    std::string sha256;
    std::string key;
    std::int64_t size = 0;
    std::string state;
    std::int64_t read_at = 0;
};
BOOST_DESCRIBE_STRUCT(Stored, (), (sha256, key, size, state, read_at))

class Round {
  public:
    Round(const Target& site, const Budget& budget, const Watch& watch)
        : site_(site), budget_(budget), watch_(watch) {}

    Result<Verified> run() {
        BIFROST_CHECK(count(true));
        Stored last{"", "", 0, "", -1};
        for (bool more = true; more && !is_spent();) {
            BIFROST_ASSIGN(const auto page, list_after(last));
            more = !page.empty();
            for (const auto& one : page) {
                if (is_spent()) break;
                BIFROST_CHECK(look_at(one));
                last = one;
            }
        }
        BIFROST_CHECK(count(false));
        BIFROST_CHECK(list_bad());
        return std::move(verified_);
    }

  private:
    bool is_spent() const {
        if (budget_.bytes && verified_.bytes >= *budget_.bytes) return true;
        return budget_.seconds && Clock::now() - began_ >= std::chrono::seconds(*budget_.seconds);
    }

    Result<> count(bool first) {
        return site_.database.read([&](database::Tx& tx) -> Result<> {
            BIFROST_ASSIGN(const auto rows, tx.query(sql::count_unread, site_.store.backend(), round_));
            if (first && watch_.expect)
                watch_.expect(std::min(rows[0].integer(1), budget_.bytes.value_or(INT64_MAX)));
            verified_.left = rows[0].integer(0);
            return {};
        });
    }

    Result<std::vector<Stored>> list_after(const Stored& last) {
        return site_.database.read([&](database::Tx& tx) -> Result<std::vector<Stored>> {
            BIFROST_ASSIGN(const auto rows, tx.query(sql::list_oldest_read, site_.store.backend(), round_,
                                                     last.read_at, last.sha256));
            std::vector<Stored> page;
            for (const auto row : rows) page.push_back(row.as<Stored>());
            return page;
        });
    }

    Result<> look_at(const Stored& object) {
        std::int64_t told = 0;
        const auto hash = storage::hash_object(site_.store, object.key, [&](std::int64_t done) -> Result<> {
            if (watch_.advance) watch_.advance(done - told);
            told = done;
            return {};
        });
        std::string state = "stored";
        if (!hash && hash.error().code == Errc::not_found)
            state = "missing";
        else if (!hash && hash.error().code == Errc::unavailable)
            return hash.error(); // the store is away, which says nothing about the bytes
        else if (!hash || hash->sha256 != object.sha256 || hash->size != object.size)
            state = "damaged";
        ++verified_.objects;
        verified_.bytes += hash ? hash->size : 0;
        return site_.database.write([&](database::Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute(sql::set_read, object.sha256, object.key, Timestamp::now()));
            if (state != object.state)
                BIFROST_CHECK(tx.execute(sql::set_found_state, object.sha256, object.key, state));
            return {};
        });
    }

    Result<> list_bad() {
        return site_.database.read([&](database::Tx& tx) -> Result<> {
            BIFROST_ASSIGN(const auto rows, tx.query(sql::list_bad));
            for (const auto row : rows) verified_.bad.push_back(row.as<BadObject>());
            return {};
        });
    }

    const Target& site_;
    const Budget& budget_;
    const Watch& watch_;
    const Timestamp round_ = Timestamp::now();
    const Clock::time_point began_ = Clock::now();
    Verified verified_;
};

} // namespace

Result<Budget> parse_budget(std::string_view text) {
    static const std::map<std::string, std::int64_t, std::less<>> kBytes{{"b", 1},
                                                                         {"kb", 1'000},
                                                                         {"mb", 1'000'000},
                                                                         {"gb", 1'000'000'000},
                                                                         {"tb", 1'000'000'000'000},
                                                                         {"kib", 1LL << 10},
                                                                         {"mib", 1LL << 20},
                                                                         {"gib", 1LL << 30},
                                                                         {"tib", 1LL << 40}};
    static const std::map<std::string, std::int64_t, std::less<>> kSeconds{
        {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86'400}};
    std::int64_t number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    std::string unit(end.ptr, text.data() + text.size());
    unit.erase(0, unit.find_first_not_of(' '));
    for (char& c : unit) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    Budget budget;
    if (end.ec == std::errc{} && number > 0 && number < 1'000'000) {
        if (const auto found = kBytes.find(unit); found != kBytes.end())
            budget.bytes = number * found->second;
        if (const auto found = kSeconds.find(unit); found != kSeconds.end())
            budget.seconds = number * found->second;
    }
    if (budget.bytes || budget.seconds) return budget;
    return Error{Errc::invalid, "A budget is bytes or time: 10GB, 500MiB, 90s, 30m or 2h."};
}

Result<Verified> verify_objects(const Target& site, const Budget& budget, const Watch& watch) {
    return Round(site, budget, watch).run();
}

} // namespace bifrost::site
