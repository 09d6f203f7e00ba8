// From publishing a version to its files in the folder of projects.

#include "publish_support.hpp"
#include "services/publish/placement.hpp"
#include "worker/jobs/materialise.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;
using namespace std::chrono_literals;

class Materialise : public PublishTest {
  protected:
    void SetUp() override {
        PublishTest::SetUp();
        std::filesystem::create_directory(projects_);
        model_ = make_product(hero_.id, "model");
    }
    std::int64_t jobs() { return count("select count(*) from job where kind = 'materialise'"); }

    std::filesystem::path projects_ = folder_.path() / "projects";
    publish::Product model_;
};
INSTANTIATE_FOR_BOTH_DATABASES(Materialise);

TEST_P(Materialise, drafts_have_no_place) {
    const auto draft = create(model_.id, object{{"files", array{file("a.ma", "bytes")}}});
    EXPECT_ERROR(database().read([&](database::Tx& tx) { return publish::get_placement(tx, draft.id); }),
                 Errc::not_found);
    while (must(publish::queue_placements(database())) > 0) {
    }
    EXPECT_EQ(jobs(), 0);
}

TEST_P(Materialise, each_published_version_gets_one_job_however_often_the_log_is_followed) {
    publish_bytes(model_.id, "one");
    publish_bytes(model_.id, "two");
    for (int i = 0; i < 3; ++i)
        while (must(publish::queue_placements(database(), 2)) > 0) {
        }
    EXPECT_EQ(jobs(), 2);
}

TEST_P(Materialise, a_worker_puts_a_published_version_at_its_path) {
    storage::ProjectFolder folder(projects_, *store_, nullptr);
    worker::MaterialiseFollower follower(database(), 10ms);
    worker::Worker worker(database(), {worker::materialise_job(folder)},
                          worker::Options{1, 20ms, 30s, "test"});
    follower.start();
    worker.start();
    const auto draft =
        create(model_.id, object{{"files", array{file("scenes/a.ma", "scene"), file("b.png", "wood")}}});
    const auto version = publish_one(draft.id);
    const auto place =
        projects_ / "bar/assets/prop/hero/publish/model" / ("v00" + std::to_string(*version.number));
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!std::filesystem::exists(place) && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(storage::read_whole(place / "scenes/a.ma"), "scene");
    EXPECT_EQ(storage::read_whole(place / "b.png"), "wood");
}

} // namespace
} // namespace bifrost::tests
