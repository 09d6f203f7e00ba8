// Uploads: bytes that aren't what was said, then the ways in which they become objects.

#include <thread>

#include "publish_support.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;
using testing::HasSubstr;

class PublishUpload : public PublishTest {
  protected:
    Result<publish::OpenedUpload> try_begin(const access::Actor& actor, object body) {
        return publish::create_upload(room(), actor, body);
    }
    object body_of(const std::string& name, std::int64_t size) {
        return {{"project_id", bar_.id.text()}, {"name", name}, {"size", size}};
    }
    std::string state_of(const Id& upload) { return must(publish::get_upload(room(), owner_, upload)).state; }
    void verify(const Id& upload) { must(publish::verify_upload(room(), upload, {}, {})); }
};
INSTANTIATE_FOR_BOTH_DATABASES(PublishUpload);

TEST_P(PublishUpload, every_bad_field_is_named_at_once) {
    const auto refused = try_begin(owner_, object{{"project_id", "x"},
                                                  {"name", "../a"},
                                                  {"size", -1},
                                                  {"sha256", "ff"},
                                                  {"media_type", "png"},
                                                  {"colour", 1}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(
        pointers(refused.error()),
        testing::UnorderedElementsAre("/project_id", "/name", "/size", "/sha256", "/media_type", "/colour"));
}

TEST_P(PublishUpload, a_file_beyond_the_limit_is_refused) {
    options_.most_bytes = 10;
    EXPECT_ERROR(try_begin(owner_, body_of("a.ma", 11)), Errc::too_large);
    EXPECT_TRUE(try_begin(owner_, body_of("a.ma", 10)));
}

TEST_P(PublishUpload, viewers_may_not_and_strangers_find_no_project) {
    EXPECT_ERROR(try_begin(with_role(bar_.id, "viewer"), body_of("a", 1)), Errc::forbidden);
    EXPECT_ERROR(try_begin(stranger(), body_of("a", 1)), Errc::not_found);
    auto nowhere = body_of("a", 1);
    nowhere["project_id"] = Id::make().text();
    EXPECT_ERROR(try_begin(owner_, nowhere), Errc::not_found);
}

TEST_P(PublishUpload, it_belongs_to_its_maker) {
    const auto artist = with_role(bar_.id, "artist");
    const auto opened = must(try_begin(owner_, body_of("a", 1)));
    EXPECT_ERROR(publish::get_upload(room(), artist, opened.id), Errc::not_found);
    EXPECT_ERROR(publish::sign_parts(room(), artist, opened.id, object{{"numbers", array{1}}}),
                 Errc::not_found);
    EXPECT_ERROR(publish::complete_upload(room(), artist, opened.id, object{{"parts", array{}}}),
                 Errc::not_found);
    EXPECT_ERROR(publish::delete_upload(room(), artist, opened.id), Errc::not_found);
    const auto refused = publish::complete_uploads(
        room(), artist, object{{"items", array{object{{"id", opened.id.text()}, {"parts", array{}}}}}});
    EXPECT_ERROR(refused, Errc::invalid);
    EXPECT_EQ(state_of(opened.id), "open");
}

TEST_P(PublishUpload, a_wrong_hash_of_one_part_makes_it_failed_and_leaves_no_bytes) {
    const auto opened = begin_upload(owner_, "a.ma", 3, sha256_hex("foo"));
    const auto failed = must(publish::complete_upload(room(), owner_, opened.id, send(opened, "bar")));
    EXPECT_EQ(failed.state, "failed");
    EXPECT_THAT(failed.error.value_or(""), HasSubstr(sha256_hex("bar")));
    EXPECT_EQ(stored_objects(), 0U);
    const auto again = begin_upload(owner_, "a.ma", 3, sha256_hex("foo"));
    EXPECT_EQ(must(publish::complete_upload(room(), owner_, again.id, send(again, "foo"))).state, "complete");
}

TEST_P(PublishUpload, other_bytes_than_the_signed_hash_of_a_part_fail_at_the_store) {
    const auto opened = begin_upload(owner_, "a.ma", 3);
    const object wanted{{"numbers", array{1}},
                        {"checksums", array{object{{"number", 1}, {"sha256", sha256_hex("foo")}}}}};
    const auto with_hash = must(publish::sign_parts(room(), owner_, opened.id, wanted));
    EXPECT_FALSE(put_part(with_hash.parts.at(0), "bar"));
    EXPECT_EQ(state_of(opened.id), "open");
    EXPECT_TRUE(put_part(with_hash.parts.at(0), "foo"));
}

TEST_P(PublishUpload, a_wrong_hash_of_many_parts_makes_it_failed_and_leaves_no_bytes) {
    options_.part_size = 4;
    const auto opened = begin_upload(owner_, "a.ma", 6, sha256_hex("foobar"));
    ASSERT_EQ(opened.parts.size(), 2U);
    const auto body = send(opened, "foobaz");
    EXPECT_EQ(must(publish::complete_upload(room(), owner_, opened.id, body)).state, "verifying");
    verify(opened.id);
    const auto failed = must(publish::get_upload(room(), owner_, opened.id));
    EXPECT_EQ(failed.state, "failed");
    EXPECT_THAT(failed.error.value_or(""), HasSubstr(sha256_hex("foobaz")));
    EXPECT_EQ(stored_objects(), 0U);
    EXPECT_EQ(count("select count(*) from object"), 0);
    // The same again answers the same.
    EXPECT_EQ(must(publish::complete_upload(room(), owner_, opened.id, body)).state, "failed");
}

TEST_P(PublishUpload, parts_that_did_not_arrive_are_a_conflict_and_nothing_is_lost) {
    options_.part_size = 4;
    const auto opened = begin_upload(owner_, "a.ma", 6);
    const auto etag = must(put_part(opened.parts[0], "foob"));
    const auto wrong = publish::complete_upload(
        room(), owner_, opened.id, object{{"parts", array{object{{"number", 1}, {"etag", etag}}}}});
    EXPECT_ERROR(wrong, Errc::conflict);
    const auto progress = must(publish::get_upload(room(), owner_, opened.id));
    ASSERT_EQ(progress.parts.size(), 1U);
    EXPECT_EQ(progress.parts[0].etag, etag);
    EXPECT_EQ(progress.state, "open");
    const auto fresh = must(publish::sign_parts(room(), owner_, opened.id, object{{"numbers", array{2}}}));
    const auto second = must(put_part(fresh.parts.at(0), "ar"));
    const auto done = must(
        publish::complete_upload(room(), owner_, opened.id,
                                 object{{"parts", array{object{{"number", 1}, {"etag", "\"" + etag + "\""}},
                                                        object{{"number", 2}, {"etag", second}}}}}));
    EXPECT_EQ(done.state, "verifying");
    ASSERT_TRUE(done.job_id);
}

TEST_P(PublishUpload, a_known_hash_completes_at_once_and_the_same_again_answers_the_same) {
    const auto opened = begin_upload(owner_, "a.ma", 3);
    const auto body = send(opened, "foo");
    const auto completed = must(publish::complete_upload(room(), owner_, opened.id, body));
    EXPECT_EQ(completed.state, "complete");
    EXPECT_EQ(completed.sha256, sha256_hex("foo"));
    EXPECT_EQ(json::to_json(must(publish::complete_upload(room(), owner_, opened.id, body))),
              json::to_json(completed));
    EXPECT_FALSE(put_part(opened.parts[0], "bar")) << "after Complete every URL is dead";
    EXPECT_ERROR(publish::sign_parts(room(), owner_, opened.id, object{{"numbers", array{1}}}),
                 Errc::conflict);
}

TEST_P(PublishUpload, an_unknown_hash_is_verified_by_reading_the_bytes) {
    options_.part_size = 4;
    const auto opened = begin_upload(owner_, "a.ma", 6);
    must(publish::complete_upload(room(), owner_, opened.id, send(opened, "foobar")));
    EXPECT_EQ(state_of(opened.id), "verifying");
    EXPECT_EQ(count("select count(*) from job where kind = 'checksum'"), 1);
    verify(opened.id);
    EXPECT_EQ(state_of(opened.id), "complete");
    EXPECT_EQ(must(publish::get_upload(room(), owner_, opened.id)).sha256, sha256_hex("foobar"));
    verify(opened.id);
    EXPECT_EQ(stored_objects(), 1U);
}

TEST_P(PublishUpload, an_empty_file_has_no_parts_and_is_complete_at_once) {
    for (int i = 0; i < 2; ++i) {
        const auto opened = must(try_begin(owner_, body_of("empty.txt", 0)));
        EXPECT_EQ(opened.state, "complete");
        EXPECT_TRUE(opened.parts.empty());
        EXPECT_EQ(opened.sha256, sha256_hex(""));
    }
    EXPECT_EQ(stored_objects(), 1U);
    auto wrong = body_of("empty.txt", 0);
    wrong["sha256"] = sha256_hex("x");
    EXPECT_ERROR(try_begin(owner_, wrong), Errc::invalid);
}

TEST_P(PublishUpload, the_same_bytes_are_stored_once) {
    upload("a.ma", "foo");
    upload("b.ma", "foo");
    EXPECT_EQ(stored_objects(), 1U);
    EXPECT_EQ(count("select count(*) from object"), 1);
}

TEST_P(PublishUpload, naming_a_hash_gives_nobody_the_bytes) {
    const auto artist = with_role(bar_.id, "artist");
    upload(owner_, "a.ma", "foo");
    EXPECT_EQ(begin_upload(owner_, "b.ma", 3, sha256_hex("foo")).state, "complete");
    EXPECT_EQ(begin_upload(artist, "b.ma", 3, sha256_hex("foo")).state, "open");
    const auto model = make_product(hero_.id, "model");
    publish_bytes(model.id, "foo");
    EXPECT_EQ(begin_upload(artist, "b.ma", 3, sha256_hex("foo")).state, "complete");
    auto wrong = body_of("b.ma", 4);
    wrong["sha256"] = sha256_hex("foo");
    EXPECT_ERROR(try_begin(artist, wrong), Errc::invalid);
}

TEST_P(PublishUpload, part_sizes_are_doubled_until_there_are_few_enough) {
    options_.part_size = 4;
    options_.most_parts = 10;
    EXPECT_EQ(must(try_begin(owner_, body_of("a", 40))).part_size, 4);
    const auto large = must(try_begin(owner_, body_of("a", 41)));
    EXPECT_EQ(large.part_size, 8);
    ASSERT_EQ(large.parts.size(), 6U);
    EXPECT_EQ(large.parts.back().size, 1);
    EXPECT_ERROR(publish::sign_parts(room(), owner_, large.id, object{{"numbers", array{7}}}), Errc::invalid);
}

TEST_P(PublishUpload, a_batch_is_completed_in_one_go_each_for_itself) {
    array items;
    for (const std::string bytes : {"one", "two", "one", ""})
        items.push_back(object{{"name", "f" + bytes}, {"size", std::ssize(bytes)}});
    const auto opened = must(
        publish::create_uploads(room(), owner_, object{{"project_id", bar_.id.text()}, {"items", items}}));
    ASSERT_EQ(opened.size(), 4U);
    array completions;
    const std::vector<std::string> bytes{"one", "two", "one", ""};
    for (std::size_t i = 0; i < 4; ++i) {
        object one{{"id", opened[i].id.text()}};
        one["parts"] = i == 1 ? array{} : send(opened[i], bytes[i])["parts"].as_array();
        completions.push_back(std::move(one));
    }
    const auto done = must(publish::complete_uploads(room(), owner_, object{{"items", completions}}));
    ASSERT_EQ(done.size(), 4U);
    EXPECT_EQ(done[0].state, "complete");
    EXPECT_EQ(done[1].state, "open");
    EXPECT_TRUE(done[1].error);
    EXPECT_EQ(done[2].state, "complete");
    EXPECT_EQ(done[3].state, "complete");
    EXPECT_EQ(stored_objects(), 2U);
    const auto again = must(publish::complete_uploads(room(), owner_, object{{"items", completions}}));
    EXPECT_EQ(json::to_json(again[0]), json::to_json(done[0]));
}

TEST_P(PublishUpload, dropping_removes_the_bytes_unless_they_became_an_object) {
    const auto open = begin_upload(owner_, "a", 3);
    must(put_part(open.parts[0], "foo"));
    ASSERT_TRUE(publish::delete_upload(room(), owner_, open.id));
    EXPECT_ERROR(publish::get_upload(room(), owner_, open.id), Errc::not_found);
    EXPECT_FALSE(put_part(open.parts[0], "foo"));
    const auto complete = upload("a", "foo");
    ASSERT_TRUE(publish::delete_upload(room(), owner_, complete));
    EXPECT_EQ(stored_objects(), 1U) << "the collector counts references";
    const auto model = make_product(hero_.id, "model");
    const auto used = upload("b", "bar");
    create(model.id, object{{"files", array{object{{"path", "b"}, {"upload_id", used.text()}}}}});
    EXPECT_ERROR(publish::delete_upload(room(), owner_, used), Errc::conflict);
}

TEST_P(PublishUpload, one_upload_completed_twice_at_once_makes_one_object) {
    const auto opened = begin_upload(owner_, "a", 3);
    const auto body = send(opened, "foo");
    std::vector<std::string> states(4);
    {
        std::vector<std::jthread> threads;
        for (auto& state : states)
            threads.emplace_back(
                [&] { state = must(publish::complete_upload(room(), owner_, opened.id, body)).state; });
    }
    for (const auto& state : states) EXPECT_EQ(state, "complete");
    EXPECT_EQ(stored_objects(), 1U);
}

TEST_P(PublishUpload, the_same_bytes_completed_at_once_by_many_are_stored_once) {
    std::vector<publish::OpenedUpload> uploads;
    std::vector<object> bodies;
    for (int i = 0; i < 4; ++i) {
        uploads.push_back(begin_upload(owner_, "a", 3));
        bodies.push_back(send(uploads.back(), "foo"));
    }
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < uploads.size(); ++i)
            threads.emplace_back([&, i] {
                EXPECT_EQ(must(publish::complete_upload(room(), owner_, uploads[i].id, bodies[i])).state,
                          "complete");
            });
    }
    EXPECT_EQ(stored_objects(), 1U);
    EXPECT_EQ(count("select count(*) from object_location"), 1);
}

