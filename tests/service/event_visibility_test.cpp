// Who may read which events; and where a reader that may see nothing resumes from.

#include "access/event_visibility.hpp"
#include "production_support.hpp"
#include "services/asset/asset.hpp"

namespace bifrost::tests {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

class EventVisibility : public ProductionTest {
  protected:
    std::vector<std::string> seen_by(const access::Actor& actor) {
        const auto page = read([&](database::Tx& tx) {
            return events::list_events(tx, std::nullopt, 1000, access::visible_events(actor));
        });
        std::vector<std::string> out;
        for (const auto& event : page.events) out.push_back(event.action);
        // Live streams decide in memory, and must not decide otherwise.
        const auto all =
            read([&](database::Tx& tx) { return events::list_events(tx, std::nullopt, 1000, {}); });
        const auto versions =
            read([&](database::Tx& tx) { return access::find_version_facts(tx, all.events); });
        std::vector<std::string> live;
        for (const auto& event : all.events)
            if (access::may_see_event(actor, event, versions)) live.push_back(event.action);
        EXPECT_EQ(live, out);
        return out;
    }
    /// A version of a new asset, with its event.
    Id add_version(const access::Actor& author, const std::string& state) {
        const auto owner = write(owner_, [&](access::Call& call) {
            return asset::create_asset(call, "bar",
                                       boost::json::object{{"code", state}, {"name", "A"}, {"type", "prop"}});
        });
        const Id product = Id::make();
        const Id version = Id::make();
        write(author, [&](access::Call& call) -> Result<int> {
            BIFROST_CHECK(project::insert_entity(
                call, {product, "product", bar_.id, owner.id, std::string("model"), json::Raw{}}));
            BIFROST_CHECK(
                call.tx.execute_text("insert into product (id, project_id, owner_id, kind, last_number) "
                                     "values ($1, $2, $3, 'model', 1)",
                                     database::make_params(product, bar_.id, owner.id)));
            BIFROST_CHECK(project::insert_entity(
                call, {version, "version", bar_.id, product, std::nullopt, json::Raw{}}));
            BIFROST_CHECK(call.tx.execute_text(
                "insert into version (id, product_id, project_id, number, state, status, comment, author_id, "
                "file_count, total_size) values ($1, $2, $3, 1, $4, 'pending', '', $5, 0, 0)",
                database::make_params(version, product, bar_.id, state, author.user_id)));
            call.changes.add({"version." + state, bar_.id, "version", version});
            return 0;
        });
        return version;
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(EventVisibility);

TEST_P(EventVisibility, strangers_and_clients_see_nothing) {
    EXPECT_THAT(seen_by(stranger()), IsEmpty());
    EXPECT_THAT(seen_by(with_role(bar_.id, "client")), IsEmpty());
}

TEST_P(EventVisibility, members_see_their_projects_and_nothing_of_the_site) {
    make_project("secret", "feature");
    write(owner_, [](access::Call& call) -> Result<int> {
        call.changes.add({"session.created", std::nullopt, "session", Id::make()});
        return 0;
    });
    const auto viewer = with_role(bar_.id, "viewer");
    const auto seen = read([&](database::Tx& tx) {
        return events::list_events(tx, std::nullopt, 1000, access::visible_events(viewer));
    });
    EXPECT_FALSE(seen.events.empty());
    for (const auto& event : seen.events) EXPECT_EQ(event.project_id, bar_.id) << event.action;
    EXPECT_THAT(seen_by(owner_), Contains("session.created"));
    // A token that was made for projects only doesn't read the site's events either.
    auto limited = owner_;
    limited.scope.reset();
    limited.scope.set(static_cast<std::size_t>(access::Permission::project_read));
    EXPECT_THAT(seen_by(limited), Not(Contains("session.created")));
    EXPECT_THAT(seen_by(limited), Contains("project.created"));
    limited.scope.reset();
    EXPECT_THAT(seen_by(limited), IsEmpty());
}

TEST_P(EventVisibility, the_log_of_a_draft_is_its_authors) {
    const auto author = with_role(bar_.id, "artist");
    const auto other = with_role(bar_.id, "lead");
    add_version(author, "draft");
    EXPECT_THAT(seen_by(author), Contains("version.draft"));
    EXPECT_THAT(seen_by(other), Not(Contains("version.draft")));
    EXPECT_THAT(seen_by(owner_), Contains("version.draft"));
    add_version(author, "published");
    EXPECT_THAT(seen_by(other), Contains("version.published"));
}

TEST_P(EventVisibility, a_purged_draft_stays_hidden) {
    const auto author = with_role(bar_.id, "artist");
    const Id draft = add_version(author, "draft");
    must(database().write([&](database::Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute_text("delete from entity where id = $1", database::make_params(draft)));
        return {};
    }));
    EXPECT_THAT(seen_by(with_role(bar_.id, "lead")), Not(Contains("version.draft")));
}

TEST_P(EventVisibility, the_last_settled_position_is_the_logs_end) {
    const auto end = read([](database::Tx& tx) { return events::last_settled(tx); });
    ASSERT_TRUE(end);
    EXPECT_EQ(*end, events().back().position);
    const auto page = read([&](database::Tx& tx) { return events::list_events(tx, end, 10, {}); });
    EXPECT_TRUE(page.events.empty());
    EXPECT_EQ(page.position, *end);
}

TEST_P(EventVisibility, events_of_one_transaction_are_numbered_on_when_appended_twice) {
    const auto written =
        access::write(database(), owner_, [](access::Call& call) -> Result<events::Position> {
            call.changes.add({"a.first", std::nullopt, "a", Id::make()});
            call.changes.add({"a.second", std::nullopt, "a", Id::make()});
            BIFROST_ASSIGN(const auto early, call.changes.append_to_log(call.tx));
            call.changes.add({"a.third", std::nullopt, "a", Id::make()});
            return early;
        });
    ASSERT_TRUE(written);
    EXPECT_EQ(written->value.number, 1);
    EXPECT_EQ(written->position.number, 2);
    EXPECT_EQ(written->position.txid, written->value.txid);
    EXPECT_EQ(events().back().action, "a.third");
}

} // namespace
} // namespace bifrost::tests
