// kill -9 at every step of uploading, publishing and collecting: whatever is there then, nothing half-done is
// seen, the same again succeeds, and the collector leaves no byte behind that nobody needs.

#include <csignal>

#include <unistd.h>

#include "publish_crash_support.hpp"
#include "support/child.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;

/// What the client had been told when the server died.
struct Told {
    std::optional<Id> upload;
    std::optional<Id> version;
    bool ended = false;
};

class PublishCrash : public testing::TestWithParam<database::Dialect> {
  protected:
    using Life = std::function<void(Site&, const Child::Say&)>;

    void SetUp() override {
        Site site(fresh_.url(), folder_.path());
        site.make_production();
        product_ = site.product_id;
        actor_ = site.owner.user_id;
        project_ = site.project_id;
    }
    /// A server in this process; the databases of the test are open only as long as one of these.
    std::unique_ptr<Site> open() {
        auto site = std::make_unique<Site>(fresh_.url(), folder_.path());
        site->owner.user_id = actor_;
        site->product_id = product_;
        site->project_id = project_;
        return site;
    }
    /// A server in a process of its own, which is killed at the step.
    Told run_until(int step, const Life& life) {
        Child child([&](const Child::Say& say) {
            auto site = open();
            site->kill_at(step);
            life(*site, say);
            say("ended");
        });
        Told told;
        for (std::string line = child.next_line(); !line.empty(); line = child.next_line()) {
            if (line.starts_with("upload ")) told.upload = Id::parse(line.substr(7));
            if (line.starts_with("version ")) told.version = Id::parse(line.substr(8));
            if (line == "ended") told.ended = true;
        }
        child.wait();
        return told;
    }

    /// Uploads bytes of one or more parts, makes a version of them and publishes it.
    static void publish_all(Site& site, const std::string& bytes, const Child::Say& say) {
        const auto opened = must(publish::create_upload(site.room(), site.owner, site.upload_body(bytes)));
        say("upload " + opened.id.text());
        const object parts = site.send(opened, bytes);
        must(publish::complete_upload(site.room(), site.owner, opened.id, parts));
        must(publish::verify_upload(site.room(), opened.id, {}, {}));
        const Id version = site.create_version(opened.id);
        say("version " + version.text());
        site.publish(version);
    }

    /// The client comes back to what it was told of, and begins anew with what it wasn't.
    static void go_on(Site& site, const std::string& bytes, const Told& told) {
        if (told.version) {
            const auto published = site.publish(*told.version);
            EXPECT_EQ(published.state, "published");
            EXPECT_EQ(json::to_json(site.publish(*told.version)), json::to_json(published));
            return;
        }
        if (told.upload) {
            auto progress = must(publish::get_upload(site.room(), site.owner, *told.upload));
            if (progress.state == "open") {
                std::vector<std::int64_t> numbers;
                for (std::int64_t i = 1; i <= (progress.size + progress.part_size - 1) / progress.part_size;
                     ++i)
                    numbers.push_back(i);
                const auto opened =
                    publish::sign_parts(site.room(), site.owner, *told.upload,
                                        object{{"numbers", array(numbers.begin(), numbers.end())}});
                // Parts that were put together already need not, and can't, be sent again.
                const auto parts = site.send_or_list(must(opened), bytes);
                must(publish::complete_upload(site.room(), site.owner, *told.upload, parts));
            }
            must(publish::verify_upload(site.room(), *told.upload, {}, {}));
            EXPECT_EQ(must(publish::get_upload(site.room(), site.owner, *told.upload)).state, "complete");
            site.publish(site.create_version(*told.upload));
            return;
        }
        publish_all(site, bytes, [](const std::string&) {});
    }

    void die_at_every_step(const std::string& bytes) {
        constexpr int kMostSteps = 60;
        for (int step = 1; step < kMostSteps; ++step) {
            SCOPED_TRACE("killed at step " + std::to_string(step));
            const Told told =
                run_until(step, [&](Site& site, const Child::Say& say) { publish_all(site, bytes, say); });
            auto site = open();
            site->check_that_nothing_is_half_done();
            go_on(*site, bytes, told);
            site->check_that_nothing_is_half_done();
            if (told.ended) {
                EXPECT_GT(step, 8) << "the steps are counted";
                site->collect_everything();
                site->check_that_nothing_is_left_over(1);
                return;
            }
        }
        FAIL() << "it never ended";
    }

    FreshDatabase fresh_{GetParam()};
    TemporaryFolder folder_;
    Id product_;
    Id project_;
    Id actor_;
};
INSTANTIATE_FOR_BOTH_DATABASES(PublishCrash);

TEST_P(PublishCrash, one_part_whose_hash_the_store_knows) { die_at_every_step("foo"); }

TEST_P(PublishCrash, many_parts_that_are_verified_by_reading) { die_at_every_step("foobarbaz"); }

TEST_P(PublishCrash, an_empty_file) { die_at_every_step(""); }

TEST_P(PublishCrash, the_collector_is_repeatable_at_every_step) {
    constexpr int kMostSteps = 60;
    for (int step = 1; step < kMostSteps; ++step) {
        SCOPED_TRACE("killed at step " + std::to_string(step));
        {
            auto site = open();
            publish_all(*site, "kept", [](const std::string&) {});
            const auto abandoned =
                must(publish::create_upload(site->room(), site->owner, site->upload_body("abc")));
            site->send(abandoned, "abc");
            const auto dropped =
                must(publish::create_upload(site->room(), site->owner, site->upload_body("drop")));
            must(
                publish::complete_upload(site->room(), site->owner, dropped.id, site->send(dropped, "drop")));
            site->create_version(dropped.id);
        }
        const Told told = run_until(step, [&](Site& site, const Child::Say&) { site.collect_everything(); });
        auto site = open();
        site->check_that_nothing_is_half_done();
        site->collect_everything();
        site->check_that_nothing_is_half_done();
        site->check_that_nothing_is_left_over(1);
        if (told.ended) return;
    }
    FAIL() << "it never ended";
}

} // namespace
} // namespace bifrost::tests
