// Moves along the shipped workflows.

#include <thread>

#include "production_support.hpp"
#include "services/asset/asset.hpp"
#include "services/workflow/workflow.hpp"

namespace bifrost::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class WorkflowTransition : public ProductionTest {
  protected:
    void SetUp() override {
        ProductionTest::SetUp();
        hero_ = write(owner_, [&](access::Call& call) {
            return asset::create_asset(call, "bar",
                                       json_of(R"({"code": "hero", "name": "Hero", "type": "prop"})"));
        });
    }
    Result<project::Entity> try_move(const access::Actor& actor, std::string_view body,
                                     std::optional<std::int64_t> revision = {}) {
        return try_write(actor, [&](access::Call& call) {
            return workflow::transition(call, "asset", hero_.id, json_of(body), revision);
        });
    }
    std::string status() {
        return read([&](database::Tx& tx) { return asset::get_asset(tx, owner_, hero_.id); }).status;
    }
    /// A version of the asset in this state.
    Id add_version(const std::string& state, const Id& author) {
        const Id product = Id::make();
        const Id version = Id::make();
        must(database().write([&](database::Tx& tx) -> Result<> {
            const auto entity = [&](const Id& id, const std::string& kind, const Id& parent,
                                    const char* code) {
                return tx.execute_text(
                    "insert into entity (id, kind, project_id, parent_id, code, label, created_at, "
                    "updated_at, "
                    "revision, metadata) values ($1, $2, $3, $4, $5, $5, 0, 0, 1, '{}')",
                    database::make_params(id, kind, bar_.id, parent,
                                          code ? std::optional<std::string>(code) : std::nullopt));
            };
            BIFROST_CHECK(entity(product, "product", hero_.id, "model"));
            BIFROST_CHECK(tx.execute_text("insert into product (id, project_id, owner_id, kind, last_number) "
                                          "values ($1, $2, $3, 'model', 1)",
                                          database::make_params(product, bar_.id, hero_.id)));
            BIFROST_CHECK(entity(version, "version", product, nullptr));
            BIFROST_CHECK(tx.execute_text(
                "insert into version (id, product_id, project_id, number, state, status, comment, author_id, "
                "file_count, total_size) values ($1, $2, $3, 1, $4, 'pending', '', $5, 0, 0)",
                database::make_params(version, product, bar_.id, state, author)));
            return {};
        }));
        return version;
    }

    asset::Asset hero_;
};
INSTANTIATE_FOR_BOTH_DATABASES(WorkflowTransition);

TEST_P(WorkflowTransition, bad_bodies_are_refused) {
    for (const std::string body : {"{}", "[]", R"({"to": 5})", R"({"to": "in_progress", "why": "x"})",
                                   R"({"to": "in_progress", "comment": "\u0001"})", R"({"to": "nowhere"})"})
        EXPECT_ERROR(try_move(owner_, body), Errc::invalid);
    EXPECT_EQ(status(), "concept");
}