TEST_P(PublishUpload, a_version_waits_for_uploads_that_are_verified_and_fails_with_one) {
    options_.part_size = 4;
    const auto model = make_product(hero_.id, "model");
    const auto good = begin_upload(owner_, "a", 6);
    const auto bad = begin_upload(owner_, "b", 6, sha256_hex("foobar"));
    must(publish::complete_upload(room(), owner_, good.id, send(good, "foobar")));
    must(publish::complete_upload(room(), owner_, bad.id, send(bad, "foobaz")));
    const auto draft_with = [&](const Id& id) {
        return create(model.id, object{{"files", array{object{{"path", "x"}, {"upload_id", id.text()}}}}});
    };
    const auto first = publish_one(draft_with(good.id).id);
    EXPECT_EQ(first.state, "verifying");
    ASSERT_TRUE(first.job_id);
    EXPECT_EQ(json::to_json(publish_one(first.id)), json::to_json(first));
    verify(good.id);
    EXPECT_EQ(publish_one(first.id).state, "published");
    EXPECT_EQ(get(first.id).number, 1);
    const auto second = publish_one(draft_with(bad.id).id);
    EXPECT_EQ(second.state, "verifying");
    verify(bad.id);
    EXPECT_EQ(publish_one(second.id).state, "failed");
    EXPECT_THAT(get(second.id).error.value_or(""), HasSubstr("sha256"));
    EXPECT_ERROR(try_publish(owner_, second.id), Errc::conflict);
}

} // namespace
} // namespace bifrost::tests
