// Versions: what is refused first, then publishing.

#include <thread>

#include "publish_support.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class PublishVersion : public PublishTest {
  protected:
    void SetUp() override {
        PublishTest::SetUp();
        model_ = make_product(hero_.id, "model");
    }
    Result<std::vector<publish::File>> try_add(const Id& version, const object& file) {
        const object page{{"files", array{file}}};
        return try_write(owner_, [&](access::Call& call) { return publish::add_files(call, version, page); });
    }
    publish::Product model_;
};
INSTANTIATE_FOR_BOTH_DATABASES(PublishVersion);

TEST_P(PublishVersion, every_bad_field_is_named_at_once) {
    const auto refused = try_create(owner_, model_.id, json_of(R"({
        "comment": 5, "frame_range": {"first": 10, "last": 1}, "number": 0, "status": "approved", "colour": "red",
        "representations": [{"name": "../x", "format": "ma"}, {"name": "usd"}],
        "files": [{"path": "../a", "upload_id": "x"}, {"path": "b"}, {"path": "c", "sha256": "ff", "size": 1}],
        "dependencies": [{"kind": "rig"}]})"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_THAT(pointers(refused.error()),
                UnorderedElementsAre("/comment", "/frame_range/last", "/number", "/status", "/colour",
                                     "/representations/0/name", "/representations/1/format", "/files/0/path",
                                     "/files/0/upload_id", "/files/1/upload_id", "/files/2/sha256",
                                     "/dependencies/0/version_id"));
}

TEST_P(PublishVersion, paths_that_differ_by_case_only_or_lie_in_a_file_are_refused) {
    const auto refused = try_create(
        owner_, model_.id,
        object{{"files", array{file("Tex/A.png", "1"), file("tex/a.PNG", "2"), file("tex", "3"),
                               file("tex/a.png/b", "4"), file("Tex/A.png", "5"), file("tex/b.png", "6")}}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()),
                ElementsAre("/files/1/path", "/files/2/path", "/files/3/path", "/files/4/path"));
}

TEST_P(PublishVersion, a_path_that_is_taken_in_an_earlier_page_is_a_conflict) {
    const auto draft = create(model_.id, object{{"files", array{file("tex/a.png", "1")}}});
    for (const std::string path : {"tex/a.png", "TEX/a.png", "tex", "tex/a.png/x"})
        EXPECT_ERROR(try_add(draft.id, file(path, "2")), Errc::conflict);
    EXPECT_EQ(get(draft.id).file_count, 1);
}

TEST_P(PublishVersion, a_version_without_anything_in_it_is_not_published) {
    const auto draft = create(model_.id, object{});
    EXPECT_ERROR(try_publish(owner_, draft.id), Errc::conflict);
    EXPECT_EQ(get(draft.id).state, "draft");
}

TEST_P(PublishVersion, an_upload_that_is_not_complete_is_a_conflict) {
    const auto open = begin_upload(owner_, "a.ma", 3);
    const auto draft =
        create(model_.id, object{{"files", array{object{{"path", "a.ma"}, {"upload_id", open.id.text()}}}}});
    EXPECT_ERROR(try_publish(owner_, draft.id), Errc::conflict);
    EXPECT_EQ(get(draft.id).state, "draft");
}

