// Fields: what is refused first, then who sees, who changes, and what is inherited.

#include "production_support.hpp"
#include "services/asset/asset.hpp"
#include "services/project/field.hpp"
#include "services/shot/episode.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot.hpp"

namespace bifrost::tests {
namespace {

using boost::json::object;
using testing::ElementsAre;

class FieldRule : public ProductionTest {
  protected:
    Result<project::Field> try_field(std::string_view body, const access::Actor* actor = nullptr) {
        return try_write(actor ? *actor : owner_, [&](access::Call& call) {
            return project::create_field(call, "bar", json_of(body));
        });
    }
    project::Field make_field(std::string_view body) { return must(try_field(body)); }
    shot::Sequence make_sequence(std::string_view metadata = "{}") {
        return write(owner_, [&](access::Call& call) {
            return shot::create_sequence(
                call, "bar",
                object{{"code", "sq" + std::to_string(++count_)}, {"metadata", json_of(metadata)}});
        });
    }
    Result<shot::Shot> try_shot(const Id& sequence, std::string_view metadata,
                                const access::Actor* actor = nullptr) {
        return try_write(actor ? *actor : owner_, [&](access::Call& call) {
            return shot::create_shot(call, "bar",
                                     object{{"code", "sh" + std::to_string(++count_)},
                                            {"sequence_id", sequence.text()},
                                            {"metadata", json_of(metadata)}});
        });
    }
    Result<shot::Shot> try_patch(const Id& shot, std::string_view patch,
                                 const access::Actor* actor = nullptr) {
        return try_write(actor ? *actor : owner_, [&](access::Call& call) {
            return shot::update_shot(call, shot, json_of(patch), std::nullopt);
        });
    }
    std::string value(const Id& shot, const std::string& key, std::string* from = nullptr) {
        for (const auto& one :
             read([&](database::Tx& tx) { return project::list_field_values(tx, owner_, "shot", shot); })) {
            if (one.key != key) continue;
            if (from != nullptr) *from = one.from;
            return one.value.text;
        }
        return "no field";
    }
    std::vector<std::string> seen_by(const access::Actor& actor) {
        std::vector<std::string> keys;
        for (const auto& one :
             read([&](database::Tx& tx) { return project::list_fields(tx, actor, "bar", false); }))
            keys.push_back(one.key);
        return keys;
    }

