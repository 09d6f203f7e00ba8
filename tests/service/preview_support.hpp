#pragma once
// The job that makes previews, run by a worker on what a test publishes.

#include "core/json_reader.hpp"
#include "publish_support.hpp"
#include "services/publish/preview.hpp"
#include "services/publish/preview_work.hpp"
#include "support/media_files.hpp"
#include "worker/jobs/preview.hpp"

namespace bifrost::tests {

using boost::json::array;
using boost::json::object;
using namespace std::chrono_literals;

class PreviewTest : public PublishTest {
  protected:
    void SetUp() override {
        PublishTest::SetUp();
        model_ = make_product(hero_.id, "model");
        preview_options_.temporary = work_.path();
    }
    /// A published version of these files: path → bytes.
    publish::VersionDetail version_of(const std::vector<std::pair<std::string, std::string>>& files,
                                      const std::string& role = "main") {
        array list;
        for (const auto& [path, bytes] : files) {
            auto one = file(path, bytes);
            one["role"] = role;
            list.push_back(one);
        }
        return publish_one(create(model_.id, object{{"files", std::move(list)}}).id);
    }
    void run_worker() {
        worker::Worker worker(database(), {worker::preview_job(*store_, preview_options_)},
                              worker::Options{2, 20ms, 30s, "test"});
        worker.start();
        for (int i = 0; i < 6'000; ++i) {
            if (count("select count(*) from job where state in ('queued', 'running', 'failed')") == 0) return;
            std::this_thread::sleep_for(20ms);
        }
        FAIL() << "the jobs didn't end in two minutes";
    }
    std::vector<publish::Preview> previews_of(const Id& version) {
        return read([&](database::Tx& tx) { return publish::list_previews(tx, owner_, version, {}); }).data;
    }
    /// The preview of one file.
    publish::Preview preview_of(const std::string& path, const std::string& bytes) {
        const auto version = version_of({{path, bytes}});
        run_worker();
        const auto all = previews_of(version.id);
        EXPECT_EQ(all.size(), 1U);
        return all.front();
    }
    publish::PreviewAddress address_of(const publish::Preview& preview) {
        const std::string url = preview.manifest_url.value_or("/api/v1/media/0/0/manifest");
        const std::string rest = url.substr(std::string("/api/v1/media/").size());
        return {rest.substr(0, rest.find('/')), media::kRecipe};
    }
    object manifest_of(const publish::Preview& preview) {
        const auto text =
            read([&](database::Tx& tx) { return publish::get_manifest(tx, owner_, address_of(preview)); });
        return must(json::parse(text.text)).get_object();
    }
    std::string bytes_of(const publish::Preview& preview, const std::string& name, std::int64_t width = 1) {
        const auto output = read([&](database::Tx& tx) {
            return publish::get_output(tx, owner_, address_of(preview), name, width);
        });
        std::string bytes(static_cast<std::size_t>(output.size), '\0');
        must(must(store_->open(output.key, 0))->read(bytes.data(), bytes.size()));
        return bytes;
    }

    TemporaryFolder work_;
    MediaFiles media_;
    worker::PreviewOptions preview_options_;
    publish::Product model_;
};

} // namespace bifrost::tests
