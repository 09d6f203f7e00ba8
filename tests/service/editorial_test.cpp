// Importing edits: the plan, what is done of it, and going back.

#include "production_support.hpp"
#include "services/editorial/cut.hpp"
#include "services/editorial/import_edit.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot.hpp"

namespace bifrost::tests {
namespace {

using boost::json::object;
using testing::ElementsAre;

/// A clip as an EDL has it; frames of 24 a second.
struct Clip {
    std::string name;
    std::int64_t source_in = 0;
    std::int64_t length = 48;
    std::string reel = "A001";
    std::string speed;
};

class EditImport : public ProductionTest {
  protected:
    static std::string edl(const std::vector<Clip>& clips) {
        editorial::Edit edit;
        edit.name = "Reel";
        edit.rate = {24, 1};
        std::int64_t at = 86'400;
        for (const auto& clip : clips) {
            editorial::EditClip one;
            one.name = clip.name;
            one.reel = clip.reel;
            one.source_in = clip.source_in;
            one.source_out = clip.source_in + clip.length;
            one.record_in = at;
            one.record_out = at += clip.length;
            if (!clip.speed.empty()) one.speed = clip.speed;
            edit.clips.push_back(one);
        }
        return editorial::write_edl(edit);
    }
    Result<editorial::Imported> try_import(const std::vector<Clip>& clips,
                                           const access::Actor* actor = nullptr) {
        return try_write(actor ? *actor : owner_, [&](access::Call& call) {
            return editorial::import_edit(call, "bar", request_, edl(clips));
        });
    }
    editorial::Imported import(const std::vector<Clip>& clips) { return must(try_import(clips)); }
    editorial::Plan plan(const std::vector<Clip>& clips) {
        return read([&](database::Tx& tx) {
                   return editorial::plan_import(tx, owner_, "bar", request_, edl(clips));
               })
            .plan;
    }
    static std::vector<std::string> names(const std::vector<editorial::PlanEntry>& entries) {
        std::vector<std::string> out;
        for (const auto& entry : entries) out.push_back(entry.sequence + "/" + entry.shot);
        return out;
    }
    /// "sh0010 1001-1048 waiting" of every shot.
    std::vector<std::string> shots() {
        std::vector<std::string> out;
        for (const auto& one :
             read([&](database::Tx& tx) { return shot::list_shots(tx, owner_, "bar", {}, {}); }).data)
            out.push_back(one.code + " " + std::to_string(one.cut_in.value_or(0)) + "-" +
                          std::to_string(one.cut_out.value_or(0)) + " " + one.status);
        return out;
    }
    std::vector<editorial::Cut> cuts() {
        return read([&](database::Tx& tx) { return editorial::list_cuts(tx, owner_, "bar"); });
    }

