// Tables: what can't be read is named by its row; what can, cell by cell.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/csv/column.hpp"
#include "services/csv/import_csv.hpp"
#include "services/csv/sheet.hpp"

namespace bifrost::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> pointers(const Error& error) {
    std::vector<std::string> out;
    for (const auto& field : error.fields) out.push_back(field.pointer);
    return out;
}

TEST(Sheet, broken_quotes_and_rows_that_are_too_long_are_named_by_row) {
    const auto broken = csv::read_sheet(
        "code,name\nok,fine\nbad,\"a\"b\nworse,a \"quote\"\none,two,three\nlast,\"never closed\nx,y\n", {});
    ASSERT_FALSE(broken);
    EXPECT_THAT(pointers(broken.error()), ElementsAre("/row/3", "/row/4", "/row/5", "/row/6"));
    EXPECT_THAT(broken.error().fields[3].detail, HasSubstr("never closes"));
}

TEST(Sheet, other_encodings_are_named_by_row_and_read_when_said) {
    const std::string latin = "code,name\na,plain\nb,J\xFCrgen \x80\n";
    const auto refused = csv::read_sheet(latin, {});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()), ElementsAre("/row/3"));
    EXPECT_THAT(refused.error().fields[0].detail, HasSubstr("windows-1252"));
    const auto read = csv::read_sheet(latin, {"windows-1252", {}});
    ASSERT_TRUE(read);
    EXPECT_EQ(read->rows[1].cells[1], "Jürgen €");
    const auto no_character = csv::read_sheet("code,name\na,\x81\n", {"windows-1252", {}});
    ASSERT_FALSE(no_character);
    EXPECT_THAT(pointers(no_character.error()), ElementsAre("/row/2"));
}

TEST(Sheet, the_marks_of_utf8_and_utf16_are_known) {
    const auto utf8 = csv::read_sheet("\xEF\xBB\xBF"
                                      "code;name\nä;b\n",
                                      {});
    ASSERT_TRUE(utf8);
    EXPECT_THAT(utf8->header, ElementsAre("code", "name"));
    EXPECT_EQ(utf8->delimiter, ';');
    std::string wide = "\xFF\xFE";
    for (const char c : std::string("a\tb\n1\t2\n")) wide += std::string{c, '\0'};
    const auto utf16 = csv::read_sheet(wide, {});
    ASSERT_TRUE(utf16);
    EXPECT_THAT(utf16->rows[0].cells, ElementsAre("1", "2"));
    const auto unmarked = csv::read_sheet(std::string_view(wide).substr(2), {});
    ASSERT_FALSE(unmarked);
    EXPECT_THAT(unmarked.error().fields[0].detail, HasSubstr("utf-16"));
    const auto half = csv::read_sheet(std::string("\xFF\xFE"
                                                  "a\0\n\0\x00\xD8\n\0",
                                                  10),
                                      {});
    ASSERT_FALSE(half);
    EXPECT_THAT(pointers(half.error()), ElementsAre("/row/2"));
}

TEST(Sheet, headings_are_there_once) {
    EXPECT_FALSE(csv::read_sheet("", {}));
    EXPECT_FALSE(csv::read_sheet("\n\n", {}));
    EXPECT_FALSE(csv::read_sheet("code,Code\n1,2\n", {}));
    EXPECT_FALSE(csv::read_sheet("code,,name\n1,2,3\n", {}));
    EXPECT_TRUE(csv::read_sheet("code,name,,\n1,2,,\n", {}));
}

TEST(Sheet, cells_hold_delimiters_lines_and_quotes_and_rows_count_as_in_a_spreadsheet) {
    const auto read =
        csv::read_sheet("a,b\r\n\"1,5\",\"two\r\nlines\"\r\n\r\n \"say \"\"hi\"\"\" , x \r\nlast", {});
    ASSERT_TRUE(read) << read.error().fields[0].detail;
    ASSERT_EQ(read->rows.size(), 3U);
    EXPECT_THAT(read->rows[0].cells, ElementsAre("1,5", "two\r\nlines"));
    EXPECT_EQ(read->rows[1].number, 4U);
    EXPECT_THAT(read->rows[1].cells, ElementsAre("say \"hi\"", "x"));
    EXPECT_THAT(read->rows[2].cells, ElementsAre("last", ""));
}

TEST(Sheet, what_is_written_is_read_again) {
    for (const std::string text :
         {"plain", "a,b", "a;b", "\"", "two\nlines", "=1+1", "'=x", "''", "-1", "@me", "", "ß"}) {
        const auto read = csv::read_sheet("h,i\n" + csv::written_cell(csv::shielded(text), ',') + ",x\n", {});
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(csv::unshielded(read->rows[0].cells[0]), text);
    }
    EXPECT_EQ(csv::shielded("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
    EXPECT_EQ(csv::shielded("-1"), "-1");
}

TEST(TableColumns, what_cannot_be_mapped_is_named) {
    const std::vector<std::string> header = {"Shot name", "Cut In", "Notes", "Status"};
    const auto bad = csv::map_columns(
        csv::Kind::shot, header,
        {{"Nowhere", "code"}, {"Notes", "colour"}, {"Status", "status"}, {"Shot name", "cut_in"}});
    ASSERT_FALSE(bad);
    EXPECT_THAT(pointers(bad.error()), testing::UnorderedElementsAre("/mapping/Nowhere", "/mapping/Notes",
                                                                     "/mapping/Status", "/mapping/Cut In"));
    const auto good =
        csv::map_columns(csv::Kind::shot, header, {{"Shot name", "code"}, {"Notes", "meta.notes"}});
    ASSERT_TRUE(good);
    EXPECT_EQ(good->find("code"), 0U);
    EXPECT_EQ(good->find("cut_in"), 1U);
    EXPECT_EQ(good->heading_of("/metadata/notes"), "Notes");
    EXPECT_THAT(good->ignored, ElementsAre("Status"));
}

TEST(TableColumns, codes_that_read_the_same_to_a_spreadsheet_are_told_apart) {
    EXPECT_EQ(csv::without_zeros("001"), csv::without_zeros("1"));
    EXPECT_EQ(csv::without_zeros("sh0010"), "sh10");
    EXPECT_EQ(csv::without_zeros("sq010_sh0000"), "sq10_sh0");
    EXPECT_NE(csv::without_zeros("sh10"), csv::without_zeros("sh100"));
    EXPECT_EQ(csv::without_zeros("a0b"), "a0b");
}

} // namespace
} // namespace bifrost::tests