    int count_ = 0;
};
INSTANTIATE_FOR_BOTH_DATABASES(FieldRule);

TEST_P(FieldRule, what_is_no_definition_is_refused) {
    const auto refused = [&](std::string_view body) {
        const auto made = try_field(body);
        return made ? std::vector<std::string>{"it was accepted"} : pointers(made.error());
    };
    EXPECT_THAT(refused(R"({"entity_kind": "task", "key": "a.b", "type": "colour", "visible_to": ["king"]})"),
                testing::UnorderedElementsAre("/entity_kind", "/type", "/key", "/visible_to/0"));
    EXPECT_THAT(refused(R"({"entity_kind": "shot", "key": "a", "type": "choice"})"), ElementsAre("/choices"));
    EXPECT_THAT(refused(R"({"entity_kind": "shot", "key": "a", "type": "integer", "default_value": "x"})"),
                ElementsAre("/default_value"));
    EXPECT_THAT(
        refused(
            R"({"entity_kind": "shot", "key": "a", "type": "choice", "choices": ["x"], "default_value": "y"})"),
        ElementsAre("/default_value"));
    make_field(R"({"entity_kind": "shot", "key": "a", "type": "text"})");
    EXPECT_ERROR(try_field(R"({"entity_kind": "shot", "key": "a", "type": "text"})"), Errc::conflict);
    const auto supervisor = with_role(bar_.id, "supervisor");
    EXPECT_ERROR(try_field(R"({"entity_kind": "shot", "key": "b", "type": "text"})", &supervisor),
                 Errc::forbidden);
}

TEST_P(FieldRule, values_are_checked_when_they_change) {
    for (const auto* body :
         {R"({"entity_kind": "shot", "key": "n", "type": "integer"})",
          R"({"entity_kind": "shot", "key": "on", "type": "boolean"})",
          R"({"entity_kind": "shot", "key": "day", "type": "date"})",
          R"({"entity_kind": "shot", "key": "cam", "type": "choice", "choices": ["A", "B"]})",
          R"({"entity_kind": "shot", "key": "many", "type": "choices", "choices": ["A", "B"]})",
          R"({"entity_kind": "shot", "key": "x", "type": "number"})",
          R"({"entity_kind": "shot", "key": "t", "type": "text"})"})
        make_field(body);
    const auto sequence = make_sequence();
    const auto refused = try_shot(
        sequence.id,
        R"({"n": 1.5, "on": 1, "day": "2026-02-30", "cam": "C", "many": ["A", "C"], "x": "1", "t": 1, "free": [1]})");
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()),
                testing::UnorderedElementsAre("/metadata/n", "/metadata/on", "/metadata/day", "/metadata/cam",
                                              "/metadata/many", "/metadata/x", "/metadata/t"));
    const auto made = must(try_shot(
        sequence.id,
        R"({"n": -1, "on": false, "day": "2026-02-28", "cam": "A", "many": ["B", "A"], "x": 1, "t": "", "free": [1]})"));
    EXPECT_FALSE(try_patch(made.id, R"({"metadata": {"cam": "C"}})"));
    must(try_patch(made.id, R"({"metadata": {"cam": null, "n": 2}})"));
    const auto assets = try_write(owner_, [&](access::Call& call) {
        return asset::create_asset(
            call, "bar",
            json_of(R"({"code": "a", "name": "A", "type": "prop", "metadata": {"n": "not a shot's"}})"));
    });
    EXPECT_TRUE(assets);
}

TEST_P(FieldRule, what_was_there_before_stays_until_it_changes) {
    const auto sequence = make_sequence();
    const auto shot = must(try_shot(sequence.id, R"({"n": "text"})"));
    make_field(R"({"entity_kind": "shot", "key": "n", "type": "integer"})");
    must(try_patch(shot.id, R"({"name": "Other", "metadata": {"free": 1}})"));
    EXPECT_FALSE(try_patch(shot.id, R"({"metadata": {"n": "other text"}})"));
    must(try_patch(shot.id, R"({"metadata": {"n": 3}})"));
}

TEST_P(FieldRule, required_ones_are_needed_unless_inherited_or_by_default) {
    const auto field = make_field(
        R"({"entity_kind": "shot", "key": "cam", "type": "text", "required": true, "inherits": true})");
    const auto bare = make_sequence();
    const auto refused = try_shot(bare.id, "{}");
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/metadata/cam"));
    const auto full = make_sequence(R"({"cam": "A"})");
    must(try_shot(full.id, "{}"));
    write(owner_, [&](access::Call& call) {
        return project::update_field(call, field.id, json_of(R"({"default_value": "B"})"), std::nullopt);
    });
    must(try_shot(bare.id, "{}"));
}

TEST_P(FieldRule, values_come_down_from_the_project_over_the_sequence_to_the_shot) {
    make_field(
        R"({"entity_kind": "shot", "key": "lens", "type": "integer", "inherits": true, "default_value": 35})");
    make_field(R"({"entity_kind": "shot", "key": "own", "type": "integer"})");
    const auto sequence = make_sequence(R"({"own": 7})");
    const auto shot = must(try_shot(sequence.id, "{}"));
    std::string from;
    EXPECT_EQ(value(shot.id, "lens", &from), "35");
    EXPECT_EQ(from, "default");
    EXPECT_EQ(value(shot.id, "own"), "null");
    EXPECT_FALSE(try_write(owner_, [&](access::Call& call) {
        return project::update_project(call, "bar", json_of(R"({"metadata": {"lens": "wide"}})"),
                                       std::nullopt);
    }));
    write(owner_, [&](access::Call& call) {
        return project::update_project(call, "bar", json_of(R"({"metadata": {"lens": 50}})"), std::nullopt);
    });
    EXPECT_EQ(value(shot.id, "lens", &from), "50");
    EXPECT_EQ(from, "project");
    write(owner_, [&](access::Call& call) {
        return shot::update_sequence(call, sequence.id, json_of(R"({"metadata": {"lens": 85}})"),
                                     std::nullopt);
    });
    EXPECT_EQ(value(shot.id, "lens", &from), "85");
    EXPECT_EQ(from, "sequence");
    must(try_patch(shot.id, R"({"metadata": {"lens": 100}})"));
    EXPECT_EQ(value(shot.id, "lens"), "100");
}

TEST_P(FieldRule, only_some_roles_change_a_field_and_only_some_see_it) {
    make_field(R"({"entity_kind": "shot", "key": "open", "type": "text"})");
    make_field(R"({"entity_kind": "shot", "key": "fixed", "type": "text", "editable_by": ["supervisor"]})");
    make_field(
        R"({"entity_kind": "shot", "key": "secret", "type": "text", "visible_to": ["producer", "supervisor"]})");
    const auto lead = with_role(bar_.id, "lead");
    const auto supervisor = with_role(bar_.id, "supervisor");
    EXPECT_THAT(seen_by(lead), ElementsAre("fixed", "open"));
    EXPECT_THAT(seen_by(supervisor), ElementsAre("fixed", "open", "secret"));
    const auto shot = must(try_shot(make_sequence().id, R"({"open": "a", "fixed": "b", "secret": "c"})"));
    EXPECT_ERROR(try_patch(shot.id, R"({"metadata": {"fixed": "x"}})", &lead), Errc::forbidden);
    EXPECT_ERROR(try_patch(shot.id, R"({"metadata": {"secret": "x"}})", &lead), Errc::forbidden);
    // Not even with the value that it has: the answer would tell.
    EXPECT_ERROR(try_patch(shot.id, R"({"metadata": {"secret": "c"}})", &lead), Errc::forbidden);
    must(try_patch(shot.id, R"({"metadata": {"open": "x", "fixed": "b"}})", &lead));
    // Who clears everything clears what is theirs.
    const auto cleared = must(try_patch(shot.id, R"({"metadata": null})", &lead));
    EXPECT_EQ(json_of(cleared.metadata.text), json_of(R"({"fixed": "b", "secret": "c"})"));
    must(try_patch(shot.id, R"({"metadata": {"secret": "d"}})", &supervisor));
}

TEST_P(FieldRule, an_archived_field_binds_nobody_and_still_hides) {
    const auto field = make_field(
        R"({"entity_kind": "shot", "key": "secret", "type": "integer", "visible_to": ["producer"]})");
    const auto lead = with_role(bar_.id, "lead");
    write(owner_, [&](access::Call& call) { return project::archive_field(call, field.id, std::nullopt); });
    must(try_shot(make_sequence().id, R"({"secret": "text now"})"));
    const auto restricted = read([](database::Tx& tx) { return project::list_restricted_fields(tx); });
    auto hidden = project::hidden_keys(lead, restricted);
    EXPECT_TRUE(hidden[bar_.id]["shot"].contains("secret"));
    EXPECT_TRUE(project::hidden_keys(owner_, restricted).empty());
}

TEST_P(FieldRule, the_sites_fields_hold_everywhere_and_a_projects_own_goes_before) {
    write(owner_, [&](access::Call& call) {
        return project::create_field(call, std::nullopt,
                                     json_of(R"({"entity_kind": "shot", "key": "n", "type": "integer"})"));
    });
    const auto sequence = make_sequence();
    EXPECT_FALSE(try_shot(sequence.id, R"({"n": "text"})"));
    make_field(R"({"entity_kind": "shot", "key": "n", "type": "text"})");
    must(try_shot(sequence.id, R"({"n": "text"})"));
    const auto producer = with_role(bar_.id, "producer");
    EXPECT_ERROR(try_write(producer,
                           [&](access::Call& call) {
                               return project::create_field(
                                   call, std::nullopt,
                                   json_of(R"({"entity_kind": "shot", "key": "m", "type": "text"})"));
                           }),
                 Errc::forbidden);
}

} // namespace
} // namespace bifrost::tests