    const std::vector<Clip> first_ = {{"sq010_sh0010", 100}, {"sq010_sh0020", 200}, {"sq010_sh0030", 300}};
    editorial::ImportRequest request_{"edl", "", "", "24", "reel.edl", {}};
};
INSTANTIATE_FOR_BOTH_DATABASES(EditImport);

TEST_P(EditImport, a_broken_file_changes_nothing) {
    EXPECT_ERROR(try_write(owner_,
                           [&](access::Call& call) {
                               return editorial::import_edit(call, "bar", request_, edl(first_) + "broken\n");
                           }),
                 Errc::invalid);
    EXPECT_THAT(shots(), ElementsAre());
    EXPECT_TRUE(cuts().empty());
}

TEST_P(EditImport, only_who_may_make_shots_imports) {
    const auto artist = with_role(bar_.id, "artist");
    const auto nobody = stranger();
    EXPECT_ERROR(try_import(first_, &artist), Errc::forbidden);
    EXPECT_ERROR(try_import(first_, &nobody), Errc::not_found);
}

TEST_P(EditImport, a_plan_changes_nothing_and_an_import_does_what_it_says) {
    EXPECT_THAT(names(plan(first_).added), ElementsAre("sq010/sh0010", "sq010/sh0020", "sq010/sh0030"));
    EXPECT_THAT(shots(), ElementsAre());
    const auto imported = import(first_);
    EXPECT_TRUE(imported.applied);
    EXPECT_EQ(imported.cut->owner_kind, "sequence");
    EXPECT_THAT(shots(), ElementsAre("sh0010 1001-1048 waiting", "sh0020 1001-1048 waiting",
                                     "sh0030 1001-1048 waiting"));
    EXPECT_THAT(actions(), testing::Contains("shot.created").Times(3));
}

TEST_P(EditImport, the_same_edit_again_plans_nothing) {
    import(first_);
    EXPECT_TRUE(plan(first_).changes_nothing());
    EXPECT_EQ(plan(first_).unchanged, 3);
    const auto again = import(first_);
    EXPECT_FALSE(again.cut.has_value());
    EXPECT_EQ(cuts().size(), 1U);
}

TEST_P(EditImport, trimmed_moved_retimed_new_and_omitted_shots_are_told_apart) {
    import(first_);
    const std::vector<Clip> second = {{"sq010_sh0030", 300},
                                      {"sq010_sh0010", 104, 40},
                                      {"sq010_sh0015", 500, 24, "B001"},
                                      {"sq010_sh0020", 200, 48, "A001", "2"}};
    auto wanted = plan(second);
    EXPECT_THAT(names(wanted.trimmed), ElementsAre("sq010/sh0010"));
    EXPECT_EQ(wanted.trimmed[0].changes.text,
              R"({"cut_in":{"from":1001,"to":1005},"cut_out":{"from":1048,"to":1044}})");
    EXPECT_THAT(names(wanted.moved), ElementsAre("sq010/sh0030"));
    EXPECT_THAT(names(wanted.retimed), ElementsAre("sq010/sh0020"));
    EXPECT_THAT(names(wanted.added), ElementsAre("sq010/sh0015"));
    EXPECT_TRUE(wanted.omitted.empty());
    import(second);
    EXPECT_THAT(shots(), ElementsAre("sh0030 1001-1048 waiting", "sh0010 1005-1044 waiting",
                                     "sh0015 1001-1024 waiting", "sh0020 1001-1048 waiting"));
    wanted = plan({first_[0], first_[1]});
    EXPECT_THAT(names(wanted.omitted), testing::UnorderedElementsAre("sq010/sh0015", "sq010/sh0030"));
    import({first_[0], first_[1]});
    EXPECT_THAT(shots(), testing::Contains("sh0030 1001-1048 omitted"));
    wanted = plan(second);
    EXPECT_THAT(names(wanted.restored), testing::UnorderedElementsAre("sq010/sh0015", "sq010/sh0030"));
    import(second);
    EXPECT_THAT(shots(), testing::Contains("sh0030 1001-1048 waiting"));
}

TEST_P(EditImport, a_shot_of_the_same_media_under_another_name_is_renamed) {
    import(first_);
    const std::vector<Clip> second = {first_[0], {"sq010_sh0025", 200}, first_[2]};
    // Reels are the same in all; only where nothing else fits better is the name what changed.
    const auto wanted = plan(second);
    EXPECT_THAT(names(wanted.renamed), ElementsAre("sq010/sh0025"));
    EXPECT_TRUE(wanted.added.empty());
    EXPECT_TRUE(wanted.omitted.empty());
    import(second);
    EXPECT_THAT(shots(), ElementsAre("sh0010 1001-1048 waiting", "sh0025 1001-1048 waiting",
                                     "sh0030 1001-1048 waiting"));
}

TEST_P(EditImport, a_shot_may_stand_twice) {
    import({{"sq010_sh0010", 100, 24}, {"sq010_sh0020", 0}, { "sq010_sh0010", 160, 20 }});
    EXPECT_THAT(shots(), ElementsAre("sh0010 1001-1080 waiting", "sh0020 1001-1048 waiting"));
    const auto items = read([&](database::Tx& tx) -> Result<std::vector<editorial::CutItem>> {
        BIFROST_ASSIGN(const auto all, editorial::list_cuts(tx, owner_, "bar"));
        return editorial::list_cut_items(tx, owner_, all.at(0).id);
    });
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(items[0].shot_id, items[2].shot_id);
}

TEST_P(EditImport, an_edit_of_one_sequence_leaves_the_others_alone) {
    import({{"sq020_sh0010", 0}, { "sq030_sh0010", 0 }});
    const auto wanted = plan(first_);
    EXPECT_TRUE(wanted.omitted.empty());
    import(first_);
    EXPECT_EQ(shots().size(), 5U);
    EXPECT_TRUE(plan({{"sq020_sh0010", 0}, {"sq030_sh0010", 0}}).changes_nothing());
}

TEST_P(EditImport, clips_that_are_no_shots_are_named_and_kept) {
    const auto imported = import({{"slate", 0}, {"sq010_sh0010", 0}});
    ASSERT_EQ(imported.plan.unmatched.size(), 1U);
    EXPECT_EQ(imported.plan.unmatched[0].clip, "slate");
    EXPECT_EQ(shots().size(), 1U);
}

TEST_P(EditImport, last_weeks_edit_comes_back) {
    import(first_);
    const auto before = shots();
    import({{"sq010_sh0030", 310, 30}, {"sq010_sh0012", 100}, { "sq010_sh0040", 900, 10, "B" }});
    EXPECT_NE(shots(), before);
    const auto old = cuts().back();
    EXPECT_FALSE(old.is_current);
    const auto planned =
        read([&](database::Tx& tx) { return editorial::plan_apply_cut(tx, owner_, old.id); }).plan;
    EXPECT_THAT(names(planned.omitted), ElementsAre("sq010/sh0040"));
    EXPECT_THAT(names(planned.restored), ElementsAre("sq010/sh0020"));
    EXPECT_THAT(names(planned.renamed), ElementsAre("sq010/sh0010"));
    write(owner_, [&](access::Call& call) { return editorial::apply_cut(call, old.id); });
    EXPECT_THAT(shots(), testing::IsSupersetOf(before));
    EXPECT_THAT(shots(), testing::Contains("sh0040 1001-1010 omitted"));
}

TEST_P(EditImport, a_cut_and_a_sequence_go_out_as_files) {
    import(first_);
    const auto edit = read([&](database::Tx& tx) -> Result<editorial::Edit> {
        BIFROST_ASSIGN(const auto all, editorial::list_cuts(tx, owner_, "bar"));
        return editorial::edit_of_cut(tx, owner_, all.at(0).id);
    });
    EXPECT_EQ(editorial::write_edl(edit), edl(first_));
    const auto sequence = read([&](database::Tx& tx) -> Result<editorial::Edit> {
        BIFROST_ASSIGN(const auto all, shot::list_sequences(tx, owner_, "bar", {}, {}));
        return editorial::edit_of_sequence(tx, owner_, all.data.at(0).id, 0);
    });
    ASSERT_EQ(sequence.clips.size(), 3U);
    EXPECT_EQ(sequence.clips[1].name, "sq010_sh0020");
    EXPECT_EQ(sequence.clips[1].record_in, 48);
    EXPECT_EQ(sequence.clips[1].source_in, 1001);
}

} // namespace
} // namespace bifrost::tests
