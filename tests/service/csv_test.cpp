// Tables in and out: rows that can't be accepted first, then what they change.

#include "production_support.hpp"
#include "services/asset/asset.hpp"
#include "services/csv/export_csv.hpp"
#include "services/csv/import_csv.hpp"
#include "services/shot/casting.hpp"
#include "services/shot/shot.hpp"

namespace bifrost::tests {
namespace {

using csv::Kind;
using testing::ElementsAre;
using testing::HasSubstr;

class TableImport : public ProductionTest {
  protected:
    csv::ImportRequest request(Kind kind) {
        csv::ImportRequest one;
        one.kind = kind;
        return one;
    }
    Result<csv::Imported> try_import(const csv::ImportRequest& wanted, std::string_view text,
                                     const access::Actor* actor = nullptr) {
        return try_write(actor ? *actor : owner_, [&](access::Call& call) -> Result<csv::Imported> {
            BIFROST_ASSIGN(auto imported, csv::import_csv(call, "bar", wanted, text));
            BIFROST_CHECK(csv::refuse_errors(imported));
            return imported;
        });
    }
    csv::Imported import(Kind kind, std::string_view text) { return must(try_import(request(kind), text)); }
    std::vector<std::string> refused(Kind kind, std::string_view text) {
        const auto outcome = try_import(request(kind), text);
        return outcome ? std::vector<std::string>{"it was accepted"} : pointers(outcome.error());
    }
    std::string table(Kind kind) {
        return read([&](database::Tx& tx) { return csv::export_csv(tx, owner_, "bar", {kind, ',', false}); });
    }
    std::vector<std::string> shots() {
        std::vector<std::string> out;
        for (const auto& one :
             read([&](database::Tx& tx) { return shot::list_shots(tx, owner_, "bar", {}, {}); }).data)
            out.push_back(one.sequence_code + "/" + one.code);
        return out;
    }
};
INSTANTIATE_FOR_BOTH_DATABASES(TableImport);

TEST_P(TableImport, rows_are_refused_by_row_and_column_and_nothing_is_kept) {
    EXPECT_THAT(refused(Kind::shot, "Sequence,Shot,Cut In,Cut Out,fps\n"
                                    "sq010,sh0010,1001,1048,24\n"
                                    "sq010,sh0020,10x,1048,24\n"
                                    "sq010,sh0010,1001,1048,24\n"
                                    "sq010,,1001,1048,24\n"
                                    "sq010,sh0030,1048,1001,24\n"
                                    "sq010,sh0040,1001,1048,23.976\n"
                                    "sq010,../x,1001,1048,24\n"),
                ElementsAre("/row/3/Cut In", "/row/4/Shot", "/row/5/Shot", "/row/6/Cut Out", "/row/7/fps",
                            "/row/8/Shot"));
    EXPECT_TRUE(shots().empty());
    EXPECT_THAT(refused(Kind::asset, "code,name,type\nhero,Hero,character\nx,X,no_such_type\n"),
                ElementsAre("/row/3/type"));
    EXPECT_THAT(refused(Kind::asset, "title\nHero\n"), ElementsAre("/columns/code"));
}

TEST_P(TableImport, zero_one_is_not_one_and_never_becomes_it_silently) {
    import(Kind::shot, "sequence,code\n001,0010\n");
    const auto outcome = try_import(request(Kind::shot), "sequence,code\n1,0010\n001,10\n");
    ASSERT_FALSE(outcome);
    EXPECT_THAT(pointers(outcome.error()), ElementsAre("/row/2/sequence", "/row/3/code"));
    EXPECT_THAT(outcome.error().fields[0].detail, HasSubstr("'001' is"));
    auto meant = request(Kind::shot);
    meant.allow_similar = true;
    must(try_import(meant, "sequence,code\n1,0010\n001,10\n"));
    EXPECT_THAT(shots(), testing::UnorderedElementsAre("001/0010", "001/10", "1/0010"));
    EXPECT_THAT(refused(Kind::asset, "code,type\nprop_1,prop\nprop_01,prop\n"), ElementsAre("/row/3/code"));
}

TEST_P(TableImport, who_may_not_make_them_may_not_import_them) {
    const auto viewer = with_role(bar_.id, "viewer");
    EXPECT_ERROR(try_import(request(Kind::shot), "sequence,code\nsq,sh\n", &viewer), Errc::forbidden);
    const auto outside = stranger();
    EXPECT_ERROR(try_import(request(Kind::asset), "code,type\na,prop\n", &outside), Errc::not_found);
}

TEST_P(TableImport, codes_of_other_kinds_and_archived_things_are_refused_by_row) {
    import(Kind::shot, "sequence,code\nsq010,sh0010\n");
    EXPECT_THAT(refused(Kind::asset, "code,type\nsq010,prop\n"), ElementsAre("/row/2/code"));
    const auto shot =
        read([&](database::Tx& tx) { return shot::list_shots(tx, owner_, "bar", {}, {}); }).data.at(0);
    write(owner_, [&](access::Call& call) { return shot::archive_shot(call, shot.id, std::nullopt); });
    EXPECT_THAT(refused(Kind::shot, "sequence,code\nsq010,sh0010\n"), ElementsAre("/row/2/code"));
}

TEST_P(TableImport, only_cells_that_differ_change_and_empty_ones_say_nothing) {
    import(Kind::asset, "code,name,type,tags,meta.camera\nhero,Hero,character,a; b,A7\n");
    const auto again = import(Kind::asset, "code,name,type,tags,meta.camera\nHERO,Hero,character,a;b,A7\n");
    EXPECT_EQ(again.unchanged, 1);
    EXPECT_TRUE(again.updated.empty());
    const auto changed = import(Kind::asset, "code,name,tags,description\nhero,The hero,,\n");
    ASSERT_EQ(changed.updated.size(), 1U);
    EXPECT_EQ(changed.updated[0].changes.text, R"({"name":{"from":"Hero","to":"The hero"}})");
    auto clearing = request(Kind::asset);
    clearing.clear_empty = true;
    must(try_import(clearing, "code,tags\nhero,\n"));
    EXPECT_THAT(table(Kind::asset), HasSubstr(",hero,The hero,character,concept,,,false,A7\r\n"));
}

TEST_P(TableImport, metadata_keeps_its_type) {
    write(owner_, [&](access::Call& call) {
        return asset::create_asset(
            call, "bar",
            json_of(
                R"({"code": "a", "name": "A", "type": "prop", "metadata": {"n": 12, "on": true, "t": "x"}})"));
    });
    EXPECT_EQ(import(Kind::asset, "code,meta.n,meta.on,meta.t\na,12,true,x\n").unchanged, 1);
    import(Kind::asset, "code,meta.n,meta.on,meta.t\na,13,no,12\n");
    const auto after =
        read([&](database::Tx& tx) { return asset::list_assets(tx, owner_, "bar", {}, {}); }).data.at(0);
    EXPECT_EQ(json_of(after.metadata.text), json_of(R"({"n": 13, "on": false, "t": "12"})"));
    EXPECT_THAT(refused(Kind::asset, "code,meta.on\na,maybe\n"), ElementsAre("/row/2/meta.on"));
}

TEST_P(TableImport, an_id_finds_what_is_renamed_and_moved) {
    import(Kind::shot, "episode,sequence,code\nep01,sq010,sh0010\n");
    const auto shot =
        read([&](database::Tx& tx) { return shot::list_shots(tx, owner_, "bar", {}, {}); }).data.at(0);
    const auto moved =
        import(Kind::shot, "id,episode,sequence,code\n" + shot.id.text() + ",ep01,sq020,sh0015\n");
    EXPECT_THAT(moved.sequences, ElementsAre("sq020"));
    ASSERT_EQ(moved.updated.size(), 1U);
    EXPECT_EQ(moved.updated[0].address, "ep01/sq020/sh0015");
    EXPECT_THAT(refused(Kind::shot, "id,code\n" + Id::make().text() + ",sh1\nxyz,sh2\n"),
                ElementsAre("/row/2/id", "/row/3/id"));
}

TEST_P(TableImport, casting_is_merged_row_by_row) {
    import(Kind::shot, "sequence,code\nsq010,sh0010\nsq010,sh0020\n");
    import(Kind::asset, "code,type\nhero,character\nrock,prop\n");
    EXPECT_THAT(refused(Kind::casting,
                        "sequence,shot,asset,occurrences\nsq010,sh0010,hero,0\nsq010,sh0030,hero,"
                        "1\nsq010,sh0010,nobody,1\nsq010,sh0010,rock,1\nsq010,sh0010,rock,2\n"),
                ElementsAre("/row/2/occurrences", "/row/3/shot", "/row/4/asset", "/row/6/asset"));
    const auto first = import(Kind::casting, "sequence,shot,asset,occurrences,label\nsq010,sh0010,hero,1,"
                                             "\nsq010,sh0010,rock,12,left\nsq010,,rock,1,\n");
    EXPECT_EQ(first.created.size(), 3U);
    const auto second = import(
        Kind::casting, "shot,asset,occurrences,label\nsq010/sh0010,rock,13,left\nsq010/sh0010,hero,,\n");
    ASSERT_EQ(second.updated.size(), 1U);
    EXPECT_EQ(second.unchanged, 1);
    EXPECT_EQ(table(Kind::casting), "episode,sequence,shot,asset,occurrences,label\r\n,sq010,,rock,1,\r\n,"
                                    "sq010,sh0010,hero,1,\r\n,sq010,sh0010,rock,13,left\r\n");
}

TEST_P(TableImport, what_goes_out_comes_back_without_a_change) {
    import(Kind::shot, "sequence,code,name,description,cut_in,cut_out,handles,retime\nsq010,sh0010,\"a "
                       "\"\"b\"\", c\",=1+1,1009,1056,8,-1\nsq010,sh0020,two,\"line\nline\",,,,\n");
    import(Kind::asset, "code,type,name,tags,meta.x\nhero,character,@Hero,\"a; b\",-x\n");
    import(Kind::casting, "shot,asset\nsq010/sh0010,hero\n");
    for (const Kind kind : {Kind::asset, Kind::shot, Kind::casting}) {
        const auto again = import(kind, table(kind));
        EXPECT_TRUE(again.created.empty() && again.updated.empty()) << table(kind);
        EXPECT_EQ(again.unchanged, kind == Kind::shot ? 2 : 1);
    }
    EXPECT_THAT(table(Kind::shot), HasSubstr("'=1+1"));
}

} // namespace
} // namespace bifrost::tests
