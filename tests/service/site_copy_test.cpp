// Backups, restores and transfers of whole sites, and what is refused.

#include <filesystem>
#include <fstream>

#include "access/site.hpp"
#include "events/event_log.hpp"
#include "publish_support.hpp"
#include "services/publish/collect.hpp"
#include "site/backup.hpp"
#include "site/live_source.hpp"
#include "site/restore.hpp"
#include "site/verify.hpp"
#include "storage/hash_object.hpp"
#include "storage/put_object.hpp"

namespace bifrost::site {
namespace {

using database::Dialect;
using tests::FreshDatabase;
using tests::must;

template <class T>
std::string why(const Result<T>& result) {
    return result ? "it succeeded" : result.error().detail;
}

class SiteCopy : public tests::PublishTest {
  protected:
    void SetUp() override {
        PublishTest::SetUp();
        ASSERT_TRUE(access::open_site(database()));
        const auto product = make_product(hero_.id, "model");
        for (int i = 0; i < 3; ++i) publish_bytes(product.id, "bytes of version " + std::to_string(i));
        begin_upload(owner_, "half.ma", 100);
    }

    Target site() { return {database(), *store_}; }
    std::filesystem::path backup_folder() const { return folder_.path() / "backup"; }
    Manifest back_up() { return must(make_backup(site(), backup_folder(), "test", {})); }

    struct Place {
        explicit Place(Dialect dialect, const std::filesystem::path& root)
            : fresh(dialect), database(tests::open_or_throw(fresh.url())), store(storage::open_store(root)) {}
        FreshDatabase fresh;
        std::unique_ptr<database::Database> database;
        std::unique_ptr<storage::LocalStore> store;
        Target target() { return {*database, *store}; }
    };
    Place empty_place(Dialect dialect, const std::string& name = "target") {
        return Place(dialect, folder_.path() / name);
    }
    static Dialect other() { return dialect() == Dialect::sqlite ? Dialect::postgres : Dialect::sqlite; }

