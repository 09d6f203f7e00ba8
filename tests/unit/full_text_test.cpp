#include "query/full_text.hpp"

#include <gtest/gtest.h>

namespace bifrost::query {
namespace {

using database::Dialect;

TEST(FullText, what_is_no_text_parts_words_and_never_throws) {
    EXPECT_EQ(fold_words("\xFF\xC3(\x80 a\xF0\x9F"), "a");
    EXPECT_EQ(fold_words(""), "");
    EXPECT_EQ(fold_words("\xF0\x9F\xA4\x96 — … '\"*:()&|!"), "");
    EXPECT_EQ(fold_words(std::string(500, 'x')).size(), 100U);
}

TEST(FullText, case_and_accents_are_folded) {
    EXPECT_EQ(fold_words("Café ÜBER Straße ŁÓDŹ Æther"), "cafe uber strasse lodz aether");
    EXPECT_EQ(fold_words("cafe\xCC\x81"), "cafe"); // an accent of its own
    EXPECT_EQ(fold_words("Άλφα ΩΜΕΓΑ ёлка"), "αλφα ωμεγα елка");
}

TEST(FullText, signs_part_words_and_letters_do_not) {
    EXPECT_EQ(fold_words("hero_v2-b.main/left 3D"), "hero v2 b main left 3d");
    EXPECT_EQ(fold_words("城門robot門"), "城 門 robot 門");
    const auto words = find_words("  Café_x");
    ASSERT_EQ(words.size(), 2U);
    EXPECT_EQ(words[0].begin, 2U);
    EXPECT_EQ(words[0].end, 7U);
}

TEST(FullText, the_last_word_is_a_beginning_until_it_is_ended) {
    EXPECT_TRUE(query_terms("wooden rob").back().prefix);
    EXPECT_FALSE(query_terms("wooden rob").front().prefix);
    EXPECT_FALSE(query_terms("wooden rob ").back().prefix);
    EXPECT_TRUE(query_terms("!?").empty());
    EXPECT_EQ(query_terms(std::string(200, 'a') + " b c d e f g h i j k l m n o p q r s t u v").size(), 16U);
}

TEST(FullText, each_database_gets_its_own_syntax_of_quoted_words) {
    const auto terms = query_terms("a' OR \"b*");
    EXPECT_EQ(match_text(Dialect::sqlite, terms), R"(("a") AND ("or") AND ("b"))");
    EXPECT_EQ(match_text(Dialect::postgres, terms), "('a') & ('or') & ('b')");
    const std::vector<Term> wide = {{{"rob", "bob"}, true}};
    EXPECT_EQ(match_text(Dialect::sqlite, wide, true), R"({code_words name_words} : (("rob" * OR "bob" *)))");
    EXPECT_EQ(match_text(Dialect::postgres, wide, true), "('rob':*AB | 'bob':*AB)");
    EXPECT_FALSE(full_text_match(Dialect::postgres, "***"));
}

} // namespace
} // namespace bifrost::query
