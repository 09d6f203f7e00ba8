// Whole sets of templates against whole productions: whatever the templates are that may be saved together,
// and whatever people name things, no two entities share a path, on disks that tell cases apart and on those
// that don't, and every path leads back to its entity.

#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "services/folder/match.hpp"
#include "services/folder/template_set.hpp"

namespace bifrost::folder {
namespace {

struct Entity {
    std::string kind;
    Values values; ///< its own tokens and those above
    std::size_t parent = 0;
};

class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}
    std::size_t below(std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most - 1)(random_);
    }
    std::string pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

    std::string pattern(const std::string& kind) {
        const std::string area =
            pick({"/work", "/publish", "/cache", "", "/x", "_w", "/Work"}) +
            pick({"", "[/{task}]", "[/{product}[/v{version:03}]]",
                  "[/{product}/v{version:03}[/{representation}]]", "[/{product}.{version}]", "[.{task}]",
                  "[/{task}[/w{workfile:03}.{extension}]]"});
        if (kind == "project") return "{project}/" + pick({"production", "work", "x", "shots/x"});
        if (kind == "asset")
            return "{project}/" +
                   pick({"assets/", "lib/", "", "{asset_type}/", "assets/{asset_type}/", "shots/"}) +
                   pick({"{asset}", "{asset:label}", "a_{asset}"}) + area;
        const std::string above = pick({"shots/", "film/", "", "sequences/", "[e_{episode}/]", "assets/"});
        if (kind == "episode") return "{project}/" + pick({"shots/", "", "episodes/"}) + "{episode}" + area;
        const std::string sequence = pick({"[{episode}/]{sequence}", "[{episode}.]{sequence}",
                                           "{sequence}[.{episode}]", "[{episode}/]{sequence:label}"});
        if (kind == "sequence") return "{project}/" + above + sequence + area;
        return "{project}/" + above + sequence + pick({"/{shot}", "/shots/{shot}", "/{shot:label}"}) + area;
    }
    std::string label() {
        return pick({"work",   "publish", "cache",  "v001",       "V001",   "sq010",     "ep01",
                     "sh0010", "renders", "model",  "Model",      "a",      "a_b",       "a-b",
                     "1",      "001",     "hero",   "Assets",     "shots",  "sequences", "film",
                     "x",      "e_ep01",  "a_hero", "production", "Hero 1", "w001"});
    }

    /// A project with everything below it; codes are unique among the children of one parent.
    std::vector<Entity> production() {
        std::vector<Entity> all(1);
        all[0].kind = "project";
        all[0].values.set(Token::project, "bar");
        std::set<std::pair<std::size_t, std::string>> taken;
        const auto add = [&](std::size_t parent, const std::string& kind, Token token) {
            const std::string typed = label();
            const std::string code = fold_code(typed).value();
            if (!taken.emplace(parent, code).second) return;
            Entity made{kind, all[parent].values, parent};
            made.values.set(token, code);
            made.values.set_label(token, typed);
            if (kind == "asset") made.values.set(Token::asset_type, pick({"prop", "character", "work"}));
            all.push_back(std::move(made));
        };
        for (int i = 0; i < 6; ++i) add(0, "episode", Token::episode);
        for (int i = 0; i < 8; ++i) add(0, "asset", Token::asset);
        for (std::size_t parent = 0, end = all.size(); parent < end; ++parent)
            if (all[parent].kind == "project" || all[parent].kind == "episode")
                for (int i = 0; i < 5; ++i) add(parent, "sequence", Token::sequence);
        for (std::size_t parent = 0, end = all.size(); parent < end; ++parent)
            if (all[parent].kind == "sequence")
                for (int i = 0; i < 4; ++i) add(parent, "shot", Token::shot);
        for (std::size_t parent = 1, end = all.size(); parent < end; ++parent)
            if (below(3) == 0) add(parent, "product", Token::product);
        return all;
    }

  private:
    std::mt19937 random_;
};

/// The shipped templates with some others in their stead, as long as they go together.
TemplateSet some_templates(Generator& generate, int& replaced) {
    TemplateSet set = TemplateSet::shipped();
    for (int i = 0; i < 12; ++i) {
        Template one;
        one.data_type = data_types()[generate.below(data_types().size())];
        one.kind = entity_kinds()[generate.below(entity_kinds().size())];
        auto parsed = Pattern::parse(generate.pattern(one.kind), one.kind);
        if (!parsed) continue;
        one.pattern = std::move(*parsed);
        if (!template_faults(one).empty()) continue;
        TemplateSet with = set;
        with.put(one);
        if (!collisions(with).empty()) continue;
        set = std::move(with);
        ++replaced;
    }
    return set;
}

/// The values that one asks the paths of an entity with: itself, and with tasks and versions.
std::vector<Values> uses(const Entity& one, const std::vector<Entity>& all, std::size_t index) {
    std::vector<Values> out{one.values};
    Values task = one.values;
    task.set(Token::task, "work");
    out.push_back(task);
    task.set_number(Token::workfile, 12);
    task.set(Token::extension, "ma");
    out.push_back(task);
    for (const auto& product : all) {
        if (product.kind != "product" || product.parent != index) continue;
        Values version = product.values;
        out.push_back(version);
        version.set_number(Token::version, 1);
        out.push_back(version);
        version.set(Token::representation, "work");
        out.push_back(version);
    }
    return out;
}

/// Whether there is an entity with the codes of a reading: what the database confirms.
bool is_there(const Reading& reading, const std::vector<Entity>& all) {
    std::size_t at = 0;
    for (const Token token : chain_of(reading)) {
        std::size_t next = 0;
        for (std::size_t i = 1; i < all.size(); ++i)
            if (all[i].parent == at && all[i].kind == token_name(token) &&
                all[i].values.code(token) == reading.values.code(token))
                next = i;
        if (next == 0) return false;
        at = next;
    }
    return true;
}

TEST(FolderProduction, no_two_entities_share_a_path_and_every_path_leads_back) {
    Generator generate(20261124);
    int replaced = 0;
    int paths = 0;
    for (int round = 0; round < 20; ++round) {
        const TemplateSet set = some_templates(generate, replaced);
        const auto all = generate.production();
        std::map<std::string, std::pair<const Template*, std::size_t>> seen;
        for (const auto& one : set.all()) {
            for (std::size_t i = 0; i < all.size(); ++i) {
                if (all[i].kind != one.kind) continue;
                for (const auto& values : uses(all[i], all, i)) {
                    const auto path = one.pattern.format(values);
                    if (!path) continue;
                    ++paths;
                    const auto [known, fresh] = seen.emplace(fold_case(*path), std::pair(&one, i));
                    EXPECT_TRUE(known->second == std::pair(&one, i))
                        << *path << " of " << one.pattern.text() << " and "
                        << known->second.first->pattern.text();
                    if (!fresh) continue;
                    int found = 0;
                    for (const auto& reading : set.read(*path, "main")) {
                        if (!reading.rest.empty() || !is_there(reading, all)) continue;
                        EXPECT_EQ(reading.found, &one)
                            << *path << " reads as " << reading.found->pattern.text();
                        ++found;
                        for (const Token token : chain_of(reading))
                            EXPECT_EQ(reading.values.code(token), values.code(token)) << *path;
                    }
                    EXPECT_GE(found, 1) << *path << " of " << one.pattern.text();
                    if (HasFailure()) return;
                }
            }
        }
    }
    EXPECT_GT(replaced, 20);
    EXPECT_GT(paths, 3'000);
}

} // namespace
} // namespace bifrost::folder
