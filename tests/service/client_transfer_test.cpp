#include <fstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "client/transfer/downloader.hpp"
#include "client/transfer/object_cache.hpp"
#include "client/transfer/uploader.hpp"
#include "core/hash.hpp"
#include "core/json_reader.hpp"
#include "service/client_support.hpp"
#include "support/temporary_folder.hpp"

namespace bifrost::client {
namespace {

using tests::StubReply;
using tests::StubRequest;
using tests::StubServer;

void write(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
}

/// The uploads of a site: as little of them as the client needs, and what may go wrong.
class UploadStub {
  public:
    std::set<std::string> known;   ///< hashes that answer complete at once
    std::set<std::string> expired; ///< names whose first URLs are refused
    std::set<std::string> spoilt;  ///< names whose bytes arrive wrong
    std::set<std::string> slow;    ///< names that are verified by a job
    std::int64_t part_size = 4;
    std::map<std::string, std::string> received; ///< by name

    StubReply operator()(const StubRequest& request) {
        const std::scoped_lock lock{mutex_};
        if (request.method == "PUT") return put(request);
        const auto body = request.body.empty() ? boost::json::value{} : *json::parse(request.body);
        boost::json::array data;
        if (request.target == "/api/v1/uploads/batch") {
            for (const auto& item : body.at("items").as_array()) data.push_back(create(item.as_object()));
            return {201, serialize(boost::json::object{{"data", data}})};
        }
        if (request.target == "/api/v1/uploads/batch/complete") {
            for (const auto& item : body.at("items").as_array())
                data.push_back(complete(std::string(item.at("id").as_string())));
            return {200, serialize(boost::json::object{{"data", data}})};
        }
        const std::string id = request.target.substr(16, request.target.find('/', 16) - 16);
        if (!uploads_.contains(id)) return {404, "{}"};
        Upload& upload = uploads_[id];
        if (request.target.ends_with("/parts")) {
            upload.fresh = true;
            return {200, serialize(shown(id, true))};
        }
        if (upload.state == "verifying" && ++upload.asked == 3) upload.state = "complete";
        return {200, serialize(shown(id, false))};
    }

  private:
    struct Upload {
        std::string name, state = "open";
        std::int64_t size = 0;
        std::map<int, std::string> parts;
        bool fresh = false;
        int asked = 0;
    };

    boost::json::object shown(const std::string& id, bool with_urls) {
        const Upload& upload = uploads_[id];
        boost::json::array parts;
        if (with_urls && upload.state == "open")
            for (int number = 1; (number - 1) * part_size < upload.size; ++number)
                parts.push_back({{"number", number},
                                 {"url", "/put/" + id + "/" + std::to_string(number) +
                                             (upload.fresh ? "?fresh" : "?first")},
                                 {"headers", boost::json::object{{"x-signed", "yes"}}}});
        if (!with_urls)
            for (const auto& [number, bytes] : upload.parts)
                parts.push_back({{"number", number}, {"size", bytes.size()}, {"etag", "e"}});
        return {{"id", id},
                {"state", upload.state},
                {"part_size", part_size},
                {"error", upload.state == "failed" ? boost::json::value{"The hash differs."} : nullptr},
                {"parts", parts}};
    }

    boost::json::object create(const boost::json::object& item) {
        const std::string id = std::to_string(uploads_.size() + 1);
        Upload& upload = uploads_[id];
        upload.name = std::string(item.at("name").as_string());
        upload.size = item.at("size").as_int64();
        if (known.contains(std::string(item.at("sha256").as_string()))) upload.state = "complete";
        return shown(id, true);
    }

    StubReply put(const StubRequest& request) {
        const auto slash = request.target.rfind('/');
        Upload& upload = uploads_[request.target.substr(5, slash - 5)];
        if (expired.contains(upload.name) && !request.target.ends_with("?fresh"))
            return {403, R"({"title":"Forbidden","status":403,"detail":"The address has expired."})"};
        if (request.head.find("x-signed: yes") == std::string::npos ||
            request.head.find("Authorization") != std::string::npos)
            return {403, "{}"};
        upload.parts[std::stoi(request.target.substr(slash + 1))] = request.body;
        return {200, "", "ETag: \"e\"\r\n"};
    }

    boost::json::object complete(const std::string& id) {
        Upload& upload = uploads_[id];
        for (const auto& [number, bytes] : upload.parts) received[upload.name] += bytes;
        upload.state = spoilt.contains(upload.name) ? "failed"
                       : slow.contains(upload.name) ? "verifying"
                                                    : "complete";
        return shown(id, false);
    }

