// Folder templates: what may be saved, and that paths are read back as they were written.

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/folder/template_set.hpp"

namespace bifrost::tests {
namespace {

using namespace folder; // NOLINT: the room under test
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Template make(std::string_view pattern, std::string_view kind, std::string_view data_type = "work") {
    Template one;
    one.data_type = data_type;
    one.kind = kind;
    one.pattern = Pattern::parse(pattern, kind).value();
    return one;
}
std::vector<std::string> faults(std::string_view pattern, std::string_view kind,
                                std::string_view data_type = "work") {
    return template_faults(make(pattern, kind, data_type));
}
std::vector<std::string> meets(const Template& added) {
    TemplateSet set = TemplateSet::shipped();
    set.put(added);
    return collisions(set);
}
Values hero() {
    Values values;
    values.set(Token::project, "bar");
    values.set(Token::asset_type, "character");
    values.set(Token::asset, "char_hero");
    values.set_label(Token::asset, "Char Hero");
    return values;
}

TEST(FolderPattern, broken_grammar_is_refused_with_what_is_wrong) {
    const std::vector<std::pair<std::string, std::string>> broken = {{"", "1 to 500"},
                                                                     {"{asset", "'}'"},
                                                                     {"{nothing}", "which there is not"},
                                                                     {"[a]", "could decide"},
                                                                     {"[{asset}", "without its ']'"},
                                                                     {"{asset}]", "without its '['"},
                                                                     {"{version:x}", "width"},
                                                                     {"{version:0}", "width"},
                                                                     {"{asset:03}", "form"},
                                                                     {"{task:label}", "form"},
                                                                     {"a\\b", "must be of"},
                                                                     {"a\nb", "must be of"},
                                                                     {"a:b", "must be of"},
                                                                     {"\xc3\xa9", "must be of"},
                                                                     {"{}", "which there is not"}};
    for (const auto& [text, sentence] : broken) {
        const auto parsed = Pattern::parse(text, "asset");
        ASSERT_FALSE(parsed) << text;
        EXPECT_THAT(parsed.error().detail, HasSubstr(sentence)) << text;
    }
}

TEST(FolderPattern, paths_that_leave_the_root_or_no_disk_takes_are_refused) {
    for (const std::string text :
         {"/{project}/{asset}", "{project}/../{asset}", "{project}/./{asset}", "{project}//{asset}",
          "{project}/{asset}/", "{project}/con/{asset}", "{project}/NUL.txt/{asset}", "{project}/{asset}.",
          "{project}/ {asset}", "{project}/x /{asset}", "{project}/.bifrost/{asset}"})
        EXPECT_THAT(faults(text, "asset"), Not(IsEmpty())) << text;
    EXPECT_THAT(faults("{project}/x/{asset}", "asset"), IsEmpty());
}

TEST(FolderPattern, what_can_be_read_in_two_ways_is_refused) {
    for (const std::string text :
         {"{project}/{asset}_{task}", "{project}/{asset}{task}", "{project}_{asset}",
          "{project}/{asset}/{task}{workfile:03}", "{project}/{asset}_w{workfile:03}_{task}",
          "{project}/{asset}-{asset_type}"})
        EXPECT_THAT(faults(text, "asset"), Contains(HasSubstr("read back"))) << text;
    for (const std::string text :
         {"{project}/{asset}/{asset}_{task}", "{project}/{asset}.{task}", "{project}/{asset}_w{workfile:03}",
          "{project}/{asset}_w{workfile}.{extension}"})
        EXPECT_THAT(faults(text, "asset"), IsEmpty()) << text;
}

TEST(FolderPattern, two_entities_on_one_path_are_refused) {
    EXPECT_THAT(faults("{project}/assets", "asset"), Contains(HasSubstr("{asset}")));
    EXPECT_THAT(faults("{asset}", "asset"), Contains(HasSubstr("{project}")));
    EXPECT_THAT(faults("{project}/[{asset}]", "asset"), Contains(HasSubstr("outside of brackets")));
    EXPECT_THAT(faults("{project}/{sequence}/{shot}", "shot"), Contains(HasSubstr("[{episode}/]")));
    EXPECT_THAT(faults("{project}/{shot}", "shot"), Contains(HasSubstr("{sequence}")));
    EXPECT_THAT(faults("{project}/{asset}/v{version}", "asset", "published"),
                Contains(HasSubstr("{product}")));
    EXPECT_THAT(faults("{project}/{asset}", "asset", "published"), Contains(HasSubstr("{version}")));
    EXPECT_THAT(faults("{project}/{asset}/{shot}", "asset"), Contains(HasSubstr("{shot}")));
}

TEST(FolderPattern, templates_that_could_meet_are_refused) {
    EXPECT_THAT(collisions(TemplateSet::shipped()), IsEmpty());
    EXPECT_THAT(meets(make("{project}/assets/{asset_type}/{asset}/publish[/{task}]", "asset")),
                Not(IsEmpty()));
    EXPECT_THAT(meets(make("{project}/{asset}", "asset")), Contains(HasSubstr("publish")));
    EXPECT_THAT(meets(make("{project}/assets/{asset_type}/{asset}/PUBLISH", "asset")), Not(IsEmpty()));
    EXPECT_THAT(meets(make("{project}/assets/{asset_type}/{asset}/publish/{task}/v001/work", "asset")),
                Contains(HasSubstr("among the files")));
    EXPECT_THAT(meets(make("{project}/areas/{asset}", "asset")), IsEmpty());
    Template child = make("{project}/areas/{asset}/work[/{task}]", "asset");
    child.children = {"references"};
    EXPECT_THAT(meets(child), Contains(HasSubstr("references")));
}

TEST(FolderPattern, shots_and_sequences_may_share_a_folder_because_codes_are_unique_below_one_parent) {
    TemplateSet set = TemplateSet::shipped();
    set.put(make("{project}/shots/[{episode}/]{sequence}", "sequence", "work"));
    EXPECT_THAT(collisions(set), IsEmpty());
}

TEST(FolderPattern, optional_parts_come_with_their_tokens) {
    const auto pattern =
        Pattern::parse("{project}/{asset:label}/publish[/{product}[/v{version:03}]]", "asset").value();
    Values values = hero();
    EXPECT_EQ(pattern.format(values).value(), "bar/Char Hero/publish");
    values.set_number(Token::version, 7);
    EXPECT_EQ(pattern.format(values).value(), "bar/Char Hero/publish");
    values.set(Token::product, "model");
    EXPECT_EQ(pattern.format(values).value(), "bar/Char Hero/publish/model/v007");
    values.set_number(Token::version, 12345);
    EXPECT_EQ(pattern.format(values).value(), "bar/Char Hero/publish/model/v12345");
}

TEST(FolderPattern, values_that_no_disk_takes_are_refused_when_a_path_is_made) {
    const auto pattern = Pattern::parse("{project}/{asset:label}", "asset").value();
    for (const std::string label : {"Con", "aux.old", "Hero.", "Hero "}) {
        Values values = hero();
        values.set_label(Token::asset, label);
        EXPECT_FALSE(pattern.format(values)) << label;
    }
    Values nobody;
    nobody.set(Token::project, "bar");
    EXPECT_THAT(pattern.format(nobody).error().detail, HasSubstr("no asset"));
}

TEST(FolderPattern, numbers_are_read_only_as_they_are_written) {
    const auto pattern = Pattern::parse("v{version:03}", "asset").value();
    for (const std::string text :
         {"v1", "v01", "v0001", "v000", "v01234", "v", "vx01", "v1234567890123456789"})
        EXPECT_FALSE(match(pattern.longest(), {text})) << text;
    EXPECT_EQ(match(pattern.longest(), {"v001"})->number(Token::version), 1);
    EXPECT_EQ(match(pattern.longest(), {"v1234"})->number(Token::version), 1234);
}

/// Random templates and names; every template that the checks let pass must be read back.
class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}
    std::size_t below(std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most - 1)(random_);
    }
    std::string pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

    std::string pattern(const std::string& kind) {
        std::string text = "{project}";
        const std::size_t parts = 2 + below(7);
        int open = 0;
        for (std::size_t i = 0; i < parts; ++i) {
            text += pick({"/", "/", "/", "_", ".", "-", "", "/v", "_w", "/x."});
            if (below(4) == 0) {
                text += "[";
                ++open;
                text += pick({"", "/", "."});
            }
            text +=
                kind == "asset"
                    ? pick({"{asset}", "{code}", "{label}", "{asset:label}", "{asset_type}", "{product}",
                            "{version:03}", "{version}", "{task}", "{workfile:02}", "{extension}", "work"})
                    : pick({"{episode}", "{sequence}", "{shot}", "{label}", "[{episode}/]{sequence}/{shot}",
                            "{product}", "{version:03}", "{task}", "{workfile:02}", "{extension}", "work"});
            if (open > 0 && below(2) == 0) {
                text += "]";
                --open;
            }
        }
        for (; open > 0; --open) text += "]";
        return text;
    }
    std::string label() {
        static const std::string first = "abcXYZ0189";
        static const std::string rest = "abvwXYZ0189__--. ";
        std::string text(1, first[below(first.size())]);
        for (std::size_t i = below(8); i > 0; --i) text += rest[below(rest.size())];
        return text;
    }
    Values values() {
        Values made;
        for (std::size_t i = 0; i < kTokens; ++i) {
            const auto token = static_cast<Token>(i);
            if (token != Token::project && below(4) == 0) continue;
            if (is_number(token)) {
                made.set_number(token, static_cast<std::int64_t>(1 + below(below(2) == 0 ? 9 : 20000)));
            } else if (token == Token::extension) {
                made.set(token, pick({"exr", "ma", "v001", "w"}));
            } else {
                const std::string typed = label();
                std::string code;
                for (const char c : typed) {
                    if (c == ' ' || c == '.')
                        code += '_';
                    else
                        code += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
                }
                made.set(token, code);
                made.set_label(token, typed);
            }
        }
        return made;
    }

  private:
    std::mt19937 random_;
};