    static std::int64_t number(database::Database& database, const std::string& sql) {
        return must(database.read([&](database::Tx& tx) -> Result<std::int64_t> {
            BIFROST_ASSIGN(const auto rows, tx.query_text(sql, {}));
            return rows[0].integer(0);
        }));
    }
    static void change(const std::filesystem::path& path, const std::function<void(std::string&)>& how) {
        std::ifstream in(path, std::ios::binary);
        std::string bytes{std::istreambuf_iterator<char>(in), {}};
        in.close();
        how(bytes);
        std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    }
    std::filesystem::path an_object() const {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(backup_folder() / "objects"))
            if (entry.is_regular_file()) return entry.path();
        return {};
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(SiteCopy);

TEST_P(SiteCopy, a_backup_that_was_cut_or_changed_is_refused_with_its_place) {
    back_up();
    const auto object = an_object();
    struct Harm {
        std::filesystem::path path;
        std::function<void(std::string&)> how;
        std::string said;
    };
    const auto flip = [](std::string& bytes) { bytes[bytes.size() / 2] ^= 1; };
    const auto cut = [](std::string& bytes) { bytes.pop_back(); };
    const auto add = [](std::string& bytes) { bytes += 'x'; };
    for (const Harm& harm :
         {Harm{object, flip, "other bytes"}, Harm{object, cut, "was cut"}, Harm{object, add, "more than"},
          Harm{table_path(backup_folder(), "asset"), flip, "other bytes"},
          Harm{table_path(backup_folder(), "event"), cut, "was cut"},
          Harm{backup_folder() / "manifest.json", flip, "other bytes"},
          Harm{backup_folder() / "manifest.json", [](std::string& bytes) { bytes.resize(bytes.size() / 2); },
               "was cut"}}) {
        std::string before;
        change(harm.path, [&](std::string& bytes) {
            before = bytes;
            harm.how(bytes);
        });
        Place place = empty_place(dialect());
        const auto restored = restore_backup(backup_folder(), place.target(), {});
        ASSERT_FALSE(restored) << harm.path;
        EXPECT_EQ(restored.error().code, Errc::invalid);
        EXPECT_NE(restored.error().detail.find(harm.path.string() + " "), std::string::npos) << why(restored);
        EXPECT_NE(restored.error().detail.find(harm.said), std::string::npos) << why(restored);
        EXPECT_EQ(number(*place.database, "select count(*) from asset"), 0) << "before anything was written";
        change(harm.path, [&](std::string& bytes) { bytes = before; });
    }
    std::filesystem::remove(object);
    const auto checked = check_backup(backup_folder(), {});
    EXPECT_NE(why(checked).find(object.string() + " is missing"), std::string::npos) << why(checked);
}

TEST_P(SiteCopy, a_folder_that_is_no_backup_is_refused) {
    std::filesystem::create_directories(backup_folder());
    EXPECT_EQ(check_backup(backup_folder(), {}).error().code, Errc::not_found);
    std::ofstream(backup_folder() / "mine.txt") << "a file of somebody's";
    EXPECT_EQ(make_backup(site(), backup_folder(), "test", {}).error().code, Errc::conflict);
    std::filesystem::remove(backup_folder() / "mine.txt");
    back_up();
    EXPECT_EQ(make_backup(site(), backup_folder(), "test", {}).error().code, Errc::conflict) << "finished";
}

TEST_P(SiteCopy, nothing_is_restored_over_a_site) {
    back_up();
    const auto restored = restore_backup(backup_folder(), site(), {});
    ASSERT_FALSE(restored);
    EXPECT_EQ(restored.error().code, Errc::conflict);
    EXPECT_EQ(count("select count(*) from asset"), 1);
}

TEST_P(SiteCopy, a_backup_comes_back_equal_on_either_database_and_cursors_go_on) {
    const auto before = must(database().read(events::last_settled));
    ASSERT_TRUE(before);
    const Manifest manifest = back_up();
    EXPECT_EQ(manifest.objects, 3);
    EXPECT_TRUE(manifest.missing.empty());
    for (const Dialect to : {dialect(), other()}) {
        Place place = empty_place(to, "target" + std::to_string(static_cast<int>(to)));
        const auto restored = restore_backup(backup_folder(), place.target(), {});
        ASSERT_TRUE(restored) << why(restored);
        EXPECT_EQ(restored->objects, 3);
        for (const auto& table : manifest.tables) {
            const auto rows =
                number(*place.database, "select count(*) from " + bifrost::site::quoted(table.name));
            EXPECT_EQ(rows, table.name == "event_cursor" ? rows : table.rows) << table.name;
        }
        EXPECT_EQ(number(*place.database, "select count(*) from site_copy"), 0);
        EXPECT_EQ(number(*place.database, "select count(*) from upload where state = 'open'"), 0);
        EXPECT_EQ(number(*place.database, "select epoch from site"), manifest.epoch + 1);
        // Whoever had read up to here meets only what comes now.
        ASSERT_TRUE(access::open_site(*place.database));
        const auto nothing = must(
            place.database->read([&](database::Tx& tx) { return events::list_events(tx, before, 10, {}); }));
        EXPECT_TRUE(nothing.events.empty());
        must(access::write(*place.database, access::Actor::system(), [&](access::Call& call) -> Result<bool> {
            call.changes.add({"asset.updated", std::nullopt, "asset", hero_.id, "{}"});
            return true;
        }));
        const auto next = must(
            place.database->read([&](database::Tx& tx) { return events::list_events(tx, before, 10, {}); }));
        ASSERT_EQ(next.events.size(), 1U);
        EXPECT_GT(next.events[0].position, *before);
        const auto all = must(place.database->read(
            [&](database::Tx& tx) { return events::list_events(tx, std::nullopt, 1000, {}); }));
        EXPECT_EQ(static_cast<std::int64_t>(all.events.size()), count("select count(*) from event") + 1);
    }
}

TEST_P(SiteCopy, a_backup_that_was_broken_off_goes_on) {
    const auto watch = Watch{{}, [](std::int64_t) { throw std::runtime_error("killed"); }};
    EXPECT_THROW(static_cast<void>(make_backup(site(), backup_folder(), "test", watch)), std::runtime_error);
    EXPECT_EQ(check_backup(backup_folder(), {}).error().code, Errc::not_found);
    EXPECT_EQ(back_up().objects, 3);
    EXPECT_TRUE(check_backup(backup_folder(), {}));
}

TEST_P(SiteCopy, what_the_site_itself_lacks_is_told_and_the_rest_is_saved) {
    const auto key = must(database().read([](database::Tx& tx) -> Result<std::string> {
        BIFROST_ASSIGN(const auto rows, tx.query_text("select key from object order by sha256 limit 1", {}));
        return std::string(rows[0].text(0));
    }));
    ASSERT_TRUE(store_->remove(key));
    const Manifest manifest = back_up();
    EXPECT_EQ(manifest.missing.size(), 1U);
    EXPECT_EQ(manifest.objects, 2);
    Place place = empty_place(dialect());
    const auto restored = restore_backup(backup_folder(), place.target(), {});
    ASSERT_TRUE(restored) << why(restored);
    EXPECT_EQ(number(*place.database, "select count(*) from object where state = 'missing'"), 1);
}

TEST_P(SiteCopy, the_collector_takes_nothing_that_a_running_backup_may_need) {
    must(database().write([](database::Tx& tx) -> Result<bool> {
        BIFROST_CHECK(tx.execute_text("delete from file", {}));
        BIFROST_CHECK(tx.execute_text("update upload set state = 'failed'", {}));
        return true;
    }));
    publish::CollectOptions options;
    options.grace_seconds = -10;
    const auto collect = [&] {
        return must(publish::collect(room(), options, [] { return false; })).objects;
    };
    const auto backup = [&](std::int64_t began, const std::string& finished, std::int64_t keeps) {
        must(database().write([&](database::Tx& tx) -> Result<bool> {
            BIFROST_CHECK(tx.execute_text("delete from backup", {}));
            BIFROST_CHECK(tx.execute_text(
                "insert into backup (id, began_at, finished_at, keeps_until) values ('" + Id::make().text() +
                    "', " + std::to_string(began) + ", " + finished + ", " + std::to_string(keeps) + ")",
                {}));
            return true;
        }));
    };
    const std::int64_t now = Timestamp::now().micros;
    constexpr std::int64_t kHour = 3'600'000'000;
    backup(now, "null", now + kHour);
    EXPECT_EQ(collect(), 0) << "one runs";
    backup(now - kHour, std::to_string(now - kHour), now + kHour);
    EXPECT_EQ(collect(), 0) << "one that is kept had them in use";
    backup(now - kHour, "null", now - 1);
    EXPECT_EQ(collect(), 3) << "one that died a while ago holds nothing";
}

TEST_P(SiteCopy, a_transfer_to_the_other_database_is_equal_and_goes_on_when_it_was_broken_off) {
    const auto live = must(open_live_source(database(), *store_));
    Place place = empty_place(other());
    for (int stop = 0; stop < 3; ++stop) { // before each of the three objects
        int seen = 0;
        const auto watch = Watch{{}, [&](std::int64_t bytes) {
                                     if (bytes == 0 && seen++ == 1) throw std::runtime_error("killed");
                                 }};
        try {
            static_cast<void>(copy_site(*live, place.target(), watch));
        } catch (const std::runtime_error&) {
            EXPECT_EQ(access::open_site(*place.database).error().code, Errc::conflict)
                << "no server starts on it";
        }
    }
    const auto copied = copy_site(*live, place.target(), {});
    ASSERT_TRUE(copied) << why(copied);
    EXPECT_TRUE(copied->resumed);
    EXPECT_EQ(copied->objects, 3);
    EXPECT_EQ(number(*place.database, "select count(*) from version"), count("select count(*) from version"));
    ASSERT_TRUE(access::open_site(*place.database));
    const auto again = copy_site(*live, place.target(), {});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::conflict) << "it has a site now";
    // And back again.
    const auto back_source = must(open_live_source(*place.database, *place.store));
    Place back = empty_place(dialect(), "back");
    const auto returned = copy_site(*back_source, back.target(), {});
    ASSERT_TRUE(returned) << why(returned);
    EXPECT_EQ(returned->epoch, 3);
}

TEST_P(SiteCopy, an_unfinished_transfer_of_another_state_is_not_gone_on_with) {
    Place place = empty_place(other());
    {
        const auto live = must(open_live_source(database(), *store_));
        const auto watch = Watch{{}, [](std::int64_t) { throw std::runtime_error("killed"); }};
        EXPECT_THROW(static_cast<void>(copy_site(*live, place.target(), watch)), std::runtime_error);
    }
    make_asset("meanwhile");
    const auto live = must(open_live_source(database(), *store_));
    EXPECT_EQ(copy_site(*live, place.target(), {}).error().code, Errc::conflict);
}

TEST_P(SiteCopy, damaged_bytes_of_the_source_are_not_moved) {
    const auto found =
        must(database().read([](database::Tx& tx) -> Result<std::pair<std::string, std::string>> {
            BIFROST_ASSIGN(const auto rows,
                           tx.query_text("select sha256, key from object order by sha256 limit 1", {}));
            return std::pair(std::string(rows[0].text(0)), std::string(rows[0].text(1)));
        }));
    const auto path = folder_.path() / "objects" / found.second;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    change(path, [](std::string& bytes) { bytes[0] ^= 1; });
    const auto live = must(open_live_source(database(), *store_));
    Place place = empty_place(other());
    const auto copied = copy_site(*live, place.target(), {});
    ASSERT_FALSE(copied);
    EXPECT_NE(copied.error().detail.find(found.first), std::string::npos) << why(copied);
}

TEST_P(SiteCopy, pictures_that_were_made_of_objects_come_with_them) {
    const auto make = [](database::Database& database, const std::string& row) {
        must(database.write([&](database::Tx& tx) -> Result<bool> {
            BIFROST_CHECK(tx.execute_text("drop table if exists preview_output", {}));
            BIFROST_CHECK(
                tx.execute_text("create table preview_output (hash text primary key, size bigint not null, "
                                "key text not null)",
                                {}));
            if (!row.empty())
                BIFROST_CHECK(tx.execute_text("insert into preview_output values (" + row + ")", {}));
            return true;
        }));
    };
    ASSERT_TRUE(storage::put_object(*store_, "previews/one", "a picture"));
    make(database(), "'h', 9, 'previews/one'");
    const auto live = must(open_live_source(database(), *store_));
    back_up();
    Place moved = empty_place(other(), "moved");
    make(*moved.database, "");
    ASSERT_TRUE(copy_site(*live, moved.target(), {}));
    Place restored = empty_place(dialect(), "restored");
    make(*restored.database, "");
    const auto back = restore_backup(backup_folder(), restored.target(), {});
    ASSERT_TRUE(back) << why(back);
    for (auto* store : {moved.store.get(), restored.store.get()})
        EXPECT_EQ(must(storage::hash_object(*store, "previews/one")).sha256, sha256_hex("a picture"));
}

TEST_P(SiteCopy, somebody_else_on_a_postgres_database_keeps_it_from_being_moved) {
    if (dialect() == Dialect::sqlite) return; // a lock on the data folder does it there
    const auto somebody = open_another();
    const auto refused = open_live_source(database(), *store_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
}

TEST_P(SiteCopy, verify_names_every_object_that_is_damaged_or_missing) {
    EXPECT_TRUE(must(verify_objects(site(), {}, {})).bad.empty());
    const auto keys = must(database().read([](database::Tx& tx) -> Result<std::vector<std::string>> {
        BIFROST_ASSIGN(const auto rows, tx.query_text("select key from object order by sha256", {}));
        return std::vector<std::string>{std::string(rows[0].text(0)), std::string(rows[2].text(0))};
    }));
    const auto path = folder_.path() / "objects" / keys[0];
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    change(path, [](std::string& bytes) { bytes[3] ^= 1; });
    ASSERT_TRUE(store_->remove(keys[1]));
    const auto verified = must(verify_objects(site(), {}, {}));
    EXPECT_EQ(verified.objects, 3);
    ASSERT_EQ(verified.bad.size(), 2U);
    EXPECT_EQ(verified.bad[0].state, "damaged");
    EXPECT_EQ(verified.bad[1].state, "missing");
    EXPECT_EQ(verified.bad[0].files, 1);
    EXPECT_NE(verified.bad[0].example.find("a.ma"), std::string::npos);
    change(path, [](std::string& bytes) { bytes[3] ^= 1; });
    EXPECT_EQ(must(verify_objects(site(), {}, {})).bad.size(), 1U) << "what is whole again is told so";
}

TEST_P(SiteCopy, verify_within_a_budget_goes_on_where_it_left_off) {
    Budget small;
    small.bytes = 1;
    for (const std::int64_t left : {2, 1, 0}) {
        const auto verified = must(verify_objects(site(), small, {}));
        EXPECT_EQ(verified.objects, 1);
        EXPECT_EQ(count("select count(*) from object_location where verified_at is null"), 0);
        static_cast<void>(left);
    }
    // Each call read another one: those that were read longest ago come first.
    EXPECT_EQ(count("select count(distinct verified_at) from object_location"), 3);
}

TEST(SiteBudget, is_bytes_or_time) {
    EXPECT_EQ(parse_budget("10GB")->bytes, 10'000'000'000);
    EXPECT_EQ(parse_budget("5 MiB")->bytes, 5 << 20);
    EXPECT_EQ(parse_budget("90s")->seconds, 90);
    EXPECT_EQ(parse_budget("2h")->seconds, 7200);
    for (const char* bad : {"", "10", "-1s", "GB", "1x", "99999999999999999999GB", "1s2"})
        EXPECT_FALSE(parse_budget(bad)) << bad;
}

} // namespace
} // namespace bifrost::site