    std::mutex mutex_;
    std::map<std::string, Upload> uploads_;
};

struct Sent {
    std::map<std::string, Result<StoredFile>> files;
    Result<> outcome;
};

Sent send(StubServer& server, const std::filesystem::path& folder, const std::vector<std::string>& names) {
    Api api{{server.url(), "token"}};
    Sent sent;
    std::mutex mutex;
    Uploader uploader{api, {"project", 3, folder / "journal", nullptr}};
    for (const auto& name : names) {
        uploader.add({folder / name, name, *hash_file(folder / name)}, [&, name](Result<StoredFile> stored) {
            const std::scoped_lock lock{mutex};
            sent.files.emplace(name, std::move(stored));
        });
    }
    sent.outcome = uploader.finish();
    return sent;
}

TEST(Uploader, files_arrive_whole_known_ones_are_not_sent_and_equal_ones_once) {
    const tests::TemporaryFolder folder;
    UploadStub stub;
    stub.known.insert(sha256_hex("known"));
    stub.slow.insert("slow");
    StubServer server{std::ref(stub)};
    write(folder.path() / "parts", "0123456789");
    write(folder.path() / "twin", "0123456789");
    write(folder.path() / "known", "known");
    write(folder.path() / "empty", "");
    write(folder.path() / "slow", "slow one");
    auto sent = send(server, folder.path(), {"parts", "twin", "known", "empty", "slow"});
    ASSERT_TRUE(sent.outcome) << sent.outcome.error().detail;
    ASSERT_EQ(sent.files.size(), 5U);
    EXPECT_EQ(stub.received["parts"], "0123456789");
    EXPECT_FALSE(stub.received.contains("twin"));
    EXPECT_FALSE(stub.received.contains("known"));
    EXPECT_FALSE(sent.files.at("parts")->reused);
    EXPECT_TRUE(sent.files.at("twin")->reused);
    EXPECT_EQ(sent.files.at("twin")->upload_id, sent.files.at("parts")->upload_id);
    EXPECT_TRUE(sent.files.at("known")->reused);
    EXPECT_FALSE(sent.files.at("empty")->reused);
}

TEST(Uploader, addresses_that_expired_are_signed_again_once) {
    const tests::TemporaryFolder folder;
    UploadStub stub;
    stub.expired.insert("late");
    StubServer server{std::ref(stub)};
    write(folder.path() / "late", "0123456789");
    const auto sent = send(server, folder.path(), {"late"});
    EXPECT_TRUE(sent.outcome) << sent.outcome.error().detail;
    EXPECT_EQ(stub.received["late"], "0123456789");
}

TEST(Uploader, bytes_that_arrive_wrong_are_an_error_that_names_the_file) {
    const tests::TemporaryFolder folder;
    UploadStub stub;
    stub.spoilt.insert("bad");
    StubServer server{std::ref(stub)};
    write(folder.path() / "bad", "bytes");
    const auto sent = send(server, folder.path(), {"bad"});
    ASSERT_FALSE(sent.outcome);
    EXPECT_NE(sent.outcome.error().detail.find("/bad arrived with other bytes"), std::string::npos);
    EXPECT_FALSE(sent.files.at("bad"));
}

TEST(Uploader, a_file_that_changed_since_it_was_hashed_is_named) {
    const tests::TemporaryFolder folder;
    UploadStub stub;
    StubServer server{std::ref(stub)};
    write(folder.path() / "moving", "0123456789");
    Api api{{server.url(), "token"}};
    Uploader uploader{api, {"project", 3, folder.path() / "journal", nullptr}};
    const auto hashed = *hash_file(folder.path() / "moving");
    write(folder.path() / "moving", "01");
    uploader.add({folder.path() / "moving", "moving", hashed}, [](const Result<StoredFile>&) {});
    const auto outcome = uploader.finish();
    ASSERT_FALSE(outcome);
    EXPECT_NE(outcome.error().detail.find("moving"), std::string::npos);
}

TEST(Uploader, a_refused_announcement_fails_every_file_of_it) {
    const tests::TemporaryFolder folder;
    StubServer server{[](const StubRequest&) {
        return StubReply{403, R"({"title":"Forbidden","status":403,"detail":"You may not upload here."})"};
    }};
    write(folder.path() / "a", "a");
    write(folder.path() / "b", "b");
    const auto sent = send(server, folder.path(), {"a", "b"});
    ASSERT_FALSE(sent.outcome);
    EXPECT_EQ(sent.outcome.error().detail, "You may not upload here.");
    EXPECT_EQ(sent.files.size(), 2U);
}

TEST(Uploader, a_large_file_goes_on_where_a_killed_run_stopped) {
    const tests::TemporaryFolder folder;
    UploadStub stub;
    stub.part_size = 4'000'000;
    std::atomic<int> puts = 0;
    std::atomic<bool> refuse = true;
    StubServer server{[&](const StubRequest& request) {
        if (request.method == "PUT" && ++puts > 1 && refuse) return StubReply{500, "{}"};
        return stub(request);
    }};
    std::string bytes(10'000'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 % 251);
    write(folder.path() / "large", bytes);
    EXPECT_FALSE(send(server, folder.path(), {"large"}).outcome);
    refuse = false;
    puts = 0;
    const auto sent = send(server, folder.path(), {"large"});
    ASSERT_TRUE(sent.outcome) << sent.outcome.error().detail;
    EXPECT_EQ(puts, 2); // the first part was there
    EXPECT_EQ(sha256_hex(stub.received["large"]), sha256_hex(bytes));
    EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "journal"));
}