TEST(FolderPattern, every_template_that_may_be_saved_is_read_back_as_it_was_written) {
    Generator generate(20260131);
    int saved = 0;
    int paths = 0;
    for (int i = 0; i < 10'000; ++i) {
        const std::string kind = generate.below(2) == 0 ? "asset" : "shot";
        const std::string text = generate.pattern(kind);
        auto parsed = Pattern::parse(text, kind);
        if (!parsed) continue;
        Template one;
        one.data_type = "work";
        one.kind = kind;
        one.pattern = std::move(*parsed);
        TemplateSet set;
        set.put(one);
        if (!template_faults(one).empty() || !collisions(set).empty()) continue;
        ++saved;
        for (int j = 0; j < 20; ++j) {
            const Values values = generate.values();
            const auto path = one.pattern.format(values);
            if (!path) continue;
            ++paths;
            const auto readings = set.read(*path, "main");
            ASSERT_FALSE(readings.empty()) << text << " " << *path;
            // Whatever reads the whole path must write it again, and know the same values; readings that the
            // codes of siblings tell apart are the database's to choose from.
            bool found = false;
            for (const auto& reading : readings) {
                if (!reading.rest.empty()) continue;
                ASSERT_EQ(one.pattern.format(reading.values).value(), *path) << text;
                bool same = true;
                for (std::size_t t = 0; t < kTokens; ++t) {
                    const auto token = static_cast<Token>(t);
                    if (reading.values.has(token) && reading.values.code(token) != values.code(token))
                        same = false;
                }
                found = found || same;
            }
            ASSERT_TRUE(found) << text << " " << *path;
        }
    }
    EXPECT_GT(saved, 50);
    EXPECT_GT(paths, 500);
}

TEST(FolderPattern, two_values_never_share_a_path_of_one_template) {
    Generator generate(7);
    int compared = 0;
    for (int i = 0; i < 20'000 && compared < 5'000; ++i) {
        const auto parsed = Pattern::parse(generate.pattern("asset"), "asset");
        if (!parsed) continue;
        Template one;
        one.data_type = "work";
        one.kind = "asset";
        one.pattern = *parsed;
        TemplateSet set;
        set.put(one);
        if (!template_faults(one).empty() || !collisions(set).empty()) continue;
        std::map<std::string, std::string> seen; // path → codes of what the path must tell
        for (int j = 0; j < 30; ++j) {
            const Values values = generate.values();
            const auto path = one.pattern.format(values);
            if (!path) continue;
            ++compared;
            const std::string identity = values.code(Token::project) + "/" + values.code(Token::asset);
            const auto [known, fresh] = seen.emplace(*path, identity);
            EXPECT_EQ(known->second, identity) << one.pattern.text() << " " << *path;
        }
    }
    EXPECT_GE(compared, 5'000);
}

} // namespace
} // namespace bifrost::tests
