#include "api/batch_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace bifrost::api {
namespace {

using testing::UnorderedElementsAre;

std::vector<std::string> faults(std::string_view body) {
    const auto read = read_batch(boost::json::parse({body.data(), body.size()}));
    std::vector<std::string> pointers;
    if (!read)
        for (const auto& field : read.error().fields) pointers.push_back(field.pointer);
    return pointers;
}

TEST(BatchRequest, every_fault_of_the_envelope_is_named_at_once) {
    EXPECT_THAT(faults("{}"), UnorderedElementsAre("/operations"));
    EXPECT_THAT(faults(R"({"operations": []})"), UnorderedElementsAre("/operations"));
    EXPECT_THAT(
        faults(
            R"({"operations": [5, {"op": "delete", "path": "assets", "body": [], "ref": "1a", "if_match": "x",
                          "why": 1}]})"),
        UnorderedElementsAre("/operations/0", "/operations/1/op", "/operations/1/path", "/operations/1/body",
                             "/operations/1/ref", "/operations/1/if_match", "/operations/1/why"));
    EXPECT_THAT(faults(R"({"operations": [{"op": "create", "path": "/a", "ref": "x"},
                                          {"op": "create", "path": "/a", "ref": "x"}]})"),
                UnorderedElementsAre("/operations/1/ref"));
}

TEST(BatchRequest, the_problem_tells_the_operation) {
    const auto body =
        boost::json::parse(R"({"operations": [{"op": "create", "path": "/a"}, {"op": "x", "path": "/b"}]})");
    const auto read = read_batch(body);
    ASSERT_FALSE(read);
    ASSERT_EQ(read.error().members.size(), 1U);
    EXPECT_EQ(read.error().members[0], std::pair(std::string("operation"), std::string("1")));
    const Error error = error_of_operation(invalid_field("/name", "is required"), 7);
    EXPECT_EQ(error.fields[0].pointer, "/operations/7/body/name");
    EXPECT_EQ(error_of_operation(invalid_field("/path", "x"), 7).fields[0].pointer, "/operations/7/path");
}

TEST(BatchRequest, references_stand_for_ids_of_earlier_operations_only) {
    const Id id = Id::make();
    const References references{{"hero", id}};
    EXPECT_EQ(*resolve_path("/assets/$hero/products", references), "/assets/" + id.text() + "/products");
    EXPECT_EQ(*resolve_path("/assets/x$hero", references), "/assets/x$hero");
    EXPECT_FALSE(resolve_path("/assets/$villain", references));
    const auto body = boost::json::parse(
        R"({"asset_id": "$hero", "name": "costs $hero", "list": ["$hero", {"a": "$other"}], "price": "$"})");
    const auto resolved = resolve_body(body, references);
    EXPECT_EQ(resolved.at("asset_id").as_string(), id.text());
    EXPECT_EQ(resolved.at("name").as_string(), "costs $hero");
    EXPECT_EQ(resolved.at("list").at(0).as_string(), id.text());
    EXPECT_EQ(resolved.at("list").at(1).at("a").as_string(), "$other");
}

TEST(BatchRequest, revisions_are_read_as_the_header_writes_them) {
    const auto body = boost::json::parse(
        R"({"operations": [{"op": "update", "path": "/api/v1/assets/x", "if_match": "\"3\""},
                           {"op": "update", "path": "/assets/x", "if_match": "4"},
                           {"op": "update", "path": "/assets/x", "if_match": "*"}]})");
    const auto read = read_batch(body);
    ASSERT_TRUE(read);
    EXPECT_EQ((*read)[0].if_revision, 3);
    EXPECT_EQ((*read)[0].path, "/assets/x");
    EXPECT_EQ((*read)[1].if_revision, 4);
    EXPECT_FALSE((*read)[2].if_revision);
}

} // namespace
} // namespace bifrost::api
