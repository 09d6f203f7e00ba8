// Markdown that can't harm.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/comment/markdown.hpp"

namespace bifrost::tests {
namespace {

using comment::find_mentions;
using comment::render_markdown;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Markdown, no_tag_of_the_source_comes_through) {
    for (const std::string text : {"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a <b>b</b>",
                                   "> <iframe>", "- <svg onload=x>", "# <style>", "`<script>`",
                                   "```\n<script>\n```", "**<i>**", "[<b>](https://x.y)", "&lt;script&gt;"}) {
        const std::string html = render_markdown(text);
        for (const std::string tag : {"<script", "<img", "<b>", "<iframe", "<svg", "<style", "<i>"})
            EXPECT_THAT(html, Not(HasSubstr(tag))) << text;
    }
    EXPECT_EQ(render_markdown("&lt;"), "<p>&amp;lt;</p>");
}

TEST(Markdown, links_lead_to_the_web_and_to_mail_only) {
    for (const std::string url : {"javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "vbscript:x",
                                  "//evil.example", "/relative", "java\tscript:x"})
        EXPECT_THAT(render_markdown("[text](" + url + ")"), Not(HasSubstr("<a "))) << url;
    // Quotes end an address, and stay text.
    for (const std::string quote : {"\"", "'"}) {
        const std::string html = render_markdown("[text](https://x.y" + quote + " onclick=" + quote + "z)");
        EXPECT_THAT(html, HasSubstr("<a href=\"https://x.y\" rel="));
        EXPECT_THAT(html, Not(HasSubstr("onclick=" + quote)));
    }
    EXPECT_EQ(
        render_markdown("[a *b*](https://x.y/?q=1&r=2)"),
        "<p><a href=\"https://x.y/?q=1&amp;r=2\" rel=\"noopener noreferrer nofollow\">a <em>b</em></a></p>");
    EXPECT_THAT(render_markdown("see https://x.y/z."), HasSubstr("href=\"https://x.y/z\""));
    EXPECT_THAT(render_markdown("<https://x.y/\">"), Not(HasSubstr("x.y/\"\"")));
}

TEST(Markdown, marks_that_are_never_closed_are_text) {
    EXPECT_EQ(render_markdown("2 * 3 * 4"), "<p>2 * 3 * 4</p>");
    EXPECT_EQ(render_markdown("**open"), "<p>**open</p>");
    EXPECT_EQ(render_markdown("snake_case_name"), "<p>snake_case_name</p>");
    EXPECT_EQ(render_markdown("`"), "<p>`</p>");
    EXPECT_EQ(render_markdown("[]()"), "<p>[]()</p>");
    EXPECT_EQ(render_markdown("```\nx"), "<pre><code>x\n</code></pre>");
    EXPECT_EQ(render_markdown(""), "");
}

TEST(Markdown, deep_nesting_ends) {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += i % 2 ? "*" : "_";
    EXPECT_FALSE(render_markdown(text).empty());
    EXPECT_FALSE(render_markdown(std::string(20'000, '[')).empty());
    EXPECT_FALSE(render_markdown(std::string(20'000, '>')).empty());
}

TEST(Markdown, blocks_and_spans) {
    EXPECT_EQ(render_markdown("a **b** _c_ ~~d~~ `e`\nf"),
              "<p>a <strong>b</strong> <em>c</em> <del>d</del> <code>e</code><br>f</p>");
    EXPECT_EQ(render_markdown("# A\n\n> b\n> c"), "<h1>A</h1><blockquote>b<br>c</blockquote>");
    EXPECT_EQ(render_markdown("- a\n- b\n1. c"), "<ul><li>a</li><li>b</li></ul><ol><li>c</li></ol>");
    EXPECT_EQ(render_markdown("- [x] a"), "<ul><li><input type=\"checkbox\" disabled checked> a</li></ul>");
}

TEST(Markdown, people_are_mentioned_where_a_word_begins) {
    EXPECT_THAT(find_mentions("@Anna and (@ben) but a@b.example, `@code` and @anna again"),
                ElementsAre("anna", "ben"));
    EXPECT_THAT(find_mentions("```\n@anna\n```\n@ben_2"), ElementsAre("ben_2"));
    EXPECT_THAT(find_mentions("@ @! @@"), ElementsAre());
}

TEST(Markdown, check_boxes_are_set_by_number) {
    const std::string text = "- [ ] a\n```\n- [ ] no\n```\n1. [x] b\n- c";
    EXPECT_EQ(comment::count_checks(text), 2U);
    EXPECT_EQ(comment::set_check(text, 0, true), "- [x] a\n```\n- [ ] no\n```\n1. [x] b\n- c");
    EXPECT_EQ(comment::set_check(text, 1, false), "- [ ] a\n```\n- [ ] no\n```\n1. [ ] b\n- c");
    EXPECT_EQ(comment::set_check(text, 2, true), text);
}

} // namespace
} // namespace bifrost::tests
