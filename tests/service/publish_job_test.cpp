// The jobs that hash on the server and publish what waited for it, run by a worker.

#include "publish_support.hpp"
#include "worker/jobs/checksum.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;
using namespace std::chrono_literals;

class PublishJob : public PublishTest {
  protected:
    void SetUp() override {
        PublishTest::SetUp();
        model_ = make_product(hero_.id, "model");
        options_.part_size = 4;
    }
    void start_worker(std::size_t threads) {
        worker_ = std::make_unique<worker::Worker>(
            database(), std::vector{worker::checksum_job(*store_), worker::publish_job(*store_)},
            worker::Options{threads, 20ms, 30s, "test"});
        worker_->start();
    }
    Id upload_parts(const std::string& bytes, const std::string& sha256 = "") {
        const auto opened = begin_upload(owner_, "a", std::ssize(bytes), sha256);
        must(publish::complete_upload(room(), owner_, opened.id, send(opened, bytes)));
        return opened.id;
    }
    publish::VersionDetail publish_of(std::initializer_list<Id> uploads) {
        array files;
        for (const auto& id : uploads)
            files.push_back(object{{"path", "f" + std::to_string(files.size())}, {"upload_id", id.text()}});
        return publish_one(create(model_.id, object{{"files", std::move(files)}}).id);
    }
    std::string job_state(const Id& id) {
        return read([&](database::Tx& tx) -> Result<std::string> {
            BIFROST_ASSIGN(const auto job, queue::find_job(tx, id));
            return job->state;
        });
    }
    /// Waits until no job waits or runs.
    void settle() {
        for (int i = 0; i < 1'500; ++i) {
            if (count("select count(*) from job where state in ('queued', 'running', 'failed') and kind <> "
                      "'preview'") == 0)
                return;
            std::this_thread::sleep_for(20ms);
        }
        FAIL() << "the jobs didn't end in half a minute";
    }

    publish::Product model_;
    std::unique_ptr<worker::Worker> worker_;
};
INSTANTIATE_FOR_BOTH_DATABASES(PublishJob);

TEST_P(PublishJob, a_version_with_a_wrong_file_fails_with_a_sentence) {
    const auto version = publish_of({upload_parts("foobar"), upload_parts("foobaz", sha256_hex("foobar"))});
    EXPECT_EQ(version.state, "verifying");
    start_worker(2);
    settle();
    const auto failed = get(version.id);
    EXPECT_EQ(failed.state, "failed");
    EXPECT_THAT(failed.error.value_or(""), testing::HasSubstr("'f1'"));
    EXPECT_EQ(failed.number, std::nullopt);
    EXPECT_EQ(job_state(*version.job_id), "done");
}

TEST_P(PublishJob, one_that_closes_a_cycle_meanwhile_fails_with_a_sentence) {
    const auto rig = make_product(hero_.id, "rig");
    const auto version = publish_of({upload_parts("foobar")});
    must(database().write([&](database::Tx& tx) -> Result<> {
        BIFROST_CHECK(
            tx.execute_text("insert into dependency (id, version_id, target_product_id, kind, is_optional, "
                            "policy) values ($1, $2, $3, 'reference', $4, 'latest')",
                            database::make_params(Id::make(), version.id, rig.id, false)));
        return {};
    }));
    start_worker(1);
    settle();
    const auto failed = get(version.id);
    EXPECT_EQ(failed.state, "failed");
    EXPECT_THAT(failed.error.value_or(""), testing::HasSubstr("bar:hero/rig"));
}

TEST_P(PublishJob, one_thread_is_enough_for_jobs_that_wait_for_each_other) {
    const auto version = publish_of({upload_parts("foobar"), upload_parts("barfoo"), upload_parts("foobar")});
    ASSERT_TRUE(version.job_id);
    start_worker(1);
    settle();
    const auto published = get(version.id);
    EXPECT_EQ(published.state, "published");
    EXPECT_EQ(published.number, 1);
    EXPECT_EQ(job_state(*version.job_id), "done");
    EXPECT_EQ(stored_objects(), 2U);
    // It was published in the name of whoever asked for it.
    const auto all = events();
    EXPECT_EQ(all.back().action, "version.published");
    EXPECT_EQ(all.back().actor_id, owner_.user_id);
}

TEST_P(PublishJob, many_threads_read_each_upload_once_enough) {
    std::vector<publish::VersionDetail> versions;
    for (int i = 0; i < 6; ++i)
        versions.push_back(publish_of({upload_parts("version " + std::to_string(i))}));
    start_worker(4);
    settle();
    for (const auto& version : versions) EXPECT_EQ(get(version.id).state, "published");
    EXPECT_EQ(stored_objects(), 6U);
    EXPECT_EQ(get_product(model_.id).latest_number, 6);
}

TEST_P(PublishJob, a_version_that_is_gone_ends_its_job) {
    const auto version = publish_of({upload_parts("foobar")});
    must(database().write([&](database::Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute_text("delete from entity where id = $1", database::make_params(version.id)));
        return {};
    }));
    start_worker(1);
    settle();
    EXPECT_EQ(job_state(*version.job_id), "done");
}

} // namespace
} // namespace bifrost::tests
