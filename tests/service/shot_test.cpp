// Episodes, sequences and shots: what is refused first, then what works.

#include <thread>

#include "production_support.hpp"
#include "services/publish/address.hpp"
#include "services/publish/product.hpp"
#include "services/shot/episode.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot.hpp"
#include "services/shot/shot_bulk.hpp"
#include "services/workflow/workflow.hpp"

namespace bifrost::tests {
namespace {

using boost::json::object;
using testing::ElementsAre;

class ShotWrite : public ProductionTest {
  protected:
    void SetUp() override {
        ProductionTest::SetUp();
        sequence_ = must(try_sequence(object{{"code", "SQ010"}}));
    }
    Result<shot::Sequence> try_sequence(const boost::json::value& body) {
        return try_write(owner_,
                         [&](access::Call& call) { return shot::create_sequence(call, "bar", body); });
    }
    Result<shot::Shot> try_shot(object body, const access::Actor* actor = nullptr) {
        if (!body.contains("sequence_id")) body["sequence_id"] = sequence_.id.text();
        return try_write(actor ? *actor : owner_,
                         [&](access::Call& call) { return shot::create_shot(call, "bar", body); });
    }
    shot::Shot make_shot(object body) { return must(try_shot(std::move(body))); }
    Result<shot::Shot> try_update(const Id& id, const boost::json::value& patch,
                                  std::optional<std::int64_t> revision = {}) {
        return try_write(owner_,
                         [&](access::Call& call) { return shot::update_shot(call, id, patch, revision); });
    }
    std::vector<std::string> codes() {
        std::vector<std::string> out;
        for (const auto& one :
             read([&](database::Tx& tx) { return shot::list_shots(tx, owner_, "bar", {}, {}); }).data)
            out.push_back(one.sequence_code + "/" + one.code);
        return out;
    }
    Result<shot::Renumbering> renumber(const boost::json::value& body) {
        return try_write(owner_,
                         [&](access::Call& call) { return shot::renumber_shots(call, sequence_.id, body); });
    }

    shot::Sequence sequence_;
};
INSTANTIATE_FOR_BOTH_DATABASES(ShotWrite);

TEST_P(ShotWrite, every_bad_field_is_named_at_once) {
    const auto refused = try_shot(json_of(R"({"code": "../x", "name": "", "cut_in": "a", "cut_out": 1.5,
        "handles": -1, "fps": "23.976", "retime": "0", "status": "final", "colour": 1})")
                                      .as_object());
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()),
                testing::UnorderedElementsAre("/code", "/name", "/cut_in", "/cut_out", "/handles", "/fps",
                                              "/retime", "/status", "/colour"));
    EXPECT_THAT(codes(), ElementsAre());
}

TEST_P(ShotWrite, frames_that_contradict_each_other_are_refused) {
    const auto bad = [&](std::string_view fields) {
        object body = json_of(fields).as_object();
        body["code"] = "sh0010";
        const auto refused = try_shot(body);
        return refused ? std::vector<std::string>{"accepted"} : pointers(refused.error());
    };
    EXPECT_THAT(bad(R"({"cut_in": 1050, "cut_out": 1049})"), ElementsAre("/cut_out"));
    EXPECT_THAT(bad(R"({"cut_in": 1001})"), ElementsAre("/cut_out"));
    EXPECT_THAT(bad(R"({"cut_out": 1001})"), ElementsAre("/cut_in"));
    EXPECT_THAT(bad(R"({"cut_in": 1001, "cut_out": 1001, "head_in": 1002})"), ElementsAre("/head_in"));
    EXPECT_THAT(bad(R"({"cut_in": 1001, "cut_out": 1005, "tail_out": 1004})"), ElementsAre("/tail_out"));
    EXPECT_THAT(bad(R"({"head_in": 1001})"), ElementsAre("/head_in"));
}

TEST_P(ShotWrite, a_shot_of_one_frame_and_negative_frames_are_fine) {
    const auto made = make_shot(json_of(R"({"code": "sh0010", "cut_in": -8, "cut_out": -8})").as_object());
    EXPECT_EQ(made.cut_in, -8);
    EXPECT_EQ(made.head_in, -8);
    EXPECT_EQ(made.tail_out, -8);
}

