#include <algorithm>
#include <thread>

#include <CLI/CLI.hpp>

#include "client/ingest/path_pattern.hpp"
#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transfer/hash_pool.hpp"
#include "client/transfer/uploader.hpp"
#include "client/transport/interruption.hpp"
#include "client/transport/json_access.hpp"
#include "core/text.hpp"

namespace bifrost::client {
namespace {

constexpr std::size_t kFilesOfOneBody = 1000;

struct PublishOptions {
    std::string entity, product, comment, kind;
    std::vector<std::string> files, depends, representations;
    bool wait = false; ///< for the preview
};

struct PublishedFile {
    std::filesystem::path source;
    std::string path; ///< within the version
    std::string representation;
    HashedFile hashed;
    std::string upload_id;
};

/// Files under their names; of a folder everything below it, under the folder's name.
Result<std::vector<PublishedFile>> collect(const std::vector<std::string>& arguments) {
    std::vector<PublishedFile> files;
    for (const auto& argument : arguments) {
        std::error_code error;
        std::filesystem::path given{argument};
        if (std::filesystem::is_directory(given, error)) {
            given = std::filesystem::canonical(given, error);
            for (std::filesystem::recursive_directory_iterator at{given, error}, end; !error && at != end;
                 at.increment(error))
                if (at->is_regular_file(error))
                    files.push_back({at->path(),
                                     at->path().lexically_relative(given.parent_path()).generic_string(),
                                     "",
                                     {},
                                     ""});
            if (error) return Error{Errc::forbidden, argument + " can't be read: " + error.message() + "."};
        } else {
            BIFROST_CHECK(stamp_of(given));
            files.push_back({given, given.filename().string(), "", {}, ""});
        }
    }
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (!is_safe_relative(files[i].path) || !is_utf8(files[i].path))
            return usage_error("\"" + files[i].path + "\" can't be a path of a version. Rename the file.");
        if (i > 0 && files[i].path == files[i - 1].path)
            return usage_error("Two files would be " + files[i].path + " in the version: " +
                               files[i - 1].source.string() + " and " + files[i].source.string() + ".");
    }
    return files;
}

/// `--representation NAME=PATTERN`: labels files and returns what the version's body says of representations.
Result<boost::json::array> label(std::vector<PublishedFile>& files,
                                 const std::vector<std::string>& representations) {
    boost::json::array labels;
    for (const auto& text : representations) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
            return usage_error("\"" + text + "\" is no representation; write it like usd=*.usd.");
        const std::string name = text.substr(0, equals);
        const auto pattern = PathPattern::parse(text.substr(equals + 1));
        if (!pattern) return usage_error(pattern.error().detail);
        std::string format;
        for (auto& file : files) {
            if (!file.representation.empty() || !pattern->match(file.path)) continue;
            file.representation = name;
            const auto ending = std::filesystem::path{file.path}.extension().string();
            if (format.empty())
                format = fold_code(ending.empty() ? "files" : ending.substr(1)).value_or("files");
        }
        if (format.empty()) return usage_error("No file matches the representation " + text + ".");
        labels.push_back({{"name", name}, {"format", format}});
    }
    return labels;
}

Result<boost::json::array> dependencies(Context& context, const std::vector<std::string>& texts) {
    boost::json::array list;
    for (const auto& text : texts) {
        const DependencyText split = split_dependency(text);
        BIFROST_ASSIGN(const Location target, locate(context, split.address, {"version", "product"}));
        list.push_back(
            {{target.kind == "version" ? "version_id" : "product_id", target.id}, {"kind", split.kind}});
    }
    return list;
}

Result<> hash_all(std::vector<PublishedFile>& files) {
    HashPool pool;
    std::mutex mutex;
    std::optional<Error> failure;
    for (auto& file : files) {
        pool.add(file.source, [&](Result<HashedFile> hashed) {
            const std::scoped_lock lock{mutex};
            if (hashed)
                file.hashed = std::move(*hashed);
            else if (!failure)
                failure = hashed.error();
        });
    }
    pool.wait();
    if (failure) return *failure;
    return {};
}

