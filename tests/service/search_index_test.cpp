// The index follows the event log, whatever comes in between; and what is found is the same on both
// databases.

#include <thread>

#include "production_support.hpp"
#include "services/asset/asset.hpp"
#include "services/search/near_words.hpp"
#include "services/search/search.hpp"
#include "services/search/search_index.hpp"
#include "services/workflow/workflow.hpp"

namespace bifrost::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class SearchIndex : public ProductionTest {
  protected:
    asset::Asset create(std::string_view body, std::string_view project = "bar") {
        return write(owner_,
                     [&](access::Call& call) { return asset::create_asset(call, project, json_of(body)); });
    }
    void update(const Id& id, std::string_view patch) {
        write(owner_, [&](access::Call& call) { return asset::update_asset(call, id, json_of(patch), {}); });
    }
    void index() {
        while (must(search::index_events(database())) > 0) {
        }
    }
    Result<search::SearchResult> try_search(const access::Actor& actor, search::SearchRequest request) {
        return database().read([&](database::Tx& tx) { return search::search(tx, actor, request); });
    }
    std::vector<std::string> found(const std::string& text, std::vector<std::string> kinds = {"asset"}) {
        search::SearchRequest request;
        request.q = text;
        request.kinds = std::move(kinds);
        return codes(must(try_search(owner_, request)));
    }
    static std::vector<std::string> codes(const search::SearchResult& result) {
        std::vector<std::string> out;
        for (const auto& hit : result.data) out.push_back(hit.code.value_or(hit.name));
        return out;
    }
    void create_some() {
        create(R"({"code": "hero", "name": "Wooden Robot", "type": "character", "tags": ["main"],
                   "description": "The robot that tends the bar."})");
        create(R"({"code": "robot_arm", "name": "Arm of the robot", "type": "prop"})");
        create(
            R"({"code": "lamp", "name": "Café Lamp", "type": "prop", "description": "Stands near the robot."})");
        create(R"({"code": "robot", "name": "Robot, plain", "type": "character"})");
        create(R"({"code": "bar_room", "name": "Bar", "type": "interior"})");
    }
    /// A published version of a product of the asset.
    Id add_version(const asset::Asset& owner, const std::string& product_code, const std::string& comment) {
        const Id product = Id::make();
        const Id version = Id::make();
        write(owner_, [&](access::Call& call) -> Result<int> {
            BIFROST_CHECK(project::insert_entity(
                call, {product, "product", owner.project_id, owner.id, product_code, json::Raw{}}));
            BIFROST_CHECK(call.tx.execute_text(
                "insert into product (id, project_id, owner_id, kind, last_number) values ($1, $2, $3, $4, "
                "1)",
                database::make_params(product, owner.project_id, owner.id, product_code)));
            BIFROST_CHECK(project::insert_entity(
                call, {version, "version", owner.project_id, product, std::nullopt, json::Raw{}}));
            BIFROST_CHECK(call.tx.execute_text(
                "insert into version (id, product_id, project_id, number, state, status, comment, author_id, "
                "file_count, total_size) values ($1, $2, $3, 1, 'published', 'pending', $4, $5, 0, 0)",
                database::make_params(version, product, owner.project_id, comment, owner_.user_id)));
            call.changes.add({"product.created", owner.project_id, "product", product});
            call.changes.add({"version.published", owner.project_id, "version", version});
            return 0;
        });
        return version;
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(SearchIndex);

TEST_P(SearchIndex, text_never_becomes_syntax) {
    create_some();
    index();
    for (const std::string text : {"\"",
                                   "'",
                                   "robot OR lamp",
                                   "robot*",
                                   "NEAR(robot lamp)",
                                   "-robot",
                                   "code_words:robot",
                                   "{name_words}: robot",
                                   "%",
                                   "_",
                                   "\\",
                                   "((",
                                   "a & b",
                                   "!robot",
                                   "robot:*",
                                   "'; drop table search_document; --",
                                   "\xF0\x9F\xA4\x96",
                                   "\xFF\xFE",
                                   "^robot",
                                   "robot + arm",
                                   std::string(1000, '"').c_str(),
                                   std::string(1000, 'a').c_str()})
        EXPECT_TRUE(try_search(owner_, {text, {}, "", {"kind"}, 100, ""})) << text;
    EXPECT_EQ(found("robot").size(), 4U);
}

TEST_P(SearchIndex, a_foreign_cursor_or_project_is_refused) {
    EXPECT_ERROR(try_search(owner_, {"a", {}, "", {}, 10, "x"}), Errc::invalid);
    EXPECT_ERROR(try_search(owner_, {"a", {}, "", {}, 10, "WzEsMl0"}), Errc::invalid);
    EXPECT_ERROR(try_search(owner_, {"a", {}, "nowhere", {}, 10, ""}), Errc::not_found);
    EXPECT_ERROR(try_search(stranger(), {"a", {}, "bar", {}, 10, ""}), Errc::not_found);
}

TEST_P(SearchIndex, nobody_finds_what_they_may_not_see) {
    make_project("secret", "feature");
    create(R"({"code": "hidden_robot", "name": "Robot", "type": "prop"})", "secret");
    create_some();
    index();
    EXPECT_THAT(must(try_search(stranger(), {"robot", {}, "", {"kind", "project"}, 100, ""})).data,
                IsEmpty());
    const auto viewer = with_role(bar_.id, "viewer");
    const auto seen = must(try_search(viewer, {"robot", {"asset"}, "", {"project"}, 100, ""}));
    EXPECT_EQ(seen.data.size(), 4U);
    ASSERT_EQ(seen.facets.at("project").size(), 1U);
    EXPECT_EQ(seen.facets.at("project")[0].value, "bar");
    EXPECT_EQ(must(try_search(with_role(bar_.id, "client"), {"robot", {}, "", {}, 100, ""})).data.size(), 0U);
}

TEST_P(SearchIndex, the_best_comes_first) {
    create_some();
    index();
    // The exact code, codes that begin so, names, descriptions.
    EXPECT_THAT(found("robot"), ElementsAre("robot", "robot_arm", "hero", "lamp"));
    EXPECT_THAT(found("rob"), ElementsAre("robot", "robot_arm", "hero", "lamp"));
    EXPECT_THAT(found("wooden rob"), ElementsAre("hero"));
    EXPECT_THAT(found("robot_arm"), ElementsAre("robot_arm"));
    EXPECT_THAT(found("robot stands"), ElementsAre("lamp"));
    EXPECT_THAT(found("ROBOT Wooden "), ElementsAre("hero"));
    EXPECT_THAT(found("cafe"), ElementsAre("lamp"));
    EXPECT_THAT(found("CAFÉ"), ElementsAre("lamp"));
    EXPECT_THAT(found("main"), ElementsAre("hero"));
    EXPECT_THAT(found("concept interior"), ElementsAre("bar_room"));
}

TEST_P(SearchIndex, typing_errors_are_forgiven) {
    create_some();
    index();
    EXPECT_THAT(found("robto"), ElementsAre("hero", "robot", "robot_arm", "lamp"));
    EXPECT_THAT(found("woden"), ElementsAre("hero"));
    EXPECT_THAT(found("wodden robbot"), ElementsAre("hero"));
    EXPECT_THAT(found("limp"), ElementsAre("lamp"));
    EXPECT_THAT(found("zzzz"), IsEmpty());
    // What was typed right goes before what is near it.
    create(R"({"code": "lamb", "name": "Lamb", "type": "prop"})");
    index();
    EXPECT_THAT(found("lamb"), ElementsAre("lamb", "lamp"));
}

TEST_P(SearchIndex, edits_are_counted_by_letters) {
    EXPECT_EQ(search::edit_distance("robto", "robot", false), 1U);
    EXPECT_EQ(search::edit_distance("robot", "robot", false), 0U);
    EXPECT_EQ(search::edit_distance("rob", "robot", false), 2U);
    EXPECT_EQ(search::edit_distance("rob", "robot", true), 0U);
    EXPECT_EQ(search::edit_distance("über", "uber", false), 1U);
    EXPECT_EQ(search::edit_distance("", "abc", false), 3U);
}

TEST_P(SearchIndex, it_follows_changes_archiving_and_purging) {
    const auto made = create(R"({"code": "hero", "name": "Robot", "type": "prop"})");
    index();
    EXPECT_THAT(found("robot"), ElementsAre("hero"));
    update(made.id, R"({"name": "Dragon", "tags": ["fire"]})");
    EXPECT_THAT(found("robot"), ElementsAre("hero")); // not yet
    index();
    EXPECT_THAT(found("robot"), IsEmpty());
    EXPECT_THAT(found("dragon fire"), ElementsAre("hero"));
    write(owner_, [&](access::Call& call) {
        return workflow::transition(call, "asset", made.id, json_of(R"({"to": "in_progress"})"), {});
    });
    index();
    EXPECT_THAT(found("dragon progress"), ElementsAre("hero"));
    write(owner_, [&](access::Call& call) { return asset::archive_asset(call, made.id, {}); });
    index();
    EXPECT_THAT(found("dragon"), IsEmpty());
    write(owner_, [&](access::Call& call) { return asset::restore_asset(call, made.id, {}); });
    index();
    EXPECT_THAT(found("dragon"), ElementsAre("hero"));
    write(owner_, [&](access::Call& call) { return asset::archive_asset(call, made.id, {}); });
    write(owner_, [&](access::Call& call) { return asset::purge_asset(call, made.id); });
    index();
    EXPECT_THAT(found("dragon"), IsEmpty());
}

TEST_P(SearchIndex, what_is_below_follows_its_asset) {
    const auto hero = create(R"({"code": "hero", "name": "Robot", "type": "character"})");
    add_version(hero, "model", "Softer shoulders");
    index();
    const std::vector<std::string> below = {"product", "version"};
    EXPECT_THAT(found("robot model", below), ElementsAre("model", "Robot model v1"));
    EXPECT_THAT(found("shoulders", below), ElementsAre("Robot model v1"));
    update(hero.id, R"({"name": "Dragon"})");
    index();
    EXPECT_THAT(found("robot", below), IsEmpty());
    EXPECT_THAT(found("dragon v1", below), ElementsAre("Dragon model v1"));
    write(owner_, [&](access::Call& call) { return asset::archive_asset(call, hero.id, {}); });
    index();
    EXPECT_THAT(found("dragon", below), IsEmpty());
    write(owner_, [&](access::Call& call) { return asset::purge_asset(call, hero.id); });
    index();
    const auto left = read([](database::Tx& tx) -> Result<std::int64_t> {
        BIFROST_ASSIGN(const auto rows,
                       tx.query_text("select count(*) from search_document where kind <> 'project'", {}));
        return rows[0].integer(0);
    });
    EXPECT_EQ(left, 0);
}

TEST_P(SearchIndex, an_archived_project_hides_what_is_in_it) {
    create_some();
    index();
    write(owner_, [&](access::Call& call) { return project::archive_project(call, "bar", {}); });
    index();
    EXPECT_THAT(found("robot"), IsEmpty());
    EXPECT_THAT(found("bar", {}), IsEmpty());
}

TEST_P(SearchIndex, several_at_once_and_again_from_the_start_give_the_same) {
    for (int i = 0; i < 40; ++i)
        create(R"({"code": "crate)" + std::to_string(i) + R"(", "name": "Crate", "type": "prop"})");
    const auto other = open_another();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, i] {
            for (int round = 0; round < 8; ++round)
                EXPECT_TRUE(search::index_events(i % 2 ? *other : database(), 7));
        });
    for (auto& thread : threads) thread.join();
    index();
    EXPECT_EQ(found("crate").size(), 40U);
    must(database().write([](database::Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute_text("delete from event_cursor", {}));
        return {};
    }));
    index();
    EXPECT_EQ(found("crate").size(), 40U);
}