TEST_P(PublishVersion, bytes_of_others_are_not_taken_by_naming_them) {
    const auto artist = with_role(bar_.id, "artist");
    const auto mine = upload("a.ma", "secret");
    // The upload of another user, and bytes that stand in a draft of another user only.
    create(model_.id, object{{"files", array{object{{"path", "a.ma"}, {"upload_id", mine.text()}}}}});
    const auto refused = try_create(
        artist, model_.id,
        object{{"files", array{object{{"path", "a.ma"}, {"upload_id", mine.text()}},
                               object{{"path", "b.ma"}, {"sha256", sha256_hex("secret")}, {"size", 6}},
                               object{{"path", "c.ma"}, {"sha256", sha256_hex("nothing")}, {"size", 7}}}}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(pointers(refused.error()),
                UnorderedElementsAre("/files/0/upload_id", "/files/1/sha256", "/files/2/sha256"));
}

TEST_P(PublishVersion, bytes_of_a_published_version_are_taken_by_their_hash) {
    const auto artist = with_role(bar_.id, "artist");
    publish_bytes(model_.id, "geometry");
    const auto draft = must(try_create(
        artist, model_.id,
        object{{"files", array{object{{"path", "b.ma"}, {"sha256", sha256_hex("geometry")}, {"size", 8}}}}}));
    EXPECT_EQ(must(try_publish(artist, draft.id)).number, 2);
    EXPECT_EQ(stored_objects(), 1U);
    EXPECT_ERROR(
        try_create(
            artist, model_.id,
            object{
                {"files", array{object{{"path", "b.ma"}, {"sha256", sha256_hex("geometry")}, {"size", 9}}}}}),
        Errc::invalid);
}

TEST_P(PublishVersion, a_draft_is_there_for_its_author_and_administrators_only) {
    const auto artist = with_role(bar_.id, "artist");
    const auto other = with_role(bar_.id, "supervisor");
    const auto draft = must(try_create(artist, model_.id, object{}));
    EXPECT_ERROR(try_get(other, draft.id), Errc::not_found);
    EXPECT_ERROR(try_publish(other, draft.id), Errc::not_found);
    EXPECT_TRUE(try_get(artist, draft.id));
    EXPECT_TRUE(try_get(owner_, draft.id));
    const auto list = [&](const access::Actor& actor) {
        return read([&](database::Tx& tx) { return publish::list_versions(tx, actor, model_.id, {}, {}); })
            .data.size();
    };
    EXPECT_EQ(list(other), 0U);
    EXPECT_EQ(list(artist), 1U);
    EXPECT_EQ(list(owner_), 1U);
}

TEST_P(PublishVersion, viewers_may_not_and_strangers_do_not_find_it) {
    const auto version = publish_bytes(model_.id, "x");
    EXPECT_ERROR(try_create(with_role(bar_.id, "viewer"), model_.id, object{}), Errc::forbidden);
    EXPECT_ERROR(try_create(stranger(), model_.id, object{}), Errc::not_found);
    EXPECT_ERROR(try_get(stranger(), version.id), Errc::not_found);
    EXPECT_ERROR(try_get(with_role(bar_.id, "client"), version.id), Errc::not_found);
}

TEST_P(PublishVersion, publishing_gives_the_next_number_once) {
    const auto first =
        create(model_.id, object{{"files", array{file("a.ma", "one")}}, {"comment", "Softer"}});
    EXPECT_EQ(first.number, std::nullopt);
    EXPECT_EQ(first.state, "draft");
    const auto published = publish_one(first.id);
    EXPECT_EQ(published.number, 1);
    EXPECT_EQ(published.state, "published");
    EXPECT_EQ(published.comment, "Softer");
    EXPECT_EQ(published.revision, 2);
    ASSERT_TRUE(published.published_at);
    // The same again answers the same.
    const auto again = publish_one(first.id);
    EXPECT_EQ(json::to_json(again), json::to_json(published));
    EXPECT_EQ(publish_bytes(model_.id, "two").number, 2);
    const auto product = get_product(model_.id);
    EXPECT_EQ(product.latest_number, 2);
    const auto done = actions();
    EXPECT_EQ(std::count(done.begin(), done.end(), "version.published"), 2);
    EXPECT_EQ(std::count(done.begin(), done.end(), "version.created"), 2);
}

TEST_P(PublishVersion, files_of_a_published_version_have_the_verified_hash_and_the_bytes) {
    const auto version = publish_bytes(model_.id, "geometry");
    const auto files = files_of(version.id);
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0].sha256, sha256_hex("geometry"));
    EXPECT_EQ(files[0].representation, "main");
    EXPECT_EQ(files[0].media_type, "application/x-maya-ascii");
    EXPECT_EQ(files[0].download_url, "/api/v1/files/" + files[0].id.text() + "/download");
    EXPECT_EQ(bytes_of_file(files[0].id), "geometry");
    ASSERT_EQ(version.representations.size(), 1U);
    EXPECT_TRUE(version.representations[0].primary);
    EXPECT_EQ(version.representations[0].format, "ma");
}

TEST_P(PublishVersion, nothing_of_a_published_version_can_be_changed_but_comment_and_metadata) {
    const auto version = publish_bytes(model_.id, "x");
    EXPECT_ERROR(try_add(version.id, file("b.ma", "y")), Errc::conflict);
    const auto update = [&](object patch) {
        return try_write(owner_, [&](access::Call& call) {
            return publish::update_version(call, version.id, patch, std::nullopt);
        });
    };
    EXPECT_ERROR(update({{"frame_range", object{{"first", 1}, {"last", 2}}}}), Errc::conflict);
    EXPECT_ERROR(update({{"source", object{}}}), Errc::conflict);
    EXPECT_ERROR(update({{"status", "approved"}}), Errc::invalid);
    EXPECT_ERROR(update({{"number", 7}}), Errc::invalid);
    const auto changed = must(update({{"comment", "less rust"}, {"metadata", object{{"shot", "a"}}}}));
    EXPECT_EQ(changed.comment, "less rust");
    EXPECT_EQ(changed.revision, version.revision + 1);
    EXPECT_EQ(changed.number, version.number);
}

TEST_P(PublishVersion, numbers_are_reserved_stated_and_never_given_twice) {
    const auto reserved =
        create(model_.id, object{{"reserve_number", true}, {"files", array{file("a", "1")}}});
    EXPECT_EQ(reserved.number, 1);
    EXPECT_EQ(publish_bytes(model_.id, "2").number, 2);
    EXPECT_EQ(publish_one(reserved.id).number, 1);
    const auto stated = create(model_.id, object{{"number", 7}, {"files", array{file("a", "7")}}});
    EXPECT_EQ(publish_one(stated.id).number, 7);
    EXPECT_ERROR(try_create(owner_, model_.id, object{{"number", 7}}), Errc::conflict);
    const auto gap = create(model_.id, object{{"number", 4}, {"files", array{file("a", "4")}}});
    EXPECT_EQ(publish_one(gap.id).number, 4);
    EXPECT_EQ(publish_bytes(model_.id, "8").number, 8);
    EXPECT_EQ(get_product(model_.id).latest_number, 8);
}

