// Comments, and who is told of them.

#include "services/comment/comment.hpp"
#include "services/notification/notification.hpp"
#include "task_support.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Comments : public TaskTest {
  protected:
    void SetUp() override {
        TaskTest::SetUp();
        anna_ = with_role(bar_.id, "artist");
        ben_ = with_role(bar_.id, "artist");
    }
    Result<comment::Comment> try_comment(object body, const access::Actor& actor) {
        if (!body.contains("entity_id")) body["entity_id"] = shot_.id.text();
        if (!body.contains("text")) body["text"] = "So be it.";
        return try_write(actor, [&](access::Call& call) { return comment::create_comment(call, body); });
    }
    comment::Comment say(object body, const access::Actor& actor) {
        return must(try_comment(std::move(body), actor));
    }
    Result<comment::Comment> try_update(const Id& id, const object& patch, const access::Actor& actor) {
        return try_write(actor,
                         [&](access::Call& call) { return comment::update_comment(call, id, patch, {}); });
    }
    /// The reasons that somebody was told, newest first.
    std::vector<std::string> told(const access::Actor& actor, bool unread = false) {
        while (must(notification::tell_people(database())) > 0) {
        }
        std::vector<std::string> out;
        for (const auto& one : read([&](database::Tx& tx) {
                                   return notification::list_notifications(tx, actor, {}, unread);
                               }).data)
            out.push_back(one.reason);
        return out;
    }

    access::Actor anna_;
    access::Actor ben_;
};
INSTANTIATE_FOR_BOTH_DATABASES(Comments);

