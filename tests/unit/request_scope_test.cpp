// The token by which a caller reads its own writes, and the scope that carries it.

#include <gtest/gtest.h>

#include "database/request_scope.hpp"

namespace bifrost::tests {
namespace {

using database::PrimaryReads;
using database::RequestScope;
using database::Seen;

TEST(ConsistencyToken, what_is_sent_back_is_what_was_given_out) {
    for (const Seen seen : {Seen{0, 0}, Seen{0x16b3748, 1'800'000'000}, Seen{UINT64_MAX, INT64_MAX}}) {
        const auto parsed = Seen::parse(seen.text());
        ASSERT_TRUE(parsed) << seen.text();
        EXPECT_EQ(*parsed, seen);
    }
}

TEST(ConsistencyToken, what_was_cut_changed_or_made_up_is_none) {
    const std::string good = Seen{0x16b3748, 1'800'000'000}.text();
    for (std::size_t cut = 0; cut < good.size(); ++cut) EXPECT_FALSE(Seen::parse(good.substr(0, cut)));
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string changed = good;
        changed[at] = changed[at] == '1' ? '2' : '1';
        EXPECT_FALSE(Seen::parse(changed)) << changed;
    }
    for (const char* garbage : {"", "-", "--", "1.8421.0", "0-0", "0-0-", "0-0-00000000", "00-0-00000000",
                                "+1-0-0", "\xff\xfe", "1-2-3-4", "zz-zz-zzzzzzzz"})
        EXPECT_FALSE(Seen::parse(garbage)) << garbage;
    EXPECT_FALSE(Seen::parse(good + " "));
    EXPECT_FALSE(Seen::parse(" " + good));
    EXPECT_FALSE(Seen::parse(std::string(10'000, 'a')));
    std::string capitals = Seen{0xabcdef, 1}.text();
    capitals[0] = 'A';
    EXPECT_FALSE(Seen::parse(capitals));
}

TEST(RequestScopes, the_innermost_counts_and_the_outer_one_comes_back) {
    EXPECT_EQ(RequestScope::current(), nullptr);
    {
        RequestScope outer;
        outer.allow_replicas(Seen{7, 1});
        {
            const RequestScope inner;
            EXPECT_EQ(RequestScope::current(), &inner);
            EXPECT_FALSE(inner.replicas_allowed());
        }
        EXPECT_EQ(RequestScope::current(), &outer);
        {
            const PrimaryReads on_primary;
            EXPECT_FALSE(outer.replicas_allowed());
        }
        EXPECT_TRUE(outer.replicas_allowed());
    }
    EXPECT_EQ(RequestScope::current(), nullptr);
    const PrimaryReads without_scope; // harmless
}

} // namespace
} // namespace bifrost::tests
