// Work files: numbers that nobody gets twice.

#include <algorithm>
#include <thread>

#include "production_support.hpp"
#include "services/publish/work_file.hpp"
#include "services/shot/sequence.hpp"

namespace bifrost::tests {
namespace {

using boost::json::object;

class WorkFileTest : public ProductionTest {
  protected:
    void SetUp() override {
        ProductionTest::SetUp();
        sequence_ = write(owner_, [&](access::Call& call) {
            return shot::create_sequence(call, "bar", object{{"code", "sq010"}});
        });
    }
    Result<publish::WorkFile> reserve(database::Database& on, const access::Actor& actor, object body) {
        return try_write(on, actor, [&](access::Call& call) {
            return publish::reserve_work_file(call, "sequence", sequence_.id, body);
        });
    }

    shot::Sequence sequence_;
};
INSTANTIATE_FOR_BOTH_DATABASES(WorkFileTest);

TEST_P(WorkFileTest, bad_fields_people_who_may_not_and_archived_owners_are_refused) {
    const auto refused = reserve(database(), owner_, {{"series", "../x"}, {"size", -1}, {"colour", 1}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), testing::UnorderedElementsAre("/series", "/size", "/colour"));
    const auto viewer = with_role(bar_.id, "viewer");
    EXPECT_ERROR(reserve(database(), viewer, {{"series", "anim"}}), Errc::forbidden);
    write(owner_,
          [&](access::Call& call) { return shot::archive_sequence(call, sequence_.id, std::nullopt); });
    EXPECT_ERROR(reserve(database(), owner_, {{"series", "anim"}}), Errc::conflict);
}

TEST_P(WorkFileTest, each_series_counts_for_itself) {
    EXPECT_EQ(must(reserve(database(), owner_, {{"series", "anim"}})).number, 1);
    EXPECT_EQ(must(reserve(database(), owner_, {{"series", "ANIM"}})).number, 2);
    EXPECT_EQ(must(reserve(database(), owner_, {{"series", "light"}})).number, 1);
}

TEST_P(WorkFileTest, numbers_reserved_at_once_on_two_connections_differ) {
    const auto another = open_another();
    std::array<std::vector<std::int64_t>, 2> numbers;
    const auto take = [&](database::Database& on, std::vector<std::int64_t>& out) {
        for (int i = 0; i < 25; ++i) out.push_back(must(reserve(on, owner_, {{"series", "anim"}})).number);
    };
    std::thread first([&] { take(database(), numbers[0]); });
    std::thread second([&] { take(*another, numbers[1]); });
    first.join();
    second.join();
    std::vector<std::int64_t> all = numbers[0];
    all.insert(all.end(), numbers[1].begin(), numbers[1].end());
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(all.size(), 50U);
}

} // namespace
} // namespace bifrost::tests