TEST_P(WorkflowTransition, a_move_that_is_not_there_names_those_that_are) {
    const auto refused = try_move(owner_, R"({"to": "final"})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_EQ(member_of(refused.error(), "open"), R"(["in_progress","deprecated","archived"])");
    EXPECT_ERROR(try_move(owner_, R"({"to": "concept"})"), Errc::conflict);
}

TEST_P(WorkflowTransition, who_may_not_make_a_move_is_told_which_they_may) {
    const auto artist = with_role(bar_.id, "artist");
    const auto refused = try_move(artist, R"({"to": "deprecated"})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::forbidden);
    EXPECT_THAT(refused.error().detail, HasSubstr("asset:review"));
    EXPECT_EQ(member_of(refused.error(), "open"), R"(["in_progress"])");
    EXPECT_ERROR(try_move(with_role(bar_.id, "viewer"), R"({"to": "in_progress"})"), Errc::forbidden);
    EXPECT_ERROR(try_move(stranger(), R"({"to": "in_progress"})"), Errc::not_found);
    EXPECT_TRUE(try_move(artist, R"({"to": "in_progress"})"));
}

TEST_P(WorkflowTransition, a_stale_revision_moves_nothing) {
    ASSERT_TRUE(try_move(owner_, R"({"to": "in_progress"})", 1));
    EXPECT_ERROR(try_move(owner_, R"({"to": "review"})", 1), Errc::stale_revision);
    EXPECT_EQ(status(), "in_progress");
}

TEST_P(WorkflowTransition, of_two_who_move_it_at_once_one_comes_too_late) {
    const auto other = open_another();
    std::array<Result<project::Entity>, 4> outcomes{Error{}, Error{}, Error{}, Error{}};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        threads.emplace_back([&, i] {
            outcomes[i] = try_write(i % 2 ? *other : database(), owner_, [&](access::Call& call) {
                return workflow::transition(call, "asset", hero_.id, json_of(R"({"to": "in_progress"})"), {});
            });
        });
    for (auto& thread : threads) thread.join();
    int moved = 0;
    for (const auto& outcome : outcomes) {
        if (outcome)
            ++moved;
        else
            EXPECT_EQ(outcome.error().code, Errc::conflict) << outcome.error().detail;
    }
    EXPECT_EQ(moved, 1);
}

TEST_P(WorkflowTransition, only_published_versions_move) {
    const auto author = with_role(bar_.id, "artist");
    const Id draft = add_version("draft", author.user_id);
    const auto move = [&](const access::Actor& actor, const Id& id, std::string_view body) {
        return try_write(actor, [&](access::Call& call) {
            return workflow::transition(call, "version", id, json_of(body), {});
        });
    };
    EXPECT_ERROR(move(author, draft, R"({"to": "review"})"), Errc::conflict);
    // A draft is its author's alone.
    EXPECT_ERROR(move(with_role(bar_.id, "lead"), draft, R"({"to": "review"})"), Errc::not_found);
    const auto shown =
        read([&](database::Tx& tx) { return workflow::list_transitions(tx, author, "version", draft); });
    for (const auto& one : shown.data) EXPECT_FALSE(one.open);
}

TEST_P(WorkflowTransition, a_published_version_is_reviewed) {
    const auto artist = with_role(bar_.id, "artist");
    const Id version = add_version("published", artist.user_id);
    const auto move = [&](const access::Actor& actor, std::string_view body) {
        return try_write(actor, [&](access::Call& call) {
            return workflow::transition(call, "version", version, json_of(body), {});
        });
    };
    EXPECT_ERROR(move(artist, R"({"to": "approved"})"), Errc::forbidden);
    ASSERT_TRUE(move(artist, R"({"to": "review"})"));
    const auto moved = move(with_role(bar_.id, "lead"), R"({"to": "approved", "comment": "Good."})");
    ASSERT_TRUE(moved);
    EXPECT_EQ(moved->revision, 3);
    const auto last = events().back();
    EXPECT_EQ(last.action, "version.transitioned");
    EXPECT_EQ(
        json_of(last.patch.text),
        json_of(R"({"before": {"status": "review"}, "after": {"status": "approved", "comment": "Good."}})"));
    // The kind is part of the address.
    EXPECT_ERROR(try_write(owner_,
                           [&](access::Call& call) {
                               return workflow::transition(call, "asset", version,
                                                           json_of(R"({"to": "in_progress"})"), {});
                           }),
                 Errc::not_found);
}

TEST_P(WorkflowTransition, an_asset_goes_the_whole_way) {
    for (const std::string to : {"in_progress", "review", "approved", "final", "in_progress", "deprecated",
                                 "archived", "in_progress"}) {
        const auto moved = try_move(owner_, R"({"to": ")" + to + "\"}");
        ASSERT_TRUE(moved) << to << ": " << moved.error().detail;
        EXPECT_EQ(status(), to);
    }
    EXPECT_EQ(read([&](database::Tx& tx) { return asset::get_asset(tx, owner_, hero_.id); }).revision, 9);
}

TEST_P(WorkflowTransition, what_is_open_depends_on_who_asks) {
    const auto of = [&](const access::Actor& actor) {
        const auto shown =
            read([&](database::Tx& tx) { return workflow::list_transitions(tx, actor, "asset", hero_.id); });
        EXPECT_EQ(shown.status, "concept");
        std::vector<std::string> open;
        for (const auto& one : shown.data) {
            EXPECT_EQ(one.open, !one.why_not);
            if (one.open) open.push_back(one.to);
        }
        return open;
    };
    EXPECT_THAT(of(owner_), ElementsAre("in_progress", "deprecated", "archived"));
    EXPECT_THAT(of(with_role(bar_.id, "artist")), ElementsAre("in_progress"));
    EXPECT_THAT(of(with_role(bar_.id, "viewer")), ElementsAre());
}

TEST_P(WorkflowTransition, the_shipped_workflows_are_whole) {
    const auto anybody = stranger();
    const auto all = read([&](database::Tx& tx) { return workflow::list_workflows(tx, anybody, "", ""); });
    ASSERT_EQ(all.size(), 4U);
    for (const auto& workflow : all) {
        std::vector<std::string> states;
        for (const auto& state : workflow.states) states.push_back(state.code);
        EXPECT_THAT(states, testing::Contains(workflow.initial_state));
        for (const auto& move : workflow.transitions) {
            EXPECT_THAT(states, testing::Contains(move.from));
            EXPECT_THAT(states, testing::Contains(move.to));
            EXPECT_TRUE(access::parse_permission(move.permission)) << move.permission;
        }
        EXPECT_EQ(json::to_json(read(
                      [&](database::Tx& tx) { return workflow::get_workflow(tx, owner_, workflow.id); })),
                  json::to_json(workflow));
    }
    EXPECT_ERROR(database().read([&](database::Tx& tx) {
        return workflow::list_workflows(tx, owner_, "nowhere", "asset");
    }),
                 Errc::not_found);
}

TEST_P(WorkflowTransition, a_projects_own_workflow_goes_before_the_sites) {
    must(database().write([&](database::Tx& tx) -> Result<> {
        const Id id = Id::make();
        BIFROST_CHECK(
            tx.execute_text("insert into workflow (id, project_id, code, name, entity_kind, asset_type, "
                            "initial_state) values ($1, $2, 'rig', 'Rig', 'asset', 'rig', 'made')",
                            database::make_params(id, bar_.id)));
        BIFROST_CHECK(
            tx.execute_text("insert into workflow_state (workflow_id, code, name, colour, category, "
                            "sort_order) values ($1, 'made', 'Made', '#fff', 'todo', 1)",
                            database::make_params(id)));
        return {};
    }));
    const auto made = [&](std::string_view project, std::string_view type) {
        return write(owner_, [&](access::Call& call) {
            return asset::create_asset(call, project,
                                       boost::json::object{{"code", type}, {"name", "x"}, {"type", type}});
        });
    };
    EXPECT_EQ(made("bar", "rig").status, "made");
    EXPECT_EQ(made("bar", "fx").status, "concept");
    make_project("other", "feature");
    EXPECT_EQ(made("other", "rig").status, "concept");
    EXPECT_EQ(
        read([&](database::Tx& tx) { return workflow::list_workflows(tx, owner_, "bar", "asset"); }).size(),
        2U);
    EXPECT_EQ(
        read([&](database::Tx& tx) { return workflow::list_workflows(tx, owner_, "other", ""); }).size(), 4U);
}

} // namespace
} // namespace bifrost::tests
