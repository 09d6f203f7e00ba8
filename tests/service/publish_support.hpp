#pragma once
// A production with an asset, its products, and a local store to publish into.

#include "core/hash.hpp"
#include "local_store_support.hpp"
#include "production_support.hpp"
#include "services/asset/asset.hpp"
#include "services/publish/dependency.hpp"
#include "services/publish/file.hpp"
#include "services/publish/product.hpp"
#include "services/publish/publish_version.hpp"
#include "services/publish/upload.hpp"
#include "services/publish/version.hpp"

namespace bifrost::tests {

class PublishTest : public ProductionTest {
  protected:
    void SetUp() override {
        ProductionTest::SetUp();
        store_ = storage::open_store(folder_.path());
        hero_ = make_asset("hero");
    }

    publish::UploadRoom room() { return {database(), *store_, options_}; }

    asset::Asset make_asset(const std::string& code, const std::string& project = "bar") {
        return write(owner_, [&](access::Call& call) {
            return asset::create_asset(call, project,
                                       boost::json::object{{"code", code}, {"name", code}, {"type", "prop"}});
        });
    }
    publish::Product make_product(const Id& owner, const std::string& code) {
        return write(owner_, [&](access::Call& call) {
            return publish::create_product(call, owner, "asset", boost::json::object{{"code", code}});
        });
    }

    publish::OpenedUpload begin_upload(const access::Actor& actor, const std::string& name, std::int64_t size,
                                       const std::string& sha256 = "") {
        boost::json::object body{{"project_id", bar_.id.text()}, {"name", name}, {"size", size}};
        if (!sha256.empty()) body["sha256"] = sha256;
        return must(publish::create_upload(room(), actor, body));
    }
    /// PUTs bytes to a signed URL; gives the etag.
    Result<std::string> put_part(const publish::SignedPart& part, const std::string& bytes) {
        const auto target = storage::target_of({part.url, {}, part.expires_at});
        BIFROST_ASSIGN(const auto writer, store_->receive_part(target.path, target.query,
                                                               static_cast<std::int64_t>(bytes.size())));
        BIFROST_CHECK(writer->write(bytes.data(), bytes.size()));
        return writer->finish();
    }
    /// Sends every part of an open upload; gives the body for its completion.
    boost::json::object send(const publish::OpenedUpload& upload, const std::string& bytes) {
        boost::json::array parts;
        std::size_t at = 0;
        for (const auto& part : upload.parts) {
            const auto size = static_cast<std::size_t>(part.size);
            const auto etag = must(put_part(part, bytes.substr(at, size)));
            at += size;
            parts.push_back(boost::json::object{{"number", part.number}, {"etag", etag}});
        }
        return {{"parts", std::move(parts)}};
    }
    /// An upload of these bytes that is as far as the server gets without jobs.
    publish::UploadProgress upload(const access::Actor& actor, const std::string& name,
                                   const std::string& bytes, const std::string& sha256 = "") {
        const auto opened = begin_upload(actor, name, static_cast<std::int64_t>(bytes.size()), sha256);
        if (opened.state != "open") return must(publish::get_upload(room(), actor, opened.id));
        return must(publish::complete_upload(room(), actor, opened.id, send(opened, bytes)));
    }
    Id upload(const std::string& name, const std::string& bytes) { return upload(owner_, name, bytes).id; }

    /// {"path", "upload_id"} of new bytes.
    boost::json::object file(const std::string& path, const std::string& bytes) {
        return {{"path", path}, {"upload_id", upload(path, bytes).text()}};
    }

    Result<publish::VersionDetail> try_create(const access::Actor& actor, const Id& product,
                                              const boost::json::value& body) {
        return try_write(actor,
                         [&](access::Call& call) { return publish::create_version(call, product, body); });
    }
    publish::VersionDetail create(const Id& product, const boost::json::value& body) {
        return must(try_create(owner_, product, body));
    }
    Result<publish::VersionDetail> try_publish(const access::Actor& actor, const Id& version) {
        return try_write(
            actor, [&](access::Call& call) { return publish::publish_version(call, version, std::nullopt); });
    }
    publish::VersionDetail publish_one(const Id& version) { return must(try_publish(owner_, version)); }
    /// A published version with one file of these bytes.
    publish::VersionDetail publish_bytes(const Id& product, const std::string& bytes,
                                         boost::json::array dependencies = {}) {
        const auto draft =
            create(product, boost::json::object{{"files", boost::json::array{file("a.ma", bytes)}},
                                                {"dependencies", std::move(dependencies)}});
        return publish_one(draft.id);
    }
    Result<publish::VersionDetail> try_get(const access::Actor& actor, const Id& version) {
        return database().read([&](database::Tx& tx) { return publish::get_version(tx, actor, version); });
    }
    publish::VersionDetail get(const Id& version) { return must(try_get(owner_, version)); }
    std::vector<publish::File> files_of(const Id& version) {
        return read([&](database::Tx& tx) { return publish::list_files(tx, owner_, version, {}, ""); }).data;
    }
    publish::Product get_product(const Id& id) {
        return read([&](database::Tx& tx) { return publish::get_product(tx, owner_, id); });
    }

    /// One number out of the database.
    std::int64_t count(const std::string& sql, const database::Params& params = {}) {
        return read([&](database::Tx& tx) -> Result<std::int64_t> {
            BIFROST_ASSIGN(const auto rows, tx.query_text(sql, params));
            return rows[0].integer(0);
        });
    }
    /// How many objects lie in the store.
    std::size_t stored_objects() {
        std::size_t count = 0;
        must(store_->each_object([&](const std::string&, const storage::ObjectInfo&) -> Result<> {
            ++count;
            return {};
        }));
        return count;
    }
    /// The bytes of a file, read from the store.
    std::string bytes_of_file(const Id& file_id) {
        const auto file =
            read([&](database::Tx& tx) { return publish::get_stored_file(tx, owner_, file_id); });
        const auto reader = must(store_->open(file.key, 0));
        std::string bytes(static_cast<std::size_t>(file.file.size) + 10, '\0');
        bytes.resize(must(reader->read(bytes.data(), bytes.size())));
        return bytes;
    }

    TemporaryFolder folder_;
    std::unique_ptr<storage::LocalStore> store_;
    publish::UploadOptions options_;
    asset::Asset hero_;
};

} // namespace bifrost::tests
