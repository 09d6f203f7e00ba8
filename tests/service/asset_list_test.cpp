// Lists of assets: filters, order, pages, full text and who sees what.

#include "production_support.hpp"
#include "services/asset/asset.hpp"

namespace bifrost::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AssetList : public ProductionTest {
  protected:
    asset::Asset create(std::string_view body, std::string_view project = "bar") {
        return write(owner_,
                     [&](access::Call& call) { return asset::create_asset(call, project, json_of(body)); });
    }
    void create_some() {
        create(R"({"code": "hero", "name": "Wooden Robot", "type": "character", "tags": ["Main", "wood"]})");
        create(R"({"code": "lamp", "name": "Lamp", "type": "prop", "tags": ["wood"]})");
        create(R"({"code": "bar_room", "name": "Bar", "type": "interior"})");
        create(R"({"code": "robot_arm", "name": "arm", "type": "prop", "tags": ["main"]})");
    }
    Result<query::Page<asset::Asset>> try_list(const access::Actor& actor, query::ListRequest request = {},
                                               asset::AssetFilter filter = {},
                                               std::string_view project = "bar") {
        return database().read(
            [&](database::Tx& tx) { return asset::list_assets(tx, actor, project, request, filter); });
    }
    std::vector<std::string> codes(query::ListRequest request = {}, asset::AssetFilter filter = {}) {
        std::vector<std::string> out;
        for (const auto& asset : must(try_list(owner_, request, filter)).data) out.push_back(asset.code);
        return out;
    }
    std::vector<std::string> found(const std::string& text) {
        query::ListRequest request;
        request.q = text;
        return codes(request);
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(AssetList);

TEST_P(AssetList, who_may_not_see_the_project_finds_none) {
    create_some();
    EXPECT_ERROR(try_list(stranger()), Errc::not_found);
    EXPECT_ERROR(try_list(stranger(), {}, {}, bar_.id.text()), Errc::not_found);
    EXPECT_ERROR(try_list(owner_, {}, {}, "nowhere"), Errc::not_found);
    EXPECT_ERROR(try_list(owner_, {}, {}, Id::make().text()), Errc::not_found);
    EXPECT_EQ(must(try_list(with_role(bar_.id, "viewer"))).data.size(), 4U);
    EXPECT_EQ(must(try_list(owner_, {}, {}, "BAR")).data.size(), 4U);
    EXPECT_EQ(must(try_list(owner_, {}, {}, bar_.id.text())).data.size(), 4U);
}

TEST_P(AssetList, an_unknown_sort_or_a_foreign_cursor_is_refused) {
    create_some();
    query::ListRequest request;
    request.sort = {{"colour", false}};
    EXPECT_ERROR(try_list(owner_, request), Errc::invalid);
    request.sort = {};
    request.cursor = "bm90aGluZw";
    EXPECT_ERROR(try_list(owner_, request), Errc::invalid);
}

TEST_P(AssetList, other_projects_do_not_show) {
    make_project("other", "feature");
    create(R"({"code": "a", "name": "A", "type": "prop"})", "other");
    create_some();
    EXPECT_EQ(codes().size(), 4U);
}

TEST_P(AssetList, tags_must_all_be_there_however_often_they_are_named) {
    create_some();
    EXPECT_THAT(codes({}, {{}, {}, {"WOOD", "main"}}), ElementsAre("hero"));
    EXPECT_THAT(codes({}, {{}, {}, {"main", "Main", "main"}}), ElementsAre("hero", "robot_arm"));
    EXPECT_THAT(codes({}, {{}, {}, {"main", "wood", "stone"}}), IsEmpty());
    EXPECT_THAT(codes({}, {{"PROP", "prop"}, {}, {"wood"}}), ElementsAre("lamp"));
    asset::AssetFilter many;
    for (int i = 0; i < 100; ++i) many.tags.push_back("tag" + std::to_string(i));
    query::ListRequest counted;
    counted.count = true;
    counted.q = "robot";
    EXPECT_EQ(must(try_list(owner_, counted, many)).total,
              0); // a join a tag took the planner longer than a read may
}

TEST_P(AssetList, filters_narrow_and_combine) {
    create_some();
    EXPECT_THAT(codes({}, {{"prop"}, {}, {}}), ElementsAre("lamp", "robot_arm"));
    EXPECT_THAT(codes({}, {{"Prop", "interior"}, {}, {}}), ElementsAre("bar_room", "lamp", "robot_arm"));
    EXPECT_THAT(codes({}, {{}, {"final"}, {}}), IsEmpty());
    EXPECT_THAT(codes({}, {{}, {"concept", "final"}, {}}).size(), 4U);
    EXPECT_THAT(codes({}, {{}, {}, {"WOOD"}}), ElementsAre("hero", "lamp"));
    EXPECT_THAT(codes({}, {{}, {}, {"wood", "main"}}), ElementsAre("hero"));
    EXPECT_THAT(codes({}, {{"prop"}, {}, {"main"}}), ElementsAre("robot_arm"));
}

TEST_P(AssetList, every_sort_pages_through_everything_once) {
    for (int i = 0; i < 25; ++i)
        create(R"({"code": "a)" + std::to_string(i) + R"(", "name": ")" + std::string(1, char('z' - i % 3)) +
               R"(", "type": ")" + (i % 2 ? "prop" : "rig") + "\"}");
    for (const std::string order : {"code", "-code", "name", "-name", "type,-name", "status", "-created_at",
                                    "updated_at", "-updated_at,code", "id"}) {
        query::ListRequest request;
        request.sort = must(query::parse_sort(order));
        request.limit = 1000;
        const auto whole = codes(request);
        ASSERT_EQ(whole.size(), 25U) << order;
        request.limit = 7;
        std::vector<std::string> paged;
        do {
            const auto page = must(try_list(owner_, request));
            for (const auto& asset : page.data) paged.push_back(asset.code);
            request.cursor = page.next_cursor.value_or("");
        } while (!request.cursor.empty());
        EXPECT_EQ(paged, whole) << order;
    }
}

TEST_P(AssetList, a_count_is_of_all_pages) {
    create_some();
    query::ListRequest request;
    request.limit = 1;
    request.count = true;
    const auto page = must(try_list(owner_, request, {{"prop"}, {}, {}}));
    EXPECT_EQ(page.total, 2);
    EXPECT_EQ(page.data.size(), 1U);
    request.q = "nothing like that";
    EXPECT_EQ(must(try_list(owner_, request)).total, 0);
}

TEST_P(AssetList, text_finds_what_was_made_a_moment_ago) {
    create_some();
    EXPECT_THAT(found("robot"), ElementsAre("hero", "robot_arm"));
    EXPECT_THAT(found("wooden rob"), ElementsAre("hero"));
    EXPECT_THAT(found("ROBOT"), ElementsAre("hero", "robot_arm"));
    EXPECT_THAT(found("robot lamp"), IsEmpty());
}

TEST_P(AssetList, text_never_becomes_syntax) {
    create_some();
    for (const std::string text :
         {"\"", "'", "a OR b", "robot*", "NEAR(a b)", "-robot", "code:robot", "%", "_", "\\", "(", "a & b",
          "!", "robot:*", "'; drop table asset; --", "\xF0\x9F\xA4\x96"})
        EXPECT_TRUE(try_list(owner_,
                             [&] {
                                 query::ListRequest request;
                                 request.q = text;
                                 return request;
                             }()))
            << text;
    EXPECT_THAT(found("%"), IsEmpty());
    EXPECT_THAT(found("a OR robot"), IsEmpty());
    EXPECT_EQ(codes().size(), 4U);
}

TEST_P(AssetList, one_list_is_one_statement) {
    create_some();
    struct Counting final : database::Tx {
        explicit Counting(database::Tx& inner) : inner_(inner) {}
        [[nodiscard]] database::Dialect dialect() const override { return inner_.dialect(); }
        Result<database::Rows> run(std::string_view sql, const database::Params& params) override {
            ++statements;
            return inner_.query_text(sql, params);
        }
        Result<std::int64_t> run_count(std::string_view sql, const database::Params& params) override {
            ++statements;
            return inner_.execute_text(sql, params);
        }
        Result<> run_deferred(std::string_view, const database::Params&) override { return {}; }
        Result<std::int64_t> run_many(std::string_view, const std::vector<database::Params>&) override {
            return 0;
        }
        database::Tx& inner_;
        int statements = 0;
    };
    const auto statements = read([&](database::Tx& tx) -> Result<int> {
        Counting counting(tx);
        BIFROST_ASSIGN(const auto page, asset::list_assets(counting, owner_, "bar", {}, {{"prop"}, {}, {}}));
        BIFROST_CHECK(asset::get_asset(counting, owner_, page.data.at(0).id));
        return counting.statements;
    });
    EXPECT_EQ(statements, 2);
}

} // namespace
} // namespace bifrost::tests
