#include "site/live_source.hpp"

#include <thread>

#include "core/hash.hpp"
#include "database/migrations.hpp"
#include "events/event_log.hpp"
#include "site/copy.sql.hpp"

namespace bifrost::site {
namespace {

constexpr std::chrono::hours kDeadline{24 * 7};
constexpr std::chrono::seconds kPatience{5}; // the server notices the end of a killed program a moment later

class LiveSource final : public Source {
  public:
    LiveSource(database::Database& database, storage::ObjectStore& store)
        : database_(database), store_(store), backend_(store.backend()) {}

    Result<> open() {
        return database_.read([&](database::Tx& tx) -> Result<> {
            BIFROST_ASSIGN(const auto copy, tx.query(sql::find_copy));
            if (!copy.empty()) {
                return Error{Errc::conflict,
                             "The source is an unfinished copy itself; finish that first, or give another."};
            }
            BIFROST_ASSIGN(const auto site, tx.query(sql::find_source_site));
            if (site.empty()) return Error{Errc::conflict, "There is no site in the source."};
            epoch_ = site[0].integer(0);
            BIFROST_ASSIGN(const auto last, events::last_settled(tx));
            // Every change writes an event: the same last event means the same site.
            identity_ = "site " + sha256_hex(std::string(site[0].text(1))).substr(0, 16) + " at " +
                        (last ? last->text() : std::to_string(epoch_));
            BIFROST_ASSIGN(tables_, list_tables(tx));
            return {};
        });
    }

    [[nodiscard]] const std::string& identity() const override { return identity_; }
    [[nodiscard]] std::int64_t epoch() const override { return epoch_; }
    [[nodiscard]] const std::string& backend() const override { return backend_; }
    [[nodiscard]] const std::vector<Table>& tables() const override { return tables_; }
    Result<> each_row(const Table& table, const std::function<Result<>(Row)>& visit) override {
        TableReader reader(table, database_.dialect(), ask(database_));
        while (true) {
            BIFROST_ASSIGN(auto row, reader.next());
            if (!row) return {};
            BIFROST_CHECK(visit(std::move(*row)));
        }
    }
    Result<std::unique_ptr<storage::ObjectReader>> open_object(const std::string& sha256,
                                                               const std::string& key) override {
        auto opened = store_.open(key, 0);
        if (opened || opened.error().code != Errc::not_found) return opened;
        return Error{Errc::invalid, "The object " + sha256 +
                                        " is missing in the source; `bifrost verify` finds what else is."};
    }

  private:
    database::Database& database_;
    storage::ObjectStore& store_;
    std::string backend_;
    std::string identity_;
    std::int64_t epoch_ = 0;
    std::vector<Table> tables_;
};

} // namespace

Result<> check_alone(database::Database& database) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (true) {
        BIFROST_ASSIGN(const auto others, database.read([](database::Tx& tx) -> Result<std::int64_t> {
            BIFROST_ASSIGN(const auto rows, tx.query(sql::count_others));
            return rows[0].integer(0);
        }));
        if (others == 0) return {};
        if (std::chrono::steady_clock::now() > end) {
            return Error{Errc::conflict, "Somebody else is connected to the database (" +
                                             std::to_string(others) +
                                             (others == 1 ? " connection" : " connections") +
                                             "). Stop its servers and workers first."};
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

Result<std::unique_ptr<Source>> open_live_source(database::Database& database, storage::ObjectStore& store) {
    BIFROST_CHECK(check_alone(database));
    BIFROST_CHECK(database::verify_schema(database));
    auto source = std::make_unique<LiveSource>(database, store);
    BIFROST_CHECK(source->open());
    return std::unique_ptr<Source>(std::move(source));
}

Result<std::unique_ptr<database::Database>> open_for_copying(const std::string& url) {
    constexpr std::string_view kSqlite = "sqlite:";
    if (url.starts_with(kSqlite)) {
        database::SqliteOptions options;
        options.path = url.substr(kSqlite.size());
        options.deadline = kDeadline;
        return database::open_sqlite(options);
    }
    database::PostgresOptions options;
    options.url = url;
    options.deadline = kDeadline;
    options.most_connections = 2;
    return database::open_postgres(options);
}

} // namespace bifrost::site
