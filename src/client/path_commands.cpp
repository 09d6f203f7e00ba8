#include <algorithm>
#include <filesystem>

#include <CLI/CLI.hpp>

#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

#if defined(__APPLE__)
constexpr std::string_view kHere = "macos";
#else
constexpr std::string_view kHere = "linux";
#endif

struct PathOptions {
    std::vector<std::string> addresses;
    std::string type = "published", platform{kHere}, mapping, representation, root, task, extension;
    int workfile = 0;
};

/// The ids of one project's entities, in the order of the addresses.
struct Group {
    std::string project_id;
    std::vector<std::size_t> places;
    boost::json::array items;
};

boost::json::object item_of(const Location& location, const PathOptions& options) {
    boost::json::object item{
        {"entity_id", location.id}, {"data_type", options.type}, {"platform", options.platform}};
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) item[name] = value;
    };
    add("representation", options.representation);
    add("root", options.root);
    add("task", options.task);
    add("extension", options.extension);
    if (options.workfile > 0) item["workfile"] = options.workfile;
    return item;
}

Result<> print_paths(Context& context, const PathOptions& options) {
    BIFROST_ASSIGN(Api * api, context.api());
    std::vector<Group> groups;
    for (std::size_t i = 0; i < options.addresses.size(); ++i) {
        BIFROST_ASSIGN(const Location location, locate(context, options.addresses[i], {}));
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const Group& one) { return one.project_id == location.project_id; });
        if (group == groups.end()) group = groups.insert(groups.end(), Group{location.project_id, {}, {}});
        group->places.push_back(i);
        group->items.push_back(item_of(location, options));
    }
    std::vector<boost::json::object> found(options.addresses.size());
    for (auto& group : groups) {
        boost::json::object body{{"items", std::move(group.items)}};
        if (!options.mapping.empty()) body["mapping"] = options.mapping;
        BIFROST_ASSIGN(const Answer answer, api->post("/projects/" + group.project_id + "/folders/resolve",
                                                      body, Repeat::harmless));
        const auto& data = array_of(answer.body, "data");
        for (std::size_t i = 0; i < group.places.size() && i < data.size(); ++i)
            found[group.places[i]] = data[i].as_object();
    }
    ListPrinter printer{context.format, {}};
    std::string failed;
    for (std::size_t i = 0; i < found.size(); ++i) {
        found[i]["address"] = options.addresses[i];
        const std::string error = text_or(found[i], "error", "");
        if (!error.empty() && failed.empty()) failed = options.addresses[i] + ": " + error;
        if (context.format != Format::table)
            printer.add(found[i]);
        else if (error.empty())
            print_result(Format::table, {}, text_or(found[i], "path", ""));
        else
            print_warning(options.addresses[i] + ": " + error);
    }
    if (context.format == Format::json) printer.finish();
    if (!failed.empty()) return Error{Errc::not_found, failed};
    return {};
}

struct LocateOptions {
    std::vector<std::string> paths;
    std::string mapping, platform;
};

/// What a path is, on one line.
std::string line_of(const boost::json::value& found) {
    std::string line = text_or(found, "entity_kind", "") + " " + text_or(found, "entity_id", "") + " " +
                       text_or(found, "data_type", "");
    for (const std::string_view name : {"version_id", "file_id", "role", "representation", "task", "rest"})
        if (const auto text = find_text(found, name)) line += " " + std::string(name) + "=" + *text;
    return line;
}

Result<> print_located(Context& context, const LocateOptions& options) {
    BIFROST_ASSIGN(Api * api, context.api());
    BIFROST_ASSIGN(const std::string project, context.get_project());
    boost::json::array paths;
    for (const auto& path : options.paths) {
        // What is written relative to this folder is meant so when it is there; else it is below the root.
        std::error_code failure;
        const auto whole = std::filesystem::absolute(path, failure);
        const bool here = !failure && std::filesystem::exists(whole, failure);
        paths.emplace_back(here ? whole.lexically_normal().string() : path);
    }
    boost::json::object body{{"paths", std::move(paths)}};
    if (!options.mapping.empty()) body["mapping"] = options.mapping;
    if (!options.platform.empty()) body["platform"] = options.platform;
    BIFROST_ASSIGN(const Answer answer, api->post("/projects/" + percent_encode(project) + "/folders/parse",
                                                  body, Repeat::harmless));
    ListPrinter printer{context.format, {}};
    std::string failed;
    for (const auto& found : array_of(answer.body, "data")) {
        const std::string error = text_or(found, "error", "");
        const std::string right = text_or(found, "expected_path", "");
        const std::string sentence = text_or(found, "path", "") + ": " + error +
                                     (right.empty() ? "" : " It ought to be " + right + ".");
        if (!error.empty() && failed.empty()) failed = sentence;
        if (context.format != Format::table)
            printer.add(found);
        else if (error.empty())
            print_result(Format::table, {}, line_of(found));
        else
            print_warning(sentence);
    }
    if (context.format == Format::json) printer.finish();
    if (!failed.empty()) return Error{Errc::not_found, failed};
    return {};
}

} // namespace

void add_path_commands(CLI::App& app, const ContextPtr& context) {
    const auto options = std::make_shared<PathOptions>();
    auto* path =
        add_command(app, context, "path", "Print where entities lie, by the project's folder templates",
                    [context, options] { return print_paths(*context, *options); });
    path->add_option("ENTITY", options->addresses, "Addresses or ids")->required();
    path->add_option("--type", options->type, "Which of its folders")
        ->check(CLI::IsMember({"work", "published", "cache", "render", "deliverable"}))
        ->capture_default_str();
    path->add_option("--platform", options->platform, "For whose disk")
        ->check(CLI::IsMember({"linux", "macos", "windows"}))
        ->capture_default_str();
    path->add_option("--mapping", options->mapping, "At another site: the code of a studio mapping");
    path->add_option("--representation", options->representation, "Of a version");
    path->add_option("--root", options->root, "Another root than the template's");
    path->add_option("--task", options->task, "For work folders");
    path->add_option("--workfile", options->workfile, "Number of a work file")->check(CLI::PositiveNumber);
    path->add_option("--extension", options->extension, "Of a work file: ma, hip …");

    const auto where = std::make_shared<LocateOptions>();
    auto* find = add_command(app, context, "locate", "Print what paths are: entity, version, role",
                             [context, where] { return print_located(*context, *where); });
    find->add_option("PATH", where->paths, "Paths below the project's root, of any platform")->required();
    find->add_option("--platform", where->platform, "Only this platform's paths")
        ->check(CLI::IsMember({"linux", "macos", "windows"}));
    find->add_option("--mapping", where->mapping, "At another site: the code of a studio mapping");
}

} // namespace bifrost::client