TEST_P(Comments, bad_ones_are_refused) {
    const auto bad = [&](std::string_view body) {
        const auto refused = try_comment(json_of(body).as_object(), anna_);
        return refused ? std::vector<std::string>{"accepted"} : pointers(refused.error());
    };
    EXPECT_THAT(bad(R"({"text": ""})"), ElementsAre("/text"));
    EXPECT_THAT(bad(R"({"frame": 1.5, "reply_to": "x", "why": 1})"),
                UnorderedElementsAre("/frame", "/reply_to", "/why"));
    EXPECT_THAT(bad(R"({"drawing": [{"points": [[0.1, 2]]}]})"), ElementsAre("/drawing/0"));
    EXPECT_THAT(bad(R"({"drawing": [{"points": [[0.1]]}]})"), ElementsAre("/drawing/0"));
    EXPECT_THAT(bad(R"({"drawing": [{"points": [], "script": "x"}]})"), ElementsAre("/drawing/0"));
    EXPECT_THAT(bad(R"({"drawing": {"points": []}})"), ElementsAre("/drawing"));
    array huge;
    for (int i = 0; i < 51'000; ++i) huge.push_back(array{0.123456, 0.5});
    EXPECT_ERROR(try_comment({{"drawing", array{object{{"points", std::move(huge)}}}}}, anna_),
                 Errc::invalid);
    EXPECT_ERROR(try_comment({{"entity_id", Id::make().text()}}, anna_), Errc::not_found);
}

TEST_P(Comments, strangers_and_clients_see_none_and_viewers_write_none) {
    const auto made = say({}, anna_);
    for (const auto& actor : {stranger(), with_role(bar_.id, "client")}) {
        EXPECT_ERROR(try_comment({}, actor), Errc::not_found);
        EXPECT_ERROR(
            database().read([&](database::Tx& tx) { return comment::get_comment(tx, actor, made.id); }),
            Errc::not_found);
    }
    EXPECT_ERROR(try_comment({}, with_role(bar_.id, "viewer")), Errc::forbidden);
}

TEST_P(Comments, who_cannot_see_it_is_not_mentioned) {
    const auto nobody = stranger();
    const auto refused = try_comment({{"text", "look @" + nobody.code}}, anna_);
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/text"));
    EXPECT_THAT(refused.error().fields[0].detail, HasSubstr(nobody.code));
    EXPECT_EQ(say({{"text", "no such @person_at_all"}}, anna_).mentions.text, "[]");
}

TEST_P(Comments, only_its_author_rewrites_a_comment_and_everybody_resolves_it) {
    const auto made = say({{"text", "one"}}, anna_);
    EXPECT_ERROR(try_update(made.id, object{{"text", "two"}}, ben_), Errc::forbidden);
    EXPECT_EQ(must(try_update(made.id, object{{"text", "<b>"}}, anna_)).html, "<p>&lt;b&gt;</p>");
    EXPECT_TRUE(must(try_update(made.id, object{{"resolved", true}}, ben_)).resolved_at);
    EXPECT_FALSE(must(try_update(made.id, object{{"resolved", false}}, ben_)).resolved_at);
    EXPECT_EQ(must(try_update(made.id, object{{"resolved", false}}, ben_)).revision, 4);
}

TEST_P(Comments, a_removed_comment_is_empty_and_its_replies_stay) {
    const auto first = say({{"text", "one"}}, anna_);
    const auto reply = say({{"text", "two"}, {"reply_to", first.id.text()}}, ben_);
    EXPECT_EQ(say({{"reply_to", reply.id.text()}}, anna_).reply_to, first.id);
    const auto remove = [&](const access::Actor& actor) {
        return try_write(actor,
                         [&](access::Call& call) { return comment::remove_comment(call, first.id, {}); });
    };
    EXPECT_ERROR(remove(ben_), Errc::forbidden);
    EXPECT_EQ(must(remove(with_role(bar_.id, "lead"))).text, "");
    EXPECT_ERROR(try_update(first.id, object{{"text", "back"}}, anna_), Errc::conflict);
    EXPECT_EQ(read([&](database::Tx& tx) {
                  return comment::list_comments(tx, owner_, shot_.id, {}, {});
              }).data.size(),
              3U);
}

TEST_P(Comments, check_boxes_and_reactions) {
    const auto made = say({{"text", "- [ ] hand\n- [ ] foot"}}, anna_);
    const auto check = [&](std::string_view body) {
        return try_write(
            ben_, [&](access::Call& call) { return comment::check_item(call, made.id, json_of(body)); });
    };
    EXPECT_ERROR(check(R"({"index": 2, "checked": true})"), Errc::invalid);
    EXPECT_ERROR(check(R"({"index": 0})"), Errc::invalid);
    EXPECT_EQ(must(check(R"({"index": 1, "checked": true})")).text, "- [ ] hand\n- [x] foot");
    const auto react = [&](const access::Actor& actor, const std::string& emoji) {
        return try_write(actor, [&](access::Call& call) {
            return comment::add_reaction(call, made.id, object{{"emoji", emoji}});
        });
    };
    EXPECT_ERROR(react(ben_, "<b>"), Errc::invalid);
    must(react(ben_, "👍"));
    must(react(anna_, "👍"));
    EXPECT_EQ(json_of(must(react(ben_, "👍")).reactions.text).as_array()[0].at("users").as_array().size(), 2U);
    write(ben_, [&](access::Call& call) { return comment::remove_reaction(call, made.id, "👍"); });
    const auto left = read([&](database::Tx& tx) { return comment::get_comment(tx, owner_, made.id); });
    EXPECT_EQ(json_of(left.reactions.text).as_array()[0].at("users").as_array().size(), 1U);
}

TEST_P(Comments, nobody_is_told_twice_nor_of_what_they_did_themselves) {
    const auto task = make_task({{"assignees", array{ben_.code}}});
    EXPECT_THAT(told(ben_), ElementsAre("assigned"));
    // Mentioned and assigned: told once, for the stronger reason; the author isn't told.
    say({{"entity_id", task.id.text()}, {"text", "@" + ben_.code + " and @" + anna_.code}}, anna_);
    EXPECT_THAT(told(ben_), ElementsAre("mention", "assigned"));
    EXPECT_THAT(told(anna_), IsEmpty());
    const auto first = say({{"entity_id", task.id.text()}, {"text", "mine"}}, ben_);
    say({{"entity_id", task.id.text()}, {"text", "an answer"}, {"reply_to", first.id.text()}}, anna_);
    EXPECT_THAT(told(ben_), ElementsAre("reply", "mention", "assigned"));
    must(try_move(task.id, "in_progress", owner_));
    EXPECT_THAT(told(ben_), ElementsAre("status", "reply", "mention", "assigned"));
    EXPECT_THAT(told(ben_), testing::SizeIs(4));
}

TEST_P(Comments, rules_and_rights_decide_who_is_told) {
    write(ben_, [&](access::Call& call) {
        return notification::update_rules(call, object{{"assigned", false}});
    });
    make_task({{"name", "one"}, {"assignees", array{ben_.code, anna_.code}}});
    EXPECT_THAT(told(ben_), IsEmpty());
    EXPECT_THAT(told(anna_), ElementsAre("assigned"));
    EXPECT_ERROR(
        try_write(ben_,
                  [&](access::Call& call) {
                      return notification::update_rules(call, object{{"assigned", nullptr}, {"sms", true}});
                  }),
        Errc::invalid);
    // Who has left the project between the event and the telling is told nothing.
    make_task({{"name", "two"}, {"assignees", array{anna_.code}}});
    write(owner_, [&](access::Call& call) -> Result<int> {
        BIFROST_CHECK(project::remove_member(call, "bar", anna_.code));
        return 0;
    });
    while (must(notification::tell_people(database())) > 0) {
    }
    const auto count = read([&](database::Tx& tx) {
        return tx.query_text("select count(*) from notification where user_id = $1",
                             database::make_params(anna_.user_id));
    });
    EXPECT_EQ(count[0].integer(0), 1);
    EXPECT_THAT(told(anna_), IsEmpty()); // nor do they see what they were told before
}

TEST_P(Comments, what_is_read_stays_read_and_is_ones_own) {
    make_task({{"assignees", array{ben_.code}}});
    EXPECT_THAT(told(ben_, true), ElementsAre("assigned"));
    const auto id =
        read([&](database::Tx& tx) { return notification::list_notifications(tx, ben_, {}, true); })
            .data[0]
            .id;
    const auto mark = [&](const access::Actor& actor, const object& body) {
        return try_write(actor, [&](access::Call& call) { return notification::mark_read(call, body); });
    };
    EXPECT_EQ(must(mark(anna_, object{{"ids", array{id.text()}}})), 0);
    EXPECT_ERROR(mark(ben_, object{}), Errc::invalid);
    EXPECT_ERROR(mark(ben_, object{{"ids", array{"x"}}}), Errc::invalid);
    EXPECT_EQ(must(mark(ben_, object{{"all", true}})), 1);
    EXPECT_THAT(told(ben_, true), IsEmpty());
    EXPECT_EQ(must(mark(ben_, object{{"ids", array{id.text()}}, {"read", false}})), 1);
    EXPECT_THAT(told(ben_, true), ElementsAre("assigned"));
}

} // namespace
} // namespace bifrost::tests