TEST_P(PublishVersion, an_archived_version_is_not_the_latest) {
    publish_bytes(model_.id, "1");
    const auto second = publish_bytes(model_.id, "2");
    write(owner_,
          [&](access::Call& call) { return publish::archive_version(call, second.id, std::nullopt); });
    EXPECT_EQ(get_product(model_.id).latest_number, 1);
    write(owner_,
          [&](access::Call& call) { return publish::restore_version(call, second.id, std::nullopt); });
    EXPECT_EQ(get_product(model_.id).latest_number, 2);
}

TEST_P(PublishVersion, two_publishers_at_once_get_two_numbers) {
    constexpr int kThreads = 4;
    std::vector<Id> drafts;
    for (int i = 0; i < kThreads; ++i)
        drafts.push_back(create(model_.id, object{{"files", array{file("a", std::to_string(i))}}}).id);
    std::vector<std::int64_t> numbers(kThreads);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < drafts.size(); ++i)
            threads.emplace_back([&, i] { numbers[i] = *publish_one(drafts[i]).number; });
    }
    EXPECT_THAT(numbers, UnorderedElementsAre(1, 2, 3, 4));
}

TEST_P(PublishVersion, one_draft_published_twice_at_once_is_published_once) {
    const auto draft = create(model_.id, object{{"files", array{file("a", "1")}}});
    std::vector<std::string> answers(4);
    {
        std::vector<std::jthread> threads;
        for (auto& answer : answers)
            threads.emplace_back([&] { answer = json::to_json(publish_one(draft.id)); });
    }
    for (const auto& answer : answers) EXPECT_EQ(answer, answers[0]);
    const auto done = actions();
    EXPECT_EQ(std::count(done.begin(), done.end(), "version.published"), 1);
}

TEST_P(PublishVersion, frames_become_a_pattern_and_a_range) {
    array files;
    for (const int frame : {1001, 1002, 1003, 1004}) {
        auto one = file("beauty." + std::to_string(frame) + ".exr", std::to_string(frame));
        one["frame"] = frame;
        files.push_back(one);
    }
    const auto version = publish_one(create(model_.id, object{{"files", files}}).id);
    EXPECT_EQ(version.frame_range, (FrameRange{1001, 1004, 1}));
    ASSERT_EQ(version.representations.size(), 1U);
    EXPECT_EQ(version.representations[0].pattern, "beauty.%04d.exr");
    EXPECT_EQ(version.representations[0].frames, "1001-1004");
}

TEST_P(PublishVersion, the_thumbnail_of_a_version_becomes_the_assets_without_a_revision) {
    auto picture = file("thumb.png", "png");
    picture["role"] = "thumbnail";
    publish_one(create(model_.id, object{{"files", array{file("a.ma", "1"), picture}}}).id);
    const auto asset = read([&](database::Tx& tx) { return asset::get_asset(tx, owner_, hero_.id); });
    ASSERT_TRUE(asset.thumbnail_url);
    EXPECT_EQ(asset.revision, hero_.revision);
}

TEST_P(PublishVersion, purging_takes_an_archived_version_with_its_files) {
    const auto version = publish_bytes(model_.id, "1");
    const auto purge = [&] {
        return try_write(owner_,
                         [&](access::Call& call) { return publish::purge_version(call, version.id); });
    };
    EXPECT_ERROR(purge(), Errc::conflict);
    write(owner_,
          [&](access::Call& call) { return publish::archive_version(call, version.id, std::nullopt); });
    ASSERT_TRUE(purge());
    EXPECT_EQ(count("select count(*) from file"), 0);
    EXPECT_ERROR(try_get(owner_, version.id), Errc::not_found);
    EXPECT_EQ(publish_bytes(model_.id, "2").number, 2) << "a number is never given again";
}

TEST_P(PublishVersion, a_thousand_files_come_in_pages) {
    const auto draft = create(model_.id, object{});
    array page;
    for (int i = 0; i < 20; ++i) page.push_back(file("p/" + std::to_string(i), std::to_string(i)));
    const auto added = write(owner_, [&](access::Call& call) {
        return publish::add_files(call, draft.id, object{{"files", page}});
    });
    ASSERT_EQ(added.size(), 20U);
    EXPECT_EQ(added[3].path, "p/3");
    const auto version = publish_one(draft.id);
    EXPECT_EQ(version.file_count, 20);
    EXPECT_EQ(version.total_size, 30);
    query::ListRequest request;
    request.limit = 7;
    std::size_t seen = 0;
    do {
        const auto files =
            read([&](database::Tx& tx) { return publish::list_files(tx, owner_, version.id, request, ""); });
        seen += files.data.size();
        request.cursor = files.next_cursor.value_or("");
    } while (!request.cursor.empty());
    EXPECT_EQ(seen, 20U);
}

} // namespace
} // namespace bifrost::tests
