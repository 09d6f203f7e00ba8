// The collector: what it must not take, then what it takes; and its race with whoever wants the bytes.

#include <latch>
#include <thread>

#include "publish_support.hpp"
#include "services/publish/collect.hpp"
#include "services/publish/object.hpp"

namespace bifrost::tests {
namespace {

using boost::json::array;
using boost::json::object;

class PublishCollect : public PublishTest {
  protected:
    void SetUp() override {
        PublishTest::SetUp();
        model_ = make_product(hero_.id, "model");
    }
    publish::Collected collect(const publish::CollectOptions& options = {-10, -10, -10, -10}) {
        return must(publish::collect(room(), options, [] { return false; }));
    }
    void expire_uploads() {
        must(database().write([](database::Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute_text("update upload set expires_at = 0", {}));
            return {};
        }));
    }
    object by_hash(const std::string& bytes) {
        return {
            {"files",
             array{object{{"path", "a.ma"}, {"sha256", sha256_hex(bytes)}, {"size", std::ssize(bytes)}}}}};
    }
    void purge(const Id& version) {
        write(owner_,
              [&](access::Call& call) { return publish::archive_version(call, version, std::nullopt); });
        must(try_write(owner_, [&](access::Call& call) { return publish::purge_version(call, version); }));
    }

    publish::Product model_;
};
INSTANTIATE_FOR_BOTH_DATABASES(PublishCollect);

TEST_P(PublishCollect, nothing_that_is_wanted_or_young_is_taken) {
    const auto version = publish_bytes(model_.id, "published");
    const auto draft = create(model_.id, object{{"files", array{file("b.ma", "draft")}}});
    upload("c.ma", "uploaded");
    begin_upload(owner_, "d.ma", 3);
    const auto collected = collect({});
    EXPECT_EQ(collected.drafts + collected.uploads + collected.objects, 0);
    EXPECT_EQ(stored_objects(), 3U);
    // Expired uploads that a draft uses stay, too.
    expire_uploads();
    collect({});
    EXPECT_EQ(get(draft.id).state, "draft");
    EXPECT_EQ(publish_one(draft.id).state, "published");
    EXPECT_EQ(bytes_of_file(files_of(version.id)[0].id), "published");
}

TEST_P(PublishCollect, abandoned_drafts_and_uploads_go_with_their_bytes) {
    create(model_.id, object{{"files", array{file("a.ma", "draft")}}});
    const auto open = begin_upload(owner_, "b.ma", 3);
    must(put_part(open.parts[0], "foo"));
    expire_uploads();
    const auto first = collect();
    EXPECT_EQ(first.drafts, 1);
    EXPECT_EQ(first.uploads, 2);
    EXPECT_EQ(count("select count(*) from version") + count("select count(*) from upload"), 0);
    EXPECT_EQ(stored_objects(), 0U);
    EXPECT_EQ(first.objects, 1);
    EXPECT_EQ(first.bytes, 5);
}

TEST_P(PublishCollect, an_object_lives_for_the_grace_period_after_its_last_reference) {
    purge(publish_bytes(model_.id, "old").id);
    expire_uploads();
    collect({}); // takes the upload, and sees that nothing refers to the object
    EXPECT_EQ(count("select count(*) from object where unreferenced_at is not null"), 1);
    EXPECT_EQ(stored_objects(), 1U);
    // Whoever uploads the same bytes in that time makes it wanted again.
    const auto version = publish_bytes(model_.id, "old");
    collect();
    EXPECT_EQ(stored_objects(), 1U);
    EXPECT_EQ(count("select count(*) from object where unreferenced_at is not null"), 0);
    EXPECT_EQ(bytes_of_file(files_of(version.id)[0].id), "old");
}

TEST_P(PublishCollect, objects_of_purged_versions_go_when_nobody_else_has_them) {
    const auto first = publish_bytes(model_.id, "shared");
    const auto second = publish_one(create(model_.id, by_hash("shared")).id);
    expire_uploads();
    purge(first.id);
    collect();
    EXPECT_EQ(bytes_of_file(files_of(second.id)[0].id), "shared");
    purge(second.id);
    const auto collected = collect();
    EXPECT_EQ(collected.objects, 1);
    EXPECT_EQ(stored_objects(), 0U);
}

TEST_P(PublishCollect, bytes_that_come_back_while_they_are_removed_are_stored_anew) {
    purge(publish_bytes(model_.id, "again").id);
    expire_uploads();
    collect({});
    must(database().write([](database::Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute_text("update object set state = 'removing'", {}));
        return {};
    }));
    EXPECT_EQ(begin_upload(owner_, "a.ma", 5, sha256_hex("again")).state, "open")
        << "what is being removed can't be had by its hash";
    const auto version = publish_bytes(model_.id, "again");
    collect();
    EXPECT_EQ(bytes_of_file(files_of(version.id)[0].id), "again");
    EXPECT_EQ(stored_objects(), 1U);
    EXPECT_EQ(count("select count(*) from object_location"), 1);
}

TEST_P(PublishCollect, bytes_whose_upload_went_with_its_project_go_too) {
    options_.part_size = 4;
    const auto verifying = begin_upload(owner_, "a.ma", 6);
    must(publish::complete_upload(room(), owner_, verifying.id, send(verifying, "foobar")));
    const auto open = begin_upload(owner_, "b.ma", 3);
    must(put_part(open.parts[0], "foo"));
    const auto version = publish_bytes(model_.id, "kept");
    EXPECT_EQ(stored_objects(), 2U);
    must(database().write([](database::Tx& tx) -> Result<> {
        BIFROST_CHECK(tx.execute_text("delete from upload", {}));
        return {};
    }));
    EXPECT_EQ(collect().store_uploads, 1) << "the one that was open";
    EXPECT_EQ(must(publish::sweep(room(), {}, [] { return false; })), 0) << "they are too young";
    EXPECT_EQ(must(publish::sweep(room(), {0, 0, -10, 0}, [] { return false; })), 1);
    EXPECT_EQ(stored_objects(), 1U);
    EXPECT_EQ(bytes_of_file(files_of(version.id)[0].id), "kept");
}

TEST_P(PublishCollect, whoever_wants_the_bytes_wins_or_finds_them_gone) {
    const auto another = open_another();
    for (int round = 0; round < 5; ++round) {
        const std::string bytes = "round " + std::to_string(round);
        const auto first = publish_bytes(model_.id, bytes);
        // Known by an upload of one's own, which goes with the collection at the same time.
        expire_uploads();
        purge(first.id);
        upload("a.ma", bytes);
        expire_uploads();
        Result<publish::VersionDetail> draft = Error{};
        std::latch both(2);
        {
            const std::jthread one([&] {
                both.arrive_and_wait();
                collect();
            });
            const std::jthread two([&] {
                both.arrive_and_wait();
                draft = try_write(*another, owner_, [&](access::Call& call) {
                    return publish::create_version(call, model_.id, by_hash(bytes));
                });
            });
        }
        if (!draft) {
            EXPECT_EQ(draft.error().code, Errc::invalid) << draft.error().detail;
            continue;
        }
        // The collector may have taken the draft as abandoned: then nothing refers to the bytes.
        const auto published = try_publish(owner_, draft->id);
        if (published) {
            EXPECT_EQ(bytes_of_file(files_of(draft->id)[0].id), bytes);
        }
    }
}

} // namespace
} // namespace bifrost::tests