TEST_P(SearchIndex, pages_follow_each_other) {
    for (int i = 0; i < 23; ++i)
        create(R"({"code": "crate)" + std::to_string(i) + R"(", "name": "Crate", "type": "prop"})");
    index();
    search::SearchRequest request{"crate", {"asset"}, "bar", {}, 10, ""};
    std::set<std::string> seen;
    int pages = 0;
    do {
        const auto page = must(try_search(owner_, request));
        double last = 1000;
        for (const auto& hit : page.data) {
            EXPECT_TRUE(seen.insert(*hit.code).second);
            EXPECT_LE(hit.score, last);
            last = hit.score;
        }
        request.cursor = page.next_cursor.value_or("");
        ++pages;
    } while (!request.cursor.empty());
    EXPECT_EQ(seen.size(), 23U);
    EXPECT_EQ(pages, 3);
}

TEST_P(SearchIndex, facets_count_the_whole_result) {
    create_some();
    index();
    const auto result =
        must(try_search(owner_, {"robot", {}, "", {"kind", "project", "type", "status", "tag"}, 1, ""}));
    EXPECT_EQ(result.data.size(), 1U);
    EXPECT_TRUE(result.next_cursor);
    EXPECT_EQ(json::to_json(result.facets),
              R"({"kind":[{"value":"asset","count":4}],)"
              R"("project":[{"value":"bar","count":4}],)"
              R"("status":[{"value":"concept","count":4}],)"
              R"("tag":[{"value":"main","count":1}],)"
              R"("type":[{"value":"character","count":2},{"value":"prop","count":2}]})");
}

