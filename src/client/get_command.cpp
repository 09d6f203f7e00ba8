#include <deque>
#include <unordered_set>

#include <CLI/CLI.hpp>

#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transfer/downloader.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

struct GetOptions {
    std::string address;
    std::string folder = ".";
    bool dependencies = false;
    bool link = false;
};

/// A version that is fetched, and where below the folder its files go ("" for the folder itself).
struct Wanted {
    std::string id;
    std::string address;
    std::string place;
};

class Get {
  public:
    Get(Context& context, Api& api, const GetOptions& options)
        : context_(context), api_(api), options_(options) {}

    Result<> run() {
        BIFROST_CHECK(find_roots());
        while (!queue_.empty()) {
            const Wanted wanted = std::move(queue_.front());
            queue_.pop_front();
            BIFROST_CHECK(add_files(wanted));
            if (options_.dependencies) BIFROST_CHECK(add_dependencies(wanted));
        }
        Progress progress{"get"};
        DownloadOptions download_options;
        download_options.way = options_.link ? CopyWay::hard_link : CopyWay::copy;
        download_options.progress = &progress;
        BIFROST_ASSIGN(counts_, download(api_, items_, download_options));
        return {};
    }

    void print() {
        const std::int64_t versions = static_cast<std::int64_t>(seen_.size());
        boost::json::object result{{"files", std::move(files_)},
                                   {"versions", versions},
                                   {"bytes", bytes_},
                                   {"downloaded", counts_.downloaded},
                                   {"from_cache", counts_.from_cache},
                                   {"kept", counts_.kept}};
        print_result(context_.format, result,
                     "Got " + std::to_string(items_.size()) + (items_.size() == 1 ? " file" : " files") +
                         " (" + size_text(bytes_) + ") of " + std::to_string(versions) +
                         (versions == 1 ? " version" : " versions") + " into " + options_.folder);
    }

  private:
    Result<> find_roots() {
        BIFROST_ASSIGN(const Location root,
                       locate(context_, options_.address,
                              {"version", "product", "asset", "shot", "sequence", "episode"}));
        if (root.kind == "version") {
            want({root.id, root.address, ""});
        } else if (root.kind == "product") {
            const auto latest = find_text(root.entity, "latest_version_id");
            if (!latest) return Error{Errc::not_found, "Nothing was published as " + root.address + " yet."};
            const auto number = integer_or(root.entity, "latest_number", 0);
            want({*latest, root.address + "@" + std::to_string(number), ""});
        } else {
            BIFROST_CHECK(api_.list(
                entity_path(root) + "/products", {{"limit", "1000"}}, [&](const boost::json::value& product) {
                    const auto number = integer_or(product, "latest_number", 0);
                    const std::string address =
                        root.address + "/" + text_or(product, "code", "") + "@" + std::to_string(number);
                    if (const auto latest = find_text(product, "latest_version_id"))
                        want({*latest, address, folder_of(address)});
                    return true;
                }));
            if (queue_.empty())
                return Error{Errc::not_found, "Nothing was published of " + root.address + " yet."};
        }
        return {};
    }

    static std::string folder_of(const std::string& address) {
        Location location;
        location.address = address;
        return location.folder();
    }

    void want(Wanted wanted) {
        if (seen_.insert(wanted.id).second) queue_.push_back(std::move(wanted));
    }

    Result<> add_files(const Wanted& wanted) {
        std::optional<Error> error;
        BIFROST_CHECK(api_.list(
            "/versions/" + wanted.id + "/files", {{"limit", "1000"}}, [&](const boost::json::value& file) {
                const std::string path = text_or(file, "path", "");
                const std::string place = wanted.place.empty() ? path : wanted.place + "/" + path;
                const auto sha256 = find_text(file, "sha256");
                if (!is_safe_relative(place))
                    error = Error{Errc::invalid,
                                  "The site names a file \"" + path +
                                      "\", which would lie outside of the folder. Tell whoever runs it."};
                else if (!sha256)
                    error = Error{Errc::conflict,
                                  path + " is still being verified by the site. Try again in a moment."};
                else if (!places_.insert(place).second)
                    error = Error{Errc::conflict, "Two files would be " + place +
                                                      ". Get the versions into folders of their own."};
                if (error) return false;
                const std::int64_t size = integer_or(file, "size", 0);
                items_.push_back({*sha256, size, text_or(file, "download_url", ""),
                                  std::filesystem::path{options_.folder} / place});
                files_.push_back({{"path", place},
                                  {"size", size},
                                  {"sha256", *sha256},
                                  {"version", wanted.address},
                                  {"version_path", path}});
                bytes_ += size;
                return true;
            }));
        if (error) return *error;
        return {};
    }

    Result<> add_dependencies(const Wanted& wanted) {
        std::vector<std::string> ids;
        std::optional<Error> error;
        BIFROST_CHECK(api_.list(
            "/versions/" + wanted.id + "/dependencies", {{"limit", "1000"}},
            [&](const boost::json::value& dependency) {
                auto id = find_text(dependency, "resolved_version_id");
                if (!id) id = find_text(dependency, "target_version_id");
                const std::string what = text_or(dependency, "address", "a product that you may not see");
                if (id)
                    ids.push_back(std::move(*id));
                else if (!boolean_or(dependency, "optional", false))
                    error = Error{Errc::not_found,
                                  wanted.address + " needs " + what + ", of which no version was published."};
                return !error;
            }));
        if (error) return *error;
        for (const auto& id : ids) {
            if (seen_.contains(id)) continue;
            BIFROST_ASSIGN(const Location target, locate(context_, id, {"version"}));
            want({id, target.address, target.folder()});
        }
        return {};
    }

    Context& context_;
    Api& api_;
    const GetOptions& options_;
    std::deque<Wanted> queue_;
    std::unordered_set<std::string> seen_;
    std::unordered_set<std::string> places_;
    std::vector<DownloadItem> items_;
    boost::json::array files_;
    std::int64_t bytes_ = 0;
    DownloadCounts counts_;
};

} // namespace

void add_get_command(CLI::App& app, const ContextPtr& context) {
    const auto options = std::make_shared<GetOptions>();
    auto* command = add_command(app, context, "get", "Download a version with everything it depends on",
                                [context, options]() -> Result<> {
                                    BIFROST_ASSIGN(Api * api, context->api());
                                    Get get{*context, *api, *options};
                                    BIFROST_CHECK(get.run());
                                    get.print();
                                    return {};
                                });
    command->footer("Each file is checked by sha256 and comes out of a local cache where it can. A version's "
                    "files go right\n"
                    "into the folder; those of an asset without a product, and those of dependencies, into\n"
                    "<asset>/<product>/v<number>/ below it.");
    command
        ->add_option("ADDRESS", options->address,
                     "bar:char_hero/model@3; without @ the latest; an asset means all its products")
        ->required();
    command->add_option("-o,--into", options->folder, "The folder (default: this one)");
    command->add_flag("--deps", options->dependencies, "With everything it depends on, through every level");
    command->add_flag("--link", options->link, "Read-only hard links into the cache instead of copies");
}

} // namespace bifrost::client
