#pragma once
// A small server of its own for crash tests: a database and a store that count their steps and die at a given
// one.

#include <csignal>

#include <unistd.h>

#include "core/hash.hpp"
#include "local_store_support.hpp"
#include "production_support.hpp"
#include "services/asset/asset.hpp"
#include "services/publish/collect.hpp"
#include "services/publish/file.hpp"
#include "services/publish/product.hpp"
#include "services/publish/publish_version.hpp"
#include "services/publish/upload.hpp"

namespace bifrost::tests {

/// Counts down to kill -9 of this very process.
class Steps {
  public:
    void kill_at(int step) { left_ = step; }
    void pass() {
        if (left_ > 0 && --left_ == 0) ::kill(::getpid(), SIGKILL);
    }

  private:
    int left_ = 0;
};

/// Every write has two steps: when all of it is done and not committed, and when it is committed.
class SteppingDatabase : public database::Database {
  public:
    SteppingDatabase(database::Database& inner, Steps& steps) : inner_(inner), steps_(steps) {}
    [[nodiscard]] database::Dialect dialect() const override { return inner_.dialect(); }
    [[nodiscard]] database::Stats stats() const override { return inner_.stats(); }
    Result<> ping() override { return inner_.ping(); }

  protected:
    Result<> run_read(const Body& body, bool snapshot) override {
        return snapshot ? inner_.snapshot(body) : inner_.read(body);
    }
    Result<> run_write(const Body& body) override {
        BIFROST_CHECK(inner_.write([&](database::Tx& tx) -> Result<> {
            BIFROST_CHECK(body(tx));
            steps_.pass();
            return {};
        }));
        steps_.pass();
        return {};
    }

  private:
    database::Database& inner_;
    Steps& steps_;
};

/// Every call that changes something is a step.
class SteppingStore : public storage::ObjectStore {
  public:
    SteppingStore(storage::ObjectStore& inner, Steps& steps) : inner_(inner), steps_(steps) {}

    Result<std::string> begin_upload(const std::string& key, std::int64_t size,
                                     std::int64_t part_size) override {
        return after(inner_.begin_upload(key, size, part_size));
    }
    Result<storage::SignedUrl> sign_part(const std::string& key, const std::string& upload, int number,
                                         std::int64_t size, const std::string& sha256, int seconds) override {
        return inner_.sign_part(key, upload, number, size, sha256, seconds);
    }
    Result<storage::Part> put_part(const std::string& key, const std::string& upload, int number,
                                   std::string_view bytes) override {
        return after(inner_.put_part(key, upload, number, bytes));
    }
    Result<std::vector<storage::Part>> list_parts(const std::string& key,
                                                  const std::string& upload) override {
        return inner_.list_parts(key, upload);
    }
    Result<std::optional<std::string>> complete_upload(const std::string& key, const std::string& upload,
                                                       const std::vector<storage::Part>& parts) override {
        return after(inner_.complete_upload(key, upload, parts));
    }
    Result<> abort_upload(const std::string& key, const std::string& upload) override {
        return after(inner_.abort_upload(key, upload));
    }
    Result<> sync(const std::vector<std::string>& keys) override { return after(inner_.sync(keys)); }
    Result<storage::SignedUrl> sign_download(const std::string& key,
                                             const storage::DownloadOptions& options) override {
        return inner_.sign_download(key, options);
    }
    Result<std::unique_ptr<storage::ObjectReader>> open(const std::string& key,
                                                        std::int64_t offset) override {
        return inner_.open(key, offset);
    }
    Result<std::optional<storage::ObjectInfo>> stat(const std::string& key) override {
        return inner_.stat(key);
    }
    Result<> remove(const std::string& key) override { return after(inner_.remove(key)); }
    Result<std::vector<storage::AbandonedUpload>> list_abandoned(Timestamp older_than,
                                                                 std::size_t most) override {
        return inner_.list_abandoned(older_than, most);
    }
    Result<> each_object(
        const std::function<Result<>(const std::string&, const storage::ObjectInfo&)>& visit) override {
        return inner_.each_object(visit);
    }
    [[nodiscard]] std::string_view backend() const override { return inner_.backend(); }
    Result<> ping() override { return inner_.ping(); }

  private:
    template <class T>
    Result<T> after(Result<T> result) {
        steps_.pass();
        return result;
    }

    storage::ObjectStore& inner_;
    Steps& steps_;
};

class Site {
  public:
    Site(const std::string& url, const std::filesystem::path& folder)
        : real_database_(open_or_throw(url)), real_store_(storage::open_store(folder)) {
        owner.code = "owner";
        owner.site_role = access::SiteRole::owner;
        options.part_size = 4;
    }

    void kill_at(int step) { steps_.kill_at(step); }
    publish::UploadRoom room() { return {database_, store_, options}; }

    void make_production() {
        must(access::open_site(database_));
        owner.user_id = *Id::parse(text("select id from user_account where code = 'owner'"));
        const auto made =
            must(access::write(database_, owner, [&](access::Call& call) -> Result<publish::Product> {
                BIFROST_ASSIGN(const auto project,
                               project::create_project(call, json_of(R"({"code": "bar", "name": "Bar"})")));
                BIFROST_ASSIGN(
                    const auto asset,
                    asset::create_asset(call, "bar",
                                        json_of(R"({"code": "hero", "name": "Hero", "type": "prop"})")));
                return publish::create_product(call, asset.id, "asset", json_of(R"({"code": "model"})"));
            }));
        product_id = made.value.id;
        project_id = made.value.project_id;
    }

