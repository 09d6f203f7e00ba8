// Answers for assets that are kept: sooner, and never older than what the log says.

#include "api/hot_assets.hpp"
#include "core/metrics.hpp"
#include "publish_support.hpp"
#include "queue_support.hpp"

namespace bifrost::api {
namespace {

using queue::comes_true;
using tests::must;

class HotAssetsTest : public tests::PublishTest {
  protected:
    void SetUp() override {
        PublishTest::SetUp();
        hot_ = make();
    }
    std::unique_ptr<HotAssets> make() {
        auto made = std::make_unique<HotAssets>(database(), shared_, std::chrono::seconds(600));
        made->starts_at(events().back().position);
        return made;
    }
    /// As LiveEvents does: reads the log to its end.
    void follow(HotAssets& hot) {
        hot.begins();
        const auto all = events();
        for (; followed_[&hot] < all.size(); ++followed_[&hot]) hot.saw(all[followed_[&hot]]);
        hot.reached_end();
    }
    void rename(const std::string& name) {
        write(owner_, [&](access::Call& call) {
            return asset::update_asset(call, hero_.id, boost::json::object{{"name", name}}, std::nullopt);
        });
    }
    /// So that what is kept can be told from what stands in the database.
    void rename_behind_the_log(const std::string& name) {
        queue::pretend(database(), "update asset set name = $2 where id = $1",
                       database::make_params(hero_.id, name));
    }
    static std::string name_in(const Result<HotAsset>& asset) {
        if (!asset) return "<" + asset.error().detail + ">";
        const auto body = tests::json_of(asset->body);
        return std::string(body.at("name").as_string());
    }
    std::string name(HotAssets& hot) { return name_in(hot.get(hero_.id)); }
    static double reads_from(const std::string& source) {
        const std::string text = metrics::exposition();
        const std::string line = "bifrost_cache_reads_total{from=\"" + source + "\"} ";
        const auto at = text.find(line);
        return at == std::string::npos ? 0 : std::stod(text.substr(at + line.size()));
    }
    /// An answer that is kept counts for a second after the log was read: on a busy machine a try may miss
    /// it.
    bool is_answered_from(const std::string& source, HotAssets& hot) {
        return comes_true([&] {
            follow(hot);
            const double before = reads_from(source);
            must(hot.get(hero_.id));
            return reads_from(source) > before;
        });
    }

    std::shared_ptr<cache::Cache> shared_ = cache::make_memory_cache();
    std::unique_ptr<HotAssets> hot_;
    std::map<const HotAssets*, std::size_t> followed_;
};
INSTANTIATE_FOR_BOTH_DATABASES(HotAssetsTest);

TEST_P(HotAssetsTest, what_is_not_there_is_not_found_again_and_again) {
    follow(*hot_);
    for (int i = 0; i < 2; ++i) EXPECT_ERROR(hot_->get(Id::make()), Errc::not_found);
    EXPECT_ERROR(hot_->get(bar_.id), Errc::not_found);
}

TEST_P(HotAssetsTest, while_nobody_reads_the_log_nothing_kept_counts) {
    EXPECT_EQ(name(*hot_), "hero");
    rename_behind_the_log("other");
    EXPECT_EQ(name(*hot_), "other");
}

TEST_P(HotAssetsTest, an_answer_is_kept_until_the_log_says_otherwise) {
    ASSERT_TRUE(is_answered_from("process", *hot_));
    rename("changed");
    follow(*hot_);
    EXPECT_EQ(name(*hot_), "changed");
    EXPECT_TRUE(is_answered_from("process", *hot_)) << "and the new one is kept";
}

TEST_P(HotAssetsTest, after_a_write_of_its_own_nothing_kept_counts_until_the_log_was_read_behind_it) {
    ASSERT_TRUE(is_answered_from("process", *hot_));
    hot_->begins(); // the reading of the log that is on its way doesn't see the write
    hot_->wrote();
    rename_behind_the_log("other");
    hot_->reached_end();
    EXPECT_EQ(name(*hot_), "other");
    EXPECT_TRUE(is_answered_from("process", *hot_));
}

TEST_P(HotAssetsTest,
       a_change_anywhere_in_the_project_that_may_show_is_looked_for_and_one_that_can_not_is_not) {
    ASSERT_TRUE(is_answered_from("process", *hot_));
    const auto product = make_product(hero_.id, "model"); // of the project, and not of kind asset
    follow(*hot_);
    rename_behind_the_log("other");
    EXPECT_EQ(name(*hot_), "other");
    ASSERT_TRUE(is_answered_from("process", *hot_));
    create(product.id, boost::json::object{
                           {"files", boost::json::array{file("a.ma", "bytes")}}}); // a draft shows nowhere
    EXPECT_TRUE(is_answered_from("process", *hot_));
}

TEST_P(HotAssetsTest, what_another_process_kept_is_used_and_never_when_it_is_older_than_the_log) {
    ASSERT_TRUE(is_answered_from("process", *hot_));
    EXPECT_TRUE(comes_true([&] {
        follow(*hot_);
        must(hot_->get(hero_.id));
        const auto fresh = make();
        follow(*fresh);
        const double before = reads_from("redis");
        must(fresh->get(hero_.id));
        return reads_from("redis") > before;
    }));
    const auto other = make();
    rename("changed");
    follow(*other);
    EXPECT_EQ(name(*other), "changed") << "the first one's answer still lies in the shared cache";
}

TEST_P(HotAssetsTest, nonsense_in_the_shared_cache_is_no_answer) {
    const std::string key = "asset:" + hero_.id.text();
    for (const std::string text : {"", "\n", "\n\n{}", "1.2.3\nno id\n{}", "zzz\n\n\n\n"}) {
        shared_->remove(key);
        shared_->put(key, {9'000, text}, std::chrono::seconds(60));
        const auto fresh = make();
        follow(*fresh);
        EXPECT_EQ(name(*fresh), "hero") << text;
    }
}

TEST_P(HotAssetsTest, a_process_that_starts_believes_no_answer_from_before_it_knew_the_log) {
    ASSERT_TRUE(is_answered_from("process", *hot_));
    rename("changed"); // nobody follows it
    const auto late = make();
    follow(*late);
    EXPECT_EQ(name(*late), "changed");
}

TEST_P(HotAssetsTest, many_who_ask_at_once_while_it_changes_never_go_back_in_time) {
    std::atomic<bool> stop{false};
    std::atomic<int> backwards{0};
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i)
        readers.emplace_back([&] {
            std::int64_t last = 0;
            while (!stop) {
                const auto asset = hot_->get(hero_.id);
                if (!asset) continue;
                if (asset->revision < last) ++backwards;
                last = asset->revision;
            }
        });
    for (int turn = 0; turn < 30; ++turn) {
        rename("name " + std::to_string(turn));
        hot_->wrote();
        EXPECT_EQ(name(*hot_), "name " + std::to_string(turn));
        follow(*hot_);
    }
    stop = true;
    readers.clear();
    EXPECT_EQ(backwards, 0);
}

} // namespace
} // namespace bifrost::api