// --- downloads
// -------------------------------------------------------------------------------------------------------

TEST(Downloader, a_connection_that_breaks_is_continued_where_it_broke) {
    const tests::TemporaryFolder folder;
    const std::string bytes(100'000, 'x');
    std::atomic<int> calls = 0;
    StubServer server{[&](const StubRequest& request) {
        const auto range = request.head.find("Range: bytes=");
        const std::size_t from = range == std::string::npos ? 0 : std::stoul(request.head.substr(range + 13));
        StubReply reply{range == std::string::npos ? 200 : 206, bytes.substr(from)};
        if (++calls < 4) reply.cut = 20'000;
        return reply;
    }};
    Api api{{server.url(), ""}};
    DownloadOptions options;
    options.cache = folder.path() / "cache";
    const auto counts = download(api, {{sha256_hex(bytes), 100'000, "/f", folder.path() / "out/f"}}, options);
    ASSERT_TRUE(counts) << counts.error().detail;
    EXPECT_EQ(calls, 4);
    EXPECT_EQ(*read_text(folder.path() / "out/f"), bytes);
}

TEST(Downloader, wrong_bytes_never_get_the_name_of_the_file) {
    const tests::TemporaryFolder folder;
    write(folder.path() / "out/f", "old");
    StubServer server{[&](const StubRequest&) { return StubReply{200, "evil"}; }};
    Api api{{server.url(), ""}};
    DownloadOptions options;
    options.cache = folder.path() / "cache";
    const auto counts = download(api, {{sha256_hex("good"), 4, "/f", folder.path() / "out/f"}}, options);
    ASSERT_FALSE(counts);
    EXPECT_NE(counts.error().detail.find("arrived with other bytes"), std::string::npos);
    EXPECT_EQ(*read_text(folder.path() / "out/f"), "old");
    EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "cache/downloads"));
}

TEST(Downloader, a_server_that_sends_too_much_is_stopped) {
    const tests::TemporaryFolder folder;
    StubServer server{[&](const StubRequest&) { return StubReply{200, std::string(100'000, 'x')}; }};
    Api api{{server.url(), ""}};
    DownloadOptions options;
    options.cache = folder.path() / "cache";
    EXPECT_FALSE(download(api, {{sha256_hex("good"), 4, "/f", folder.path() / "out/f"}}, options));
}

TEST(Downloader, what_is_there_is_kept_and_the_cache_saves_the_way) {
    const tests::TemporaryFolder folder;
    StubServer server{[&](const StubRequest& request) {
        return StubReply{200, request.target == "/a" ? "aaaa" : ""};
    }};
    Api api{{server.url(), ""}};
    DownloadOptions options;
    options.cache = folder.path() / "cache";
    const std::string a = sha256_hex("aaaa"), empty = sha256_hex("");
    const std::vector<DownloadItem> items{{a, 4, "/a", folder.path() / "1/a"},
                                          {a, 4, "/a", folder.path() / "1/twin"},
                                          {empty, 0, "/e", folder.path() / "1/e"}};
    const auto first = download(api, items, options);
    ASSERT_TRUE(first) << first.error().detail;
    EXPECT_EQ(first->downloaded, 2);
    EXPECT_EQ(download(api, items, options)->kept, 3);
    std::filesystem::remove_all(folder.path() / "1");
    options.way = CopyWay::hard_link;
    const auto again = download(api, items, options);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->from_cache, 2);
    EXPECT_EQ(*read_text(folder.path() / "1/twin"), "aaaa");
    EXPECT_EQ(std::filesystem::status(folder.path() / "1/twin").permissions(), std::filesystem::perms{0444});
    EXPECT_EQ(server.log().size(), 1U); // an empty file needs no request
}

TEST(Downloader, a_file_that_is_not_there_fails_with_the_servers_sentence) {
    const tests::TemporaryFolder folder;
    StubServer server{[&](const StubRequest&) {
        return StubReply{409, R"({"title":"Conflict","status":409,"detail":"The bytes are not there yet."})"};
    }};
    Api api{{server.url(), ""}};
    DownloadOptions options;
    options.cache = folder.path() / "cache";
    EXPECT_EQ(download(api, {{sha256_hex("x"), 1, "/f", folder.path() / "f"}}, options).error().detail,
              "The bytes are not there yet.");
}

} // namespace
} // namespace bifrost::client