TEST_P(SearchIndex, what_was_found_is_marked_by_code_points) {
    create(R"({"code": "lamp", "name": "Ünder Café Lamp", "type": "prop"})");
    index();
    const auto result = must(try_search(owner_, {"cafe lam", {"asset"}, "", {}, 10, ""}));
    ASSERT_EQ(result.data.size(), 1U);
    const auto& highlights = result.data[0].highlights;
    ASSERT_EQ(highlights.size(), 2U);
    EXPECT_EQ(highlights[0].field, "name");
    EXPECT_EQ(highlights[0].text, "Ünder Café Lamp");
    EXPECT_EQ(json::to_json(highlights[0].ranges), "[[6,10],[11,15]]");
    EXPECT_EQ(json::to_json(highlights[1].ranges), "[[0,4]]");
}

TEST_P(SearchIndex, a_long_text_is_cut_around_what_was_found) {
    create(R"({"code": "a", "name": "A", "type": "prop", "description": ")" + std::string(3000, '.') +
           " needle " + std::string(3000, '.') + "\"}");
    index();
    const auto result = must(try_search(owner_, {"needle", {}, "", {}, 10, ""}));
    ASSERT_EQ(result.data.size(), 1U);
    const auto& highlight = result.data[0].highlights.at(0);
    EXPECT_EQ(highlight.field, "description");
    EXPECT_LT(highlight.text.size(), 250U);
    const auto range = highlight.ranges.at(0);
    EXPECT_EQ(highlight.text.substr(static_cast<std::size_t>(range[0]), 6), "needle");
}

TEST_P(SearchIndex, lists_search_by_the_index_too) {
    create_some();
    index();
    // Long ago, so that only the index can know them.
    must(database().write([](database::Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute_text("update entity set updated_at = 1", {}));
        return {};
    }));
    query::ListRequest request;
    request.q = "robot";
    std::vector<std::string> out;
    for (const auto& asset :
         read([&](database::Tx& tx) { return asset::list_assets(tx, owner_, "bar", request, {}); }).data)
        out.push_back(asset.code);
    EXPECT_THAT(out, ElementsAre("hero", "lamp", "robot", "robot_arm"));
}

} // namespace
} // namespace bifrost::tests