    boost::json::object upload_body(const std::string& bytes) const {
        return {{"project_id", project_id.text()}, {"name", "a.ma"}, {"size", std::ssize(bytes)}};
    }
    /// Sends every part; gives the body of the completion.
    boost::json::object send(const publish::OpenedUpload& upload, const std::string& bytes) {
        boost::json::array parts;
        for (const auto& part : upload.parts) {
            const auto target = storage::target_of({part.url, {}, part.expires_at});
            const auto writer = must(real_store_->receive_part(target.path, target.query, part.size));
            const auto at = static_cast<std::size_t>((part.number - 1) * upload.part_size);
            must(writer->write(bytes.data() + at, static_cast<std::size_t>(part.size)));
            parts.push_back(boost::json::object{{"number", part.number}, {"etag", must(writer->finish())}});
        }
        return {{"parts", std::move(parts)}};
    }
    /// As send; when the store has put the parts together already, what it remembers of them.
    boost::json::object send_or_list(const publish::OpenedUpload& upload, const std::string& bytes) {
        const auto progress = must(publish::get_upload(room(), owner, upload.id));
        if (std::ssize(progress.parts) < std::ssize(upload.parts)) return send(upload, bytes);
        boost::json::array parts;
        for (const auto& part : progress.parts)
            parts.push_back(boost::json::object{{"number", part.number}, {"etag", part.etag}});
        return {{"parts", std::move(parts)}};
    }
    Id create_version(const Id& upload) {
        const boost::json::object body{{"files", boost::json::array{boost::json::object{
                                                     {"path", "a.ma"}, {"upload_id", upload.text()}}}}};
        return must(access::write(
                        database_, owner,
                        [&](access::Call& call) { return publish::create_version(call, product_id, body); }))
            .value.id;
    }
    publish::VersionDetail publish(const Id& version) {
        return must(access::write(database_, owner,
                                  [&](access::Call& call) {
                                      return publish::publish_version(call, version, std::nullopt);
                                  }))
            .value;
    }
    /// As if every time that the collector waits for were over.
    void collect_everything() {
        must(database_.write([](database::Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute_text("update upload set expires_at = 0", {}));
            return {};
        }));
        for (int round = 0; round < 2; ++round)
            must(publish::collect(room(), {-10, -10, -10, -10}, [] { return false; }));
    }

    /// Numbers are given once, and every file of a published version has its bytes.
    void check_that_nothing_is_half_done() {
        EXPECT_EQ(number("select count(*) from version where (state = 'published') <> (number is not null)"),
                  0);
        EXPECT_EQ(number("select count(*) from version where number > (select last_number from product)"), 0);
        EXPECT_EQ(number("select count(*) from event where action = 'version.published'"),
                  number("select count(*) from version where state = 'published'"));
        EXPECT_EQ(number("select count(*) from file f join version v on v.id = f.version_id "
                         "left join object o on o.sha256 = f.sha256 and o.state = 'stored' "
                         "where v.state = 'published' and (o.sha256 is null or f.upload_id is not null)"),
                  0);
        must(database_.read([&](database::Tx& tx) -> Result<> {
            BIFROST_ASSIGN(const auto rows,
                           tx.query_text("select key, sha256, size from object where state = 'stored'", {}));
            for (const auto row : rows) {
                std::string bytes(static_cast<std::size_t>(row.integer(2)) + 1, '\0');
                BIFROST_ASSIGN(const auto reader, real_store_->open(std::string(row.text(0)), 0));
                BIFROST_ASSIGN(const auto size, reader->read(bytes.data(), bytes.size()));
                EXPECT_EQ(sha256_hex(bytes.substr(0, size)), row.text(1));
            }
            return {};
        }));
    }
    /// After collecting: these objects and nothing else, neither rows nor bytes.
    void check_that_nothing_is_left_over(std::int64_t objects) {
        EXPECT_EQ(number("select count(*) from object"), objects);
        EXPECT_EQ(number("select count(*) from object_location"), objects);
        EXPECT_EQ(number("select count(*) from upload"), 0);
        EXPECT_EQ(number("select count(*) from version where state <> 'published'"), 0);
        std::int64_t stored = 0;
        must(real_store_->each_object([&](const std::string&, const storage::ObjectInfo&) -> Result<> {
            ++stored;
            return {};
        }));
        EXPECT_EQ(stored, objects);
        EXPECT_TRUE(must(real_store_->list_abandoned(Timestamp::now().plus_seconds(60), 100)).empty());
    }

    access::Actor owner;
    publish::UploadOptions options;
    Id product_id;
    Id project_id;

  private:
    std::int64_t number(const std::string& sql) {
        return must(database_.read([&](database::Tx& tx) -> Result<std::int64_t> {
            BIFROST_ASSIGN(const auto rows, tx.query_text(sql, {}));
            return rows[0].integer(0);
        }));
    }
    std::string text(const std::string& sql) {
        return must(database_.read([&](database::Tx& tx) -> Result<std::string> {
            BIFROST_ASSIGN(const auto rows, tx.query_text(sql, {}));
            return std::string(rows[0].text(0));
        }));
    }

    Steps steps_;
    std::unique_ptr<database::Database> real_database_;
    std::unique_ptr<storage::LocalStore> real_store_;
    SteppingDatabase database_{*real_database_, steps_};
    SteppingStore store_{*real_store_, steps_};
};

} // namespace bifrost::tests