Result<> upload_all(Api& api, const std::string& project_id, std::vector<PublishedFile>& files) {
    Progress progress{"publish"};
    Uploader uploader{api, {project_id, 6, cache_folder() / "uploads", &progress}};
    for (auto& file : files) {
        progress.expect(file.hashed.stamp.size);
        uploader.add({file.source, file.path, file.hashed}, [&file](const Result<StoredFile>& stored) {
            if (stored) file.upload_id = stored->upload_id;
        });
    }
    return uploader.finish();
}

boost::json::array file_list(const std::vector<PublishedFile>& files, std::size_t first) {
    boost::json::array list;
    for (std::size_t i = first; i < std::min(files.size(), first + kFilesOfOneBody); ++i) {
        boost::json::object file{{"path", files[i].path}, {"upload_id", files[i].upload_id}};
        if (!files[i].representation.empty()) file["representation"] = files[i].representation;
        list.push_back(std::move(file));
    }
    return list;
}

/// Makes the draft and publishes it: in one transaction when one body holds all files. Returns the version's
/// id.
Result<std::string> write_version(Api& api, const std::string& product_id, boost::json::object body,
                                  const std::vector<PublishedFile>& files) {
    body["files"] = file_list(files, 0);
    const std::string collection = "/products/" + product_id + "/versions";
    if (files.size() <= kFilesOfOneBody) {
        const boost::json::object batch{
            {"operations",
             {{{"op", "create"}, {"path", collection}, {"ref", "v"}, {"body", std::move(body)}},
              {{"op", "publish"}, {"path", "/versions/$v"}, {"body", boost::json::object{}}}}}};
        BIFROST_ASSIGN(const Answer answer, api.post("/batch", batch));
        const auto& results = array_of(answer.body, "results");
        if (results.empty()) return Error{Errc::internal, "The server answered no results."};
        return get_text(results[0], "id");
    }
    BIFROST_ASSIGN(const Answer draft, api.post(collection, body));
    BIFROST_ASSIGN(std::string id, get_text(draft.body, "id"));
    for (std::size_t first = kFilesOfOneBody; first < files.size(); first += kFilesOfOneBody)
        BIFROST_CHECK(
            api.post("/versions/" + id + "/files", boost::json::object{{"files", file_list(files, first)}}));
    BIFROST_CHECK(api.post("/versions/" + id + "/publish", boost::json::object{}));
    return id;
}

/// Waits while the server verifies files; answers the published version.
Result<boost::json::value> wait_until_published(Api& api, const std::string& id) {
    auto pause = std::chrono::milliseconds{50};
    while (true) {
        BIFROST_ASSIGN(Answer answer, api.get("/versions/" + id));
        const std::string state = text_or(answer.body, "state", "");
        if (state == "published") return std::move(answer.body);
        if (state == "failed")
            return Error{Errc::conflict,
                         "The version failed: " + text_or(answer.body, "error", "the server gave no reason") +
                             " Publish again."};
        if (interrupted())
            return Error{Errc::unavailable, "Interrupted. The server publishes version " + id +
                                                " by itself once its files are verified."};
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds{1000});
    }
}

/// Waits while the server looks at the files; answers the version with its preview, or what became of it.
Result<boost::json::value> wait_until_looked_at(Api& api, const std::string& id) {
    auto pause = std::chrono::milliseconds{50};
    while (true) {
        BIFROST_ASSIGN(Answer answer, api.get("/versions/" + id));
        if (text_or(answer.body, "preview_state", "") != "pending") return std::move(answer.body);
        if (interrupted())
            return Error{Errc::unavailable,
                         "Interrupted. The version is published; its preview is made all the same."};
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds{1000});
    }
}

