// Webhooks from the log to their receivers, without a server around them.

#include <thread>

#include "production_support.hpp"
#include "services/asset/asset.hpp"
#include "services/notification/notification.hpp"
#include "services/project/field.hpp"
#include "services/webhook/delivery.hpp"
#include "services/webhook/signature.hpp"
#include "support/web_receiver.hpp"

namespace bifrost::tests {
namespace {

using boost::json::object;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

outbound::Outside loopback() {
    outbound::OutsideOptions options;
    options.allow_http = true;
    options.networks = {"127.0.0.0/8"};
    return must(outbound::Outside::make(options));
}

class WebhookTest : public ProductionTest {
  protected:
    void SetUp() override {
        ProductionTest::SetUp();
        options_.now = [this] { return Timestamp{Timestamp::now().micros + ahead_ * 1'000'000}; };
        options_.jitter = 0;
        options_.deadline = std::chrono::milliseconds(2'000);
    }
    webhook::NewWebhook make(object fields = {}, const access::Actor* actor = nullptr) {
        return must(try_make(std::move(fields), actor));
    }
    Result<webhook::NewWebhook> try_make(object fields, const access::Actor* actor = nullptr) {
        object body{{"project_id", "bar"}, {"name", "A hook"}, {"url", receiver_.url() + "/in"}};
        for (const auto& field : fields) body[field.key()] = field.value();
        if (body["project_id"].is_null()) body.erase("project_id");
        return try_write(actor ? *actor : owner_,
                         [&](access::Call& call) { return webhook::create_webhook(call, outside_, body); });
    }
    Id new_asset(const std::string& code, const access::Actor* actor = nullptr) {
        return write(actor ? *actor : owner_,
                     [&](access::Call& call) {
                         return asset::create_asset(call, "bar",
                                                    object{{"code", code}, {"name", code}, {"type", "prop"}});
                     })
            .id;
    }
    /// Takes in the log and delivers until nothing is due; the types of what came.
    std::vector<std::string> deliver() {
        while (must(webhook::queue_deliveries(database())) > 0) {
        }
        while (must(webhook::deliver_due(database(), outside_, options_)) > 0) {
        }
        return types();
    }
    std::vector<std::string> types() {
        std::vector<std::string> out;
        for (const auto& one : receiver_.received())
            out.emplace_back(json_of(one.body).at("type").as_string());
        return out;
    }
    webhook::Webhook get(const Id& id) {
        return read([&](database::Tx& tx) { return webhook::get_webhook(tx, owner_, id); });
    }
    std::vector<webhook::Delivery> deliveries(const Id& id) {
        return read([&](database::Tx& tx) { return webhook::list_deliveries(tx, owner_, id, {}, ""); }).data;
    }
    webhook::Webhook change(const Id& id, const object& patch) {
        return write(owner_, [&](access::Call& call) {
            return webhook::update_webhook(call, outside_, id, patch, {});
        });
    }

    WebReceiver receiver_;
    outbound::Outside outside_ = loopback();
    webhook::DeliverOptions options_;
    std::int64_t ahead_ = 0; ///< seconds that the clock is put forward
};
INSTANTIATE_FOR_BOTH_DATABASES(WebhookTest);

TEST_P(WebhookTest, where_nobody_may_be_sent_is_refused_when_it_is_made) {
    for (const char* url :
         {"http://169.254.169.254/latest", "ftp://example.com", "https://u:p@example.com", "nonsense"}) {
        const auto refused = try_make({{"url", url}});
        ASSERT_FALSE(refused) << url;
        EXPECT_THAT(pointers(refused.error()), ElementsAre("/url")) << url;
    }
    EXPECT_THAT(pointers(try_make({{"events", boost::json::array{"Asset", "asset..x", "asset"}}}).error()),
                ElementsAre("/events/0", "/events/1"));
}

TEST_P(WebhookTest, only_who_manages_them_has_them) {
    const auto hook = make();
    const auto lead = with_role(bar_.id, "lead");
    const auto producer = with_role(bar_.id, "producer");
    const auto nobody = stranger();
    EXPECT_ERROR(try_make({}, &lead), Errc::forbidden);
    EXPECT_ERROR(try_make({}, &nobody), Errc::not_found);
    EXPECT_ERROR(try_make({{"project_id", nullptr}}, &producer), Errc::forbidden);
    EXPECT_TRUE(try_make({}, &producer));
    const auto look = [&](const access::Actor& actor) {
        return database().read([&](database::Tx& tx) { return webhook::get_webhook(tx, actor, hook.id); });
    };
    EXPECT_ERROR(look(lead), Errc::forbidden);
    EXPECT_ERROR(look(nobody), Errc::not_found);
    const auto listed = [&](const access::Actor& actor) {
        return read([&](database::Tx& tx) { return webhook::list_webhooks(tx, actor, {}, ""); }).data.size();
    };
    EXPECT_EQ(listed(producer), 2U);
    EXPECT_EQ(listed(lead), 0U);
}

TEST_P(WebhookTest, what_happens_arrives_once_in_order_and_signed) {
    new_asset("before");
    const auto hook = make();
    const auto first = new_asset("first");
    new_asset("second");
    EXPECT_THAT(deliver(), ElementsAre("webhook.created", "asset.created", "asset.created"));
    const auto came = receiver_.received()[1];
    const auto body = json_of(came.body);
    EXPECT_EQ(body.at_pointer("/data/entity_id").as_string(), first.text());
    EXPECT_EQ(body.at_pointer("/data/actor/code").as_string(), "owner");
    const Timestamp at{std::stoll(came.headers.at("webhook-timestamp")) * 1'000'000};
    EXPECT_EQ(came.headers.at("webhook-signature"),
              webhook::sign(hook.secret, came.headers.at("webhook-id"), at, came.body));
    EXPECT_EQ(came.headers.at("webhook-id"), "msg_" + deliveries(hook.id)[1].id.text());
    EXPECT_EQ(came.body.find("whsec_"), std::string::npos);
    EXPECT_THAT(deliver(), SizeIs(3)); // nothing comes again
    for (const auto& event : events()) {
        EXPECT_EQ(event.patch.text.find("whsec_"), std::string::npos);
        EXPECT_EQ(event.patch.text.find(receiver_.url()), std::string::npos);
    }
}

TEST_P(WebhookTest, the_signature_is_the_specifications) {
    EXPECT_EQ(webhook::sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                            Timestamp{1614265330LL * 1'000'000}, R"({"test": 2432232314})"),
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_P(WebhookTest, only_what_was_asked_for_is_told) {
    make({{"events", boost::json::array{"asset.archived", "shot"}}});
    const auto id = new_asset("one");
    write(owner_, [&](access::Call& call) { return asset::archive_asset(call, id, {}); });
    make_project("other", "feature");
    EXPECT_THAT(deliver(), ElementsAre("asset.archived"));
}

TEST_P(WebhookTest, a_failure_is_tried_again_on_schedule_and_the_last_one_disables) {
    options_.schedule = {5, 300};
    receiver_.answer_status(500);
    const auto hook = make({{"events", boost::json::array{"asset"}}});
    new_asset("one");
    EXPECT_THAT(deliver(), SizeIs(1));
    EXPECT_EQ(deliveries(hook.id)[0].state, "waiting");
    ahead_ = 4;
    EXPECT_THAT(deliver(), SizeIs(1));
    ahead_ = 6;
    EXPECT_THAT(deliver(), SizeIs(2));
    ahead_ = 400;
    EXPECT_THAT(deliver(), SizeIs(3));
    EXPECT_EQ(deliveries(hook.id)[0].state, "failed");
    EXPECT_EQ(get(hook.id).state, "disabled");
    EXPECT_THAT(*get(hook.id).disabled_reason, HasSubstr("500"));
    const auto came = receiver_.received();
    EXPECT_EQ(came[0].headers.at("webhook-id"), came[2].headers.at("webhook-id"));
    EXPECT_NE(came[0].headers.at("webhook-timestamp"), came[2].headers.at("webhook-timestamp"));
    new_asset("two");
    EXPECT_THAT(deliver(), SizeIs(3));
    // Its owner is told.
    while (must(notification::tell_people(database())) > 0) {
    }
    const auto told =
        read([&](database::Tx& tx) { return notification::list_notifications(tx, owner_, {}, true); });
    ASSERT_THAT(told.data, SizeIs(1));
    EXPECT_EQ(told.data[0].reason, "automation");
    EXPECT_THAT(told.data[0].summary, HasSubstr("500"));
}

TEST_P(WebhookTest, a_receiver_that_is_gone_is_disabled_and_begins_anew) {
    receiver_.answer_status(410);
    const auto hook = make({{"events", boost::json::array{"asset"}}});
    new_asset("one");
    new_asset("two");
    EXPECT_THAT(deliver(), SizeIs(1));
    EXPECT_EQ(get(hook.id).state, "disabled");
    for (const auto& delivery : deliveries(hook.id)) EXPECT_EQ(delivery.state, "failed");
    EXPECT_ERROR(try_write(owner_, [&](access::Call& call) { return webhook::ping(call, hook.id); }),
                 Errc::conflict);
    receiver_.answer_status(200);
    change(hook.id, {{"state", "enabled"}});
    new_asset("three");
    EXPECT_THAT(deliver(), SizeIs(2));
    const auto again = deliveries(hook.id).back();
    write(owner_, [&](access::Call& call) { return webhook::redeliver(call, hook.id, again.id); });
    EXPECT_THAT(deliver(), SizeIs(3));
    EXPECT_EQ(receiver_.received()[0].headers.at("webhook-id"),
              receiver_.received()[2].headers.at("webhook-id"));
    const auto log =
        read([&](database::Tx& tx) { return webhook::get_delivery(tx, owner_, hook.id, again.id); }).log;
    ASSERT_THAT(log, SizeIs(2));
    EXPECT_EQ(log[0].status, 200);
    EXPECT_EQ(log[1].status, 410);
    EXPECT_EQ(log[1].answer, "ok");
}

TEST_P(WebhookTest, a_paused_one_goes_on_where_it_was) {
    const auto hook = make({{"events", boost::json::array{"asset"}}});
    change(hook.id, {{"state", "paused"}});
    new_asset("meanwhile");
    EXPECT_THAT(deliver(), SizeIs(0));
    change(hook.id, {{"state", "enabled"}});
    EXPECT_THAT(deliver(), ElementsAre("asset.created"));
}

TEST_P(WebhookTest, who_asks_for_patience_gets_it) {
    receiver_.answer_status(429, "Retry-After: 120\r\n");
    const auto hook = make({{"events", boost::json::array{"asset"}}});
    new_asset("one");
    new_asset("two");
    EXPECT_THAT(deliver(), SizeIs(1));
    ahead_ = 60;
    EXPECT_THAT(deliver(), SizeIs(1));
    receiver_.answer_status(204);
    ahead_ = 130;
    EXPECT_THAT(deliver(), SizeIs(3));
    EXPECT_EQ(get(hook.id).failures, 0);
}

TEST_P(WebhookTest, redirects_are_failures_and_endless_answers_are_cut) {
    make({{"events", boost::json::array{"asset"}}});
    receiver_.answer_status(302, "Location: http://169.254.169.254/\r\n");
    new_asset("one");
    EXPECT_THAT(deliver(), SizeIs(1));
    receiver_.answer_with([](const Received&) {
        return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(300'000, 'x');
    });
    ahead_ = 60;
    EXPECT_THAT(deliver(), SizeIs(2));
}

TEST_P(WebhookTest, the_eyes_of_its_owner_decide_when_it_is_sent) {
    write(owner_, [&](access::Call& call) {
        return project::create_field(call, "bar",
                                     object{{"entity_kind", "asset"},
                                            {"key", "budget"},
                                            {"type", "integer"},
                                            {"visible_to", boost::json::array{"supervisor"}}});
    });
    const auto producer = with_role(bar_.id, "producer");
    const auto hook = make({{"events", boost::json::array{"asset"}}}, &producer);
    write(owner_, [&](access::Call& call) {
        return asset::create_asset(call, "bar",
                                   object{{"code", "a"},
                                          {"name", "a"},
                                          {"type", "prop"},
                                          {"metadata", object{{"budget", 7}, {"open", 1}}}});
    });
    EXPECT_THAT(deliver(), SizeIs(1));
    EXPECT_EQ(receiver_.received()[0].body.find("budget"), std::string::npos);
    EXPECT_THAT(receiver_.received()[0].body, HasSubstr("open"));
    // Who is no producer any more has a webhook no more.
    new_asset("later");
    write(owner_, [&](access::Call& call) {
        return project::put_member(call, "bar", producer.code, object{{"role", "artist"}});
    });
    EXPECT_THAT(deliver(), SizeIs(1));
    EXPECT_EQ(get(hook.id).state, "disabled");
}

TEST_P(WebhookTest, a_token_for_little_makes_no_webhook_for_much) {
    auto limited = owner_;
    limited.scope = access::Permissions{};
    limited.scope.set(static_cast<std::size_t>(access::Permission::webhook_manage));
    make({{"project_id", nullptr}}, &limited);
    new_asset("unseen");
    EXPECT_THAT(deliver(), SizeIs(0));
}

TEST_P(WebhookTest, both_secrets_sign_for_a_while) {
    const auto hook = make({{"events", boost::json::array{"asset"}}});
    const auto rotated = write(owner_, [&](access::Call& call) {
        return webhook::rotate_secret(call, hook.id, object{{"keep_hours", 1}});
    });
    EXPECT_NE(rotated.secret, hook.secret);
    new_asset("one");
    deliver();
    const auto came = receiver_.received()[0];
    const Timestamp at{std::stoll(came.headers.at("webhook-timestamp")) * 1'000'000};
    const auto by = [&](const std::string& secret) {
        return webhook::sign(secret, came.headers.at("webhook-id"), at, came.body);
    };
    EXPECT_EQ(came.headers.at("webhook-signature"), by(rotated.secret) + " " + by(hook.secret));
    ahead_ = 3700;
    new_asset("two");
    deliver();
    EXPECT_EQ(receiver_.received()[1].headers.at("webhook-signature").find(' '), std::string::npos);
}

TEST_P(WebhookTest, several_processes_deliver_each_once) {
    make({{"events", boost::json::array{"asset"}}});
    for (int i = 0; i < 20; ++i) new_asset("a" + std::to_string(i));
    std::vector<std::thread> processes;
    for (int i = 0; i < 3; ++i)
        processes.emplace_back([&] {
            while (must(webhook::queue_deliveries(database())) > 0) {
            }
            while (must(webhook::deliver_due(database(), outside_, options_)) > 0) {
            }
        });
    for (auto& process : processes) process.join();
    EXPECT_THAT(deliver(), SizeIs(20));
}

} // namespace
} // namespace bifrost::tests
