#include <gtest/gtest.h>

#include "client/ingest/ingest_plan.hpp"
#include "client/ingest/path_pattern.hpp"
#include "client/ingest/references.hpp"
#include "client/ingest/rules.hpp"

namespace bifrost::client {
namespace {

using namespace std::string_literals;

std::optional<Captures> matched(const char* pattern, const char* path) {
    return PathPattern::parse(pattern)->match(path);
}

TEST(PathPattern, braces_that_do_not_pair_and_odd_names_are_refused) {
    for (const char* bad : {"", "a{b", "a}b", "{a b}/x", "{}", "{A}"})
        EXPECT_FALSE(PathPattern::parse(bad)) << bad;
}

TEST(PathPattern, a_star_stays_within_a_component_and_two_cross_folders) {
    EXPECT_TRUE(matched("a/*.png", "a/b.png"));
    EXPECT_FALSE(matched("a/*.png", "a/b/c.png"));
    EXPECT_FALSE(matched("*", "a/b"));
    EXPECT_TRUE(matched("a/**", "a/b/c.png"));
    EXPECT_FALSE(matched("a/**", "b/a/c.png"));
    EXPECT_TRUE(matched("**/x.xml", "x.xml"));
    EXPECT_TRUE(matched("**/x.xml", "a/b/x.xml"));
    EXPECT_FALSE(matched("**/x.xml", "ax.xml"));
    EXPECT_TRUE(matched("**.{png,jpg}", "a/b.jpg"));
    EXPECT_TRUE(matched("a?c", "abc"));
    EXPECT_FALSE(matched("a?c", "a/c"));
}

TEST(PathPattern, names_take_the_shortest_text_and_the_same_wherever_they_stand_again) {
    EXPECT_EQ(matched("music/{song}_fast.ogg", "music/farm_fast.ogg")->at("song"), "farm");
    EXPECT_EQ(matched("t/{set}_{rest}", "t/stk_wood_a.png")->at("set"), "stk");
    EXPECT_EQ(matched("t/{set}_{rest}", "t/stk_wood_a.png")->at("rest"), "wood_a.png");
    EXPECT_TRUE(matched("{a}/{a}.ma", "hero/hero.ma"));
    EXPECT_FALSE(matched("{a}/{a}.ma", "hero/villain.ma"));
    EXPECT_FALSE(matched("k/{kart}/**", "k//x"));
}

TEST(PathPattern, the_folder_of_a_match_ends_before_what_varies_in_depth) {
    EXPECT_EQ(PathPattern::parse("karts/{kart}/**")->base_of("karts/gnu/a/b.png"), "karts/gnu");
    EXPECT_EQ(PathPattern::parse("music/{song}.ogg")->base_of("music/farm.ogg"), "music");
    EXPECT_EQ(PathPattern::parse("**")->base_of("a/b"), "");
    EXPECT_EQ(PathPattern::parse("*")->base_of("a"), "");
}

TEST(Template, unknown_names_and_filters_are_refused_when_it_is_read) {
    for (const char* bad : {"{other}", "{kart|shout}", "{kart"})
        EXPECT_FALSE(Template::parse(bad, {"kart"})) << bad;
    EXPECT_EQ(Template::parse("kart_{kart} ({kart|title})", {"kart"})->fill({{"kart", "sara_the-racer"}}),
              "kart_sara_the-racer (Sara The Racer)");
    EXPECT_EQ(Template::parse("{kart|lower}", {"kart"})->fill({{"kart", "GNU"}}), "gnu");
}

TEST(References, xml_attributes_are_read_with_entities_and_without_comments) {
    const std::string xml =
        "<?xml version='1.0'?><!-- <x file=\"no.png\"/> --><a file = \"one.png\" n='2'/>\n"
        "<b><![CDATA[<c file=\"no.png\">]]></b><d  file='R&amp;D &#233;.png' file=\"one.png\"></d><e "
        "file=\"three.png\"";
    EXPECT_EQ(xml_attribute_values(xml, {"file"}),
              (std::vector{"one.png"s, "R&D \xc3\xa9.png"s, "three.png"s}));
    EXPECT_EQ(xml_attribute_values(xml, {"d@file"}), (std::vector{"R&D \xc3\xa9.png"s, "one.png"s}));
    EXPECT_EQ(xml_attribute_values(xml, {"a@n"}), std::vector{"2"s});
}

TEST(References, broken_xml_ends_and_gives_what_could_be_read) {
    for (const char* broken : {"<", "<a", "<a b", "<a b=", "<a b=\"", "<a b=\"c", "<!--", "<a b==\"c\">",
                               "<a \"x\"=y>", "<a / / >", "<a<b>"})
        (void)xml_attribute_values(broken, {});
    EXPECT_EQ(xml_attribute_values("<a b=\"c\" \x01\xff <d e=\"f\">", {}), (std::vector{"c"s, "f"s}));
}

std::string spm(const std::vector<std::string>& names, std::size_t materials) {
    std::string bytes = "SP\x0a\x01" + std::string(24, '\0');
    bytes += static_cast<char>(materials);
    bytes += '\0';
    for (const auto& name : names) bytes += static_cast<char>(name.size()) + name;
    return bytes;
}

TEST(References, spm_meshes_name_two_textures_a_material) {
    EXPECT_EQ(spm_texture_names(spm({"a.png", "", "b.png", "c.png"}, 2)),
              (std::vector{"a.png"s, "b.png"s, "c.png"s}));
}

TEST(References, spm_that_is_torn_or_of_another_kind_is_no_error) {
    EXPECT_EQ(spm_texture_names(""), std::vector<std::string>{});
    EXPECT_EQ(spm_texture_names("PNG"), std::vector<std::string>{});
    EXPECT_EQ(spm_texture_names(spm({"a.png", "b.png"}, 60000)), (std::vector{"a.png"s, "b.png"s}));
    const std::string whole = spm({"a.png", "b.png"}, 1);
    for (std::size_t length = 0; length < whole.size(); ++length)
        (void)spm_texture_names(std::string_view{whole}.substr(0, length));
}

TEST(References, an_expression_needs_a_group_and_does_not_run_for_ever) {
    EXPECT_FALSE(TextExpression::parse("file=.*"));
    EXPECT_FALSE(TextExpression::parse("(file"));
    EXPECT_EQ(TextExpression::parse("\"([^\"]+\\.png)\"")->values("x(\"a.png\", \"b.png\", \"a.png\")"),
              (std::vector{"a.png"s, "b.png"s}));
    (void)TextExpression::parse("(x+x+)+y")->values(std::string(200, 'x'));
}

std::string rules_error(const std::string& yaml) {
    const auto rules = parse_rules(yaml, "rules.yaml");
    return rules ? "" : rules.error().detail;
}

TEST(Rules, every_mistake_is_named_with_its_line) {
    EXPECT_NE(rules_error("assets:\n  - {match: 'a', type: prop, code: a}\n")
                  .find("rules.yaml, line 2: \"product\" is missing"),
              std::string::npos);
    EXPECT_NE(rules_error("assets: []\nasets: []\n").find("line 2: \"asets\" is not a key"),
              std::string::npos);
    EXPECT_NE(rules_error("assets:\n  - {match: '{a', type: prop, code: a, product: x}").find("open brace"),
              std::string::npos);
    EXPECT_NE(rules_error("assets:\n  - {match: 'a', type: prop, code: '{b}', product: x}").find("{b}"),
              std::string::npos);
    EXPECT_NE(rules_error("assets: [").find("rules.yaml, line 1"), std::string::npos);
    EXPECT_NE(rules_error("").find("rules.yaml"), std::string::npos);
    EXPECT_NE(rules_error(
                  "assets:\n  - {match: a, type: prop, code: a, product: x, files: [{match: a, role: big}]}")
                  .find("a role is"),
              std::string::npos);
    EXPECT_NE(rules_error("assets: []\nreferences:\n  - {files: a, reader: pdf, to: x}").find("a reader is"),
              std::string::npos);
    EXPECT_NE(rules_error("assets: []\nreferences:\n  - {files: a, pattern: 'x', to: x}").find("no group"),
              std::string::npos);
    EXPECT_EQ(rules_error("assets:\n  - {match: '**', type: prop, code: a, product: x}"), "");
}

Tree tree_of(std::initializer_list<const char*> paths) {
    Tree tree;
    for (const char* path : paths) tree.files.push_back({path, {}});
    return tree;
}

constexpr const char* kRules = R"(
assets:
  - {match: 'karts/{kart}/**', type: vehicle, code: 'kart_{kart}', name: '{kart|title}', product: model,
     files: [{match: '*.png', role: texture, representation: images, format: png}]}
  - {match: 'textures/*', type: texture, code: textures, product: texture}
  - {match: 'tracks/{track}/**', type: environment, code: '{track}', product: scene}
references:
  - {files: '**.xml', reader: xml, words: true, to: ['{folder}/{value}', 'textures/{value}', 'karts/{value}']}
kinds: {texture: [png]}
)";

TEST(Plan, files_that_no_rule_matches_are_named) {
    const auto plan = plan_versions(tree_of({"karts/gnu/a.spm", "readme.txt"}), *parse_rules(kRules, "r"));
    ASSERT_FALSE(plan);
    EXPECT_NE(plan.error().detail.find("1 file is matched by no rule"), std::string::npos);
    EXPECT_NE(plan.error().detail.find("readme.txt"), std::string::npos);
}

TEST(Plan, every_file_lands_in_one_version_under_its_path_within_it) {
    const Tree tree =
        tree_of({"karts/gnu/a.png", "karts/gnu/sub/kart.xml", "karts/tux/kart.xml", "textures/wood.png"});
    const auto plan = plan_versions(tree, *parse_rules(kRules, "r"));
    ASSERT_TRUE(plan) << plan.error().detail;
    ASSERT_EQ(plan->versions.size(), 3U);
    const auto& gnu = plan->versions[0];
    EXPECT_EQ(gnu.key(), "kart_gnu/model");
    EXPECT_EQ(gnu.asset_name, "Gnu");
    EXPECT_EQ(gnu.folder, "karts/gnu");
    ASSERT_EQ(gnu.files.size(), 2U);
    EXPECT_EQ(gnu.files[0].path, "a.png");
    EXPECT_EQ(gnu.files[0].representation, "images");
    EXPECT_EQ(gnu.files[1].path, "sub/kart.xml");
    EXPECT_EQ(plan->version_of_file, (std::vector<std::size_t>{0, 0, 1, 2}));
}

TEST(Plan, two_files_with_one_path_and_two_types_of_one_asset_are_refused) {
    const auto twice = parse_rules("assets:\n  - {match: '{a}/**', type: prop, code: one, product: x}", "r");
    EXPECT_NE(plan_versions(tree_of({"a/f", "b/f"}), *twice).error().detail.find("would both be f"),
              std::string::npos);
    const auto types = parse_rules("assets:\n  - {match: 'a', type: prop, code: one, product: x}\n  - "
                                   "{match: 'b', type: fx, code: one, product: x}",
                                   "r");
    EXPECT_NE(plan_versions(tree_of({"a", "b"}), *types).error().detail.find("of two types"),
              std::string::npos);
    const auto code = parse_rules("assets:\n  - {match: '{a}', type: prop, code: '{a}', product: x}", "r");
    EXPECT_NE(plan_versions(tree_of({"+"}), *code).error().detail.find("is none"), std::string::npos);
}

TEST(Plan, references_become_needs_and_those_within_a_version_do_not) {
    const Tree tree =
        tree_of({"karts/gnu/a.png", "karts/gnu/kart.xml", "textures/wood.png", "tracks/abyss/scene.xml"});
    const auto rules = *parse_rules(kRules, "r");
    Plan plan = *plan_versions(tree, rules);
    const auto counts = resolve_references(tree, rules,
                                           {{1, 0, "a.png"},
                                            {1, 0, "wood.png"},
                                            {3, 0, "gnu/kart.xml"},
                                            {3, 0, "wood.png none.png wood.png"},
                                            {3, 0, "../../../etc/passwd"}},
                                           plan);
    EXPECT_EQ(counts.found, 5U);
    EXPECT_EQ(counts.unresolved, std::vector{"tracks/abyss/scene.xml: ../../../etc/passwd"s});
    EXPECT_EQ(plan.versions[0].needs, (std::map<std::size_t, std::string>{{1, "texture"}}));
    EXPECT_EQ(plan.versions[2].needs, (std::map<std::size_t, std::string>{{0, "reference"}, {1, "texture"}}));
}

TEST(Plan, what_is_needed_comes_first_and_a_circle_is_opened_and_named) {
    Plan plan;
    for (const char* code : {"a", "b", "c"}) {
        plan.versions.emplace_back();
        plan.versions.back().asset = code;
        plan.versions.back().product = "x";
    }
    plan.versions[0].needs = {{1, "reference"}};
    plan.versions[1].needs = {{2, "reference"}};
    plan.versions[2].needs = {{0, "reference"}};
    std::vector<std::string> dropped;
    EXPECT_EQ(order_by_needs(plan, dropped), (std::vector<std::size_t>{2, 1, 0}));
    EXPECT_EQ(dropped, std::vector{"c/x → a/x"s});
    EXPECT_TRUE(plan.versions[2].needs.empty());
}

TEST(Plan, a_manifest_changes_with_content_labels_and_needs_and_with_nothing_else) {
    const Tree tree = tree_of({"karts/gnu/a.png", "karts/gnu/kart.xml", "textures/wood.png"});
    const auto rules = *parse_rules(kRules, "r");
    Plan plan = *plan_versions(tree, rules);
    std::vector<std::string> hashes{"1", "2", "3"};
    const std::string before = manifest_of(plan, plan.versions[0], hashes);
    hashes[2] = "4"; // of another version
    EXPECT_EQ(manifest_of(plan, plan.versions[0], hashes), before);
    hashes[1] = "5";
    EXPECT_NE(manifest_of(plan, plan.versions[0], hashes), before);
    hashes[1] = "2";
    plan.versions[0].files[0].role = "main";
    EXPECT_NE(manifest_of(plan, plan.versions[0], hashes), before);
    plan.versions[0].files[0].role = "texture";
    plan.versions[0].needs[1] = "texture";
    EXPECT_NE(manifest_of(plan, plan.versions[0], hashes), before);
}

} // namespace
} // namespace bifrost::client