/// For people: what came of the preview.
std::string preview_words(const boost::json::value& version) {
    const std::string state = text_or(version, "preview_state", "");
    if (state == "ready") return "; its preview is ready";
    if (state == "failed") return "; no preview: " + text_or(version, "preview_error", "no reason was given");
    return "; there is nothing to see in it";
}

Result<> publish(Context& context, const PublishOptions& options) {
    BIFROST_ASSIGN(auto files, collect(options.files));
    BIFROST_ASSIGN(const auto representations, label(files, options.representations));
    BIFROST_ASSIGN(const Location entity,
                   locate(context, options.entity, {"asset", "shot", "sequence", "episode"}));
    BIFROST_ASSIGN(Api * api, context.api());
    boost::json::object body;
    BIFROST_ASSIGN(body["dependencies"], dependencies(context, options.depends));
    if (!options.comment.empty()) body["comment"] = options.comment;
    if (!representations.empty()) body["representations"] = representations;

    boost::json::object kind;
    if (!options.kind.empty()) kind["kind"] = options.kind;
    BIFROST_ASSIGN(const Answer product,
                   api->put(entity_path(entity) + "/products/" + percent_encode(options.product), kind));
    BIFROST_ASSIGN(const std::string product_id, get_text(product.body, "id"));
    BIFROST_CHECK(hash_all(files));
    BIFROST_CHECK(upload_all(*api, entity.project_id, files));
    if (interrupted()) return Error{Errc::unavailable, "Interrupted. Nothing was published."};
    BIFROST_ASSIGN(const std::string id, write_version(*api, product_id, std::move(body), files));
    BIFROST_ASSIGN(boost::json::value version, wait_until_published(*api, id));
    if (options.wait) {
        BIFROST_ASSIGN(version, wait_until_looked_at(*api, id));
    }

    const std::string product_code = text_or(product.body, "code", options.product);
    boost::json::array list;
    for (const auto& file : files)
        list.push_back(
            {{"path", file.path}, {"size", file.hashed.stamp.size}, {"sha256", file.hashed.sha256}});
    const std::int64_t number = integer_or(version, "number", 0);
    const std::string address = entity.address + "/" + product_code + "@" + std::to_string(number);
    boost::json::object result{{entity.kind, entity.code(0)}, {"product", product_code},
                               {"version", number},           {"id", id},
                               {"address", address},          {"files", std::move(list)}};
    if (options.wait) {
        result["preview_state"] = text_or(version, "preview_state", "none");
        const std::string why = text_or(version, "preview_error", "");
        result["preview_error"] = why.empty() ? boost::json::value{} : boost::json::value(why);
    }
    print_result(context.format, result,
                 "Published " + address + " (" + std::to_string(files.size()) +
                     (files.size() == 1 ? " file)" : " files)") +
                     (options.wait ? preview_words(version) : ""));
    return {};
}

} // namespace

void add_publish_command(CLI::App& app, const ContextPtr& context) {
    const auto options = std::make_shared<PublishOptions>();
    auto* command = add_command(app, context, "publish", "Publish files as the next version of a product",
                                [context, options] { return publish(*context, *options); });
    command
        ->add_option("ENTITY", options->entity,
                     "Address or id of an asset, shot, sequence or episode, such as bar:char_hero")
        ->required();
    command
        ->add_option("PRODUCT", options->product,
                     "The product's code, such as model; made when it isn't there")
        ->required();
    command->add_option("FILES", options->files, "Files and folders")->required();
    command->add_option("-m,--comment", options->comment, "What is new");
    command->add_flag("--wait", options->wait, "Wait for the preview, too, and say what became of it");
    command->add_option("--kind", options->kind, "The product's kind when it is made (default: its code)");
    command
        ->add_option("--depends", options->depends,
                     "ADDRESS[:kind] of a version (pinned) or a product (floating); may be repeated")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        ->add_option("--representation", options->representations,
                     "NAME=PATTERN, such as usd=*.usd; the other files go to main; may be repeated")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

} // namespace bifrost::client