TEST_P(ShotWrite, a_sequence_of_another_project_or_an_archived_one_is_a_bad_field) {
    make_project("foo", "feature");
    const auto other = write(owner_, [&](access::Call& call) {
        return shot::create_sequence(call, "foo", object{{"code", "sq010"}});
    });
    auto refused = try_shot({{"code", "a"}, {"sequence_id", other.id.text()}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/sequence_id"));
    write(owner_,
          [&](access::Call& call) { return shot::archive_sequence(call, sequence_.id, std::nullopt); });
    refused = try_shot({{"code", "a"}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/sequence_id"));
}

TEST_P(ShotWrite, a_code_is_taken_within_its_sequence_only) {
    make_shot({{"code", "sh0010"}});
    EXPECT_ERROR(try_shot({{"code", "SH0010"}}), Errc::conflict);
    const auto second = must(try_sequence(object{{"code", "sq020"}}));
    EXPECT_TRUE(try_shot({{"code", "sh0010"}, {"sequence_id", second.id.text()}}));
    EXPECT_ERROR(try_sequence(object{{"code", "sq010"}}), Errc::conflict);
}

TEST_P(ShotWrite, viewers_and_artists_make_no_shots_and_strangers_see_none) {
    const auto viewer = with_role(bar_.id, "viewer");
    const auto artist = with_role(bar_.id, "artist");
    const auto nobody = stranger();
    EXPECT_ERROR(try_shot({{"code", "a"}}, &viewer), Errc::forbidden);
    EXPECT_ERROR(try_shot({{"code", "a"}}, &artist), Errc::forbidden);
    EXPECT_ERROR(try_shot({{"code", "a"}}, &nobody), Errc::not_found);
    const auto made = make_shot({{"code", "a"}});
    EXPECT_ERROR(database().read([&](database::Tx& tx) { return shot::get_shot(tx, nobody, made.id); }),
                 Errc::not_found);
}

TEST_P(ShotWrite, rates_and_speeds_are_kept_as_fractions) {
    const auto made = make_shot({{"code", "a"}, {"fps", "48000/2002"}, {"retime", "-2/4"}});
    EXPECT_EQ(made.fps, "24000/1001");
    EXPECT_EQ(made.retime, "-1/2");
}

TEST_P(ShotWrite, a_cut_that_moves_takes_head_and_tail_along) {
    const auto made =
        make_shot(json_of(R"({"code": "a", "cut_in": 1009, "cut_out": 1056, "handles": 8})").as_object());
    EXPECT_EQ(made.head_in, 1001);
    EXPECT_EQ(made.tail_out, 1064);
    const auto moved = must(try_update(made.id, json_of(R"({"cut_in": 1013, "cut_out": 1050})")));
    EXPECT_EQ(moved.head_in, 1005);
    EXPECT_EQ(moved.tail_out, 1058);
    const auto wider = must(try_update(made.id, json_of(R"({"handles": 12})")));
    EXPECT_EQ(wider.head_in, 1001);
    EXPECT_EQ(wider.tail_out, 1062);
    const auto named = must(try_update(made.id, json_of(R"({"cut_in": 1020, "head_in": 1000})")));
    EXPECT_EQ(named.head_in, 1000);
    EXPECT_EQ(must(try_update(made.id, json_of(R"({"cut_in": null, "cut_out": null})"))).head_in,
              std::nullopt);
}

TEST_P(ShotWrite, a_patch_that_changes_nothing_leaves_the_revision_alone) {
    const auto made = make_shot({{"code", "a"}, {"metadata", object{{"b", 1}, {"a", "x"}}}});
    const auto same = must(try_update(made.id, object{{"name", "a"}, {"metadata", object{{"b", 1}}}}));
    EXPECT_EQ(same.revision, 1);
    EXPECT_EQ(must(try_update(made.id, object{{"name", "b"}})).revision, 2);
    EXPECT_ERROR(try_update(made.id, object{{"name", "c"}}, 1), Errc::stale_revision);
}

TEST_P(ShotWrite, shots_stand_as_in_the_film) {
    const auto second = must(try_sequence(object{{"code", "sq005"}}));
    make_shot({{"code", "sh0020"}});
    make_shot({{"code", "sh0010"}});
    make_shot({{"code", "sh0030"}, {"sequence_id", second.id.text()}});
    EXPECT_THAT(codes(), ElementsAre("sq005/sh0030", "sq010/sh0020", "sq010/sh0010"));
}

TEST_P(ShotWrite, addresses_lead_through_episodes_and_sequences) {
    const auto episode = write(owner_, [&](access::Call& call) {
        return shot::create_episode(call, "bar", object{{"code", "ep01"}});
    });
    const auto under = must(try_sequence(object{{"code", "sq010"}, {"episode_id", episode.id.text()}}));
    const auto one = make_shot({{"code", "sh0010"}});
    const auto other = make_shot({{"code", "sh0010"}, {"sequence_id", under.id.text()}});
    EXPECT_EQ(other.episode_code, "ep01");
    const auto at = [&](std::string_view address) {
        return read([&](database::Tx& tx) { return publish::resolve_address(tx, owner_, address); });
    };
    EXPECT_EQ(at("bar:sq010/sh0010").id, one.id);
    EXPECT_EQ(at("bar:ep01/sq010/sh0010").id, other.id);
    EXPECT_EQ(at("bar:EP01/SQ010").sequence_id, under.id);
    write(owner_, [&](access::Call& call) {
        return shot::update_sequence(call, under.id, object{{"code", "sq020"}, {"episode_id", nullptr}},
                                     std::nullopt);
    });
    EXPECT_EQ(at("bar:sq020/sh0010").id, other.id);
}

TEST_P(ShotWrite, products_hang_under_shots_sequences_and_episodes) {
    const auto made = make_shot({{"code", "sh0010"}});
    const auto product = write(owner_, [&](access::Call& call) {
        return publish::create_product(call, made.id, "shot", object{{"code", "anim"}});
    });
    EXPECT_EQ(product.owner_kind, "shot");
    // A shot and a product can't both have a code under one sequence.
    write(owner_, [&](access::Call& call) {
        return publish::create_product(call, sequence_.id, "sequence", object{{"code", "edit"}});
    });
    EXPECT_ERROR(try_shot({{"code", "edit"}}), Errc::conflict);
}

TEST_P(ShotWrite, ranges_of_codes_make_shots_and_their_sequence) {
    const auto make = [&](const char* text) {
        return try_write(owner_, [&](access::Call& call) {
            return shot::create_shots(call, "bar", object{{"codes", text}, {"handles", 8}});
        });
    };
    EXPECT_EQ(must(make("sq030_sh0010…0100 by 10")).size(), 10U);
    EXPECT_EQ(codes().back(), "sq030/sh0100");
    EXPECT_ERROR(make("sq030_sh0100-0110 by 10"), Errc::conflict);
    EXPECT_EQ(codes().size(), 10U);
    EXPECT_EQ(must(make("sq010/sh0010, sq010/sh0012..0014")).size(), 4U);
    for (const auto* bad : {"sh0010-0100", "sq1_sh10-sh5", "sq1_a..b", "sq1_sh1-99999999", "sq1_sh1, sq2_sh2",
                            "sq1_sh1-2 by 0", "sq1_sh1,,", "sq1_sh1, sq1_SH1", "sq1_ä1-2", "sq1_sh1-zz9"})
        EXPECT_ERROR(make(bad), Errc::invalid);
}

TEST_P(ShotWrite, renumbering_lets_codes_change_places) {
    const auto b = make_shot({{"code", "sh0020"}, {"order", 1}});
    const auto a = make_shot({{"code", "sh0010"}, {"order", 2}});
    const auto c = make_shot({{"code", "sh0030"}, {"order", 3}});
    const auto plan = must(renumber(object{{"dry_run", true}}));
    EXPECT_EQ(plan.data.size(), 2U);
    EXPECT_FALSE(plan.applied);
    EXPECT_THAT(codes(), ElementsAre("sq010/sh0020", "sq010/sh0010", "sq010/sh0030"));
    EXPECT_TRUE(must(renumber(object{})).applied);
    EXPECT_THAT(codes(), ElementsAre("sq010/sh0010", "sq010/sh0020", "sq010/sh0030"));
    EXPECT_TRUE(must(renumber(object{})).data.empty());
    write(owner_, [&](access::Call& call) { return shot::archive_shot(call, c.id, std::nullopt); });
    EXPECT_ERROR(renumber(object{{"first", 20}}), Errc::conflict);
    EXPECT_THAT(codes(), ElementsAre("sq010/sh0010", "sq010/sh0020"));
}

TEST_P(ShotWrite, omitting_and_restoring_go_along_the_workflow) {
    const auto made = make_shot({{"code", "a"}});
    const auto move = [&](const char* to) {
        return try_write(owner_, [&](access::Call& call) {
            return workflow::transition(call, "shot", made.id, object{{"to", to}}, std::nullopt);
        });
    };
    EXPECT_EQ(made.status, "waiting");
    EXPECT_ERROR(move("final"), Errc::conflict);
    must(move("omitted"));
    must(move("waiting"));
    const auto artist = with_role(bar_.id, "artist");
    EXPECT_ERROR(
        try_write(
            artist,
            [&](access::Call& call) {
                return workflow::transition(call, "shot", made.id, object{{"to", "omitted"}}, std::nullopt);
            }),
        Errc::forbidden);
    EXPECT_THAT(actions(), testing::Contains("shot.transitioned").Times(2));
}

TEST_P(ShotWrite, what_goes_with_a_purged_sequence_is_gone) {
    const auto made = make_shot({{"code", "a"}});
    EXPECT_ERROR(
        try_write(owner_, [&](access::Call& call) { return shot::purge_sequence(call, sequence_.id); }),
        Errc::conflict);
    write(owner_,
          [&](access::Call& call) { return shot::archive_sequence(call, sequence_.id, std::nullopt); });
    write(owner_, [&](access::Call& call) -> Result<int> {
        BIFROST_CHECK(shot::purge_sequence(call, sequence_.id));
        return 0;
    });
    EXPECT_ERROR(database().read([&](database::Tx& tx) { return shot::get_shot(tx, owner_, made.id); }),
                 Errc::not_found);
}

TEST_P(ShotWrite, of_two_shots_made_at_once_with_one_code_one_stays) {
    const auto another = open_another();
    std::array<bool, 2> made{};
    const auto make = [&](database::Database& on, bool& done) {
        done = try_write(on, owner_, [&](access::Call& call) {
                   return shot::create_shot(call, "bar",
                                            object{{"code", "twin"}, {"sequence_id", sequence_.id.text()}});
               }).has_value();
    };
    std::thread first([&] { make(database(), made[0]); });
    std::thread second([&] { make(*another, made[1]); });
    first.join();
    second.join();
    EXPECT_NE(made[0], made[1]);
    EXPECT_THAT(codes(), ElementsAre("sq010/twin"));
}

} // namespace
} // namespace bifrost::tests
