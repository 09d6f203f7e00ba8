#include "apps/demo.hpp"

#include <array>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "access/user.hpp"
#include "client/transport/http_client.hpp"
#include "core/hash.hpp"
#include "services/asset/asset.hpp"
#include "services/asset/component.hpp"
#include "services/project/project.hpp"
#include "services/publish/product.hpp"
#include "services/publish/publish_version.hpp"
#include "services/publish/upload.hpp"
#include "services/publish/version.hpp"
#include "services/shot/casting.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot.hpp"
#include "services/workflow/workflow.hpp"

namespace bifrost::apps {
namespace {

struct DemoAsset {
    const char* code;
    const char* name;
    const char* type;
    const char* tags;
    const char* colour;             ///< of its picture
    std::vector<const char*> moves; ///< transitions of its workflow, in order
};

const std::vector<DemoAsset>& demo_assets() {
    static const std::vector<DemoAsset> assets = {
        {"char_heimdall",
         "Heimdall, the Watchman",
         "character",
         "hero, act1",
         "#b08d3c",
         {"in_progress", "review", "approved"}},
        {"char_raven", "Raven", "character", "act1", "#3c4450", {"in_progress", "review"}},
        {"char_giant", "Frost Giant", "character", "villain, act2", "#6d93b8", {"in_progress"}},
        {"prop_horn",
         "Gjallarhorn",
         "prop",
         "hero",
         "#c9a227",
         {"in_progress", "review", "approved", "final"}},
        {"prop_lantern", "Lantern", "prop", "set dressing", "#d98e32", {"in_progress", "review", "approved"}},
        {"prop_crate", "Crate", "prop", "set dressing", "#8a6b4a", {"in_progress", "review", "approved"}},
        {"veh_longship", "Longship", "vehicle", "act2", "#7a4f37", {"in_progress", "review"}},
        {"set_gate", "Bridge Gate", "set_piece", "act1", "#777d86", {"in_progress", "review", "approved"}},
        {"set_pillar", "Rune Pillar", "set_piece", "act1", "#5e6b70", {"in_progress"}},
        {"env_bridge", "Rainbow Bridge", "environment", "act1, hero", "#a05195", {"in_progress", "review"}},
        {"int_hall", "Watchman's Hall", "interior", "act1", "#6b5b73", {"in_progress"}},
        {"mat_old_gold", "Old Gold", "material", "library", "#bf9b30", {"in_progress", "review", "approved"}},
        {"mat_rimed_wood", "Rimed Wood", "material", "library", "#9a9184", {}},
        {"fx_aurora", "Aurora", "fx", "act1", "#3fa796", {"in_progress"}},
    };
    return assets;
}

/// Two parts of the bridge stand in the environment more than once.
const std::vector<std::pair<const char*, int>> kBridgeParts = {
    {"set_gate", 2}, {"set_pillar", 8}, {"prop_lantern", 12}};

struct DemoShot {
    const char* sequence;
    const char* code;
    const char* name;
    int frames;                    ///< of its cut
    std::vector<const char*> cast; ///< asset codes
    std::vector<const char*> moves;
};

constexpr int kFirstFrame = 1009; ///< of every cut; the frames before it are the handle's
constexpr int kHandles = 8;

const std::vector<std::pair<const char*, const char*>> kSequences = {{"sq010", "The watch"},
                                                                     {"sq020", "The horn"}};

const std::vector<DemoShot>& demo_shots() {
    static const std::vector<DemoShot> shots = {
        {"sq010",
         "sh0010",
         "Dawn over the bridge",
         96,
         {"env_bridge", "fx_aurora"},
         {"in_progress", "review", "approved"}},
        {"sq010",
         "sh0020",
         "Heimdall keeps watch",
         72,
         {"char_heimdall", "env_bridge"},
         {"in_progress", "review"}},
        {"sq010",
         "sh0030",
         "A raven lands",
         54,
         {"char_raven", "char_heimdall", "env_bridge"},
         {"in_progress"}},
        {"sq010",
         "sh0040",
         "In the hall",
         120,
         {"char_heimdall", "int_hall", "prop_lantern"},
         {"in_progress"}},
        {"sq020",
         "sh0010",
         "Sails on the ice",
         88,
         {"veh_longship", "env_bridge"},
         {"in_progress", "review"}},
        {"sq020",
         "sh0020",
         "The giant wakes",
         110,
         {"char_giant", "env_bridge", "fx_aurora"},
         {"in_progress"}},
        {"sq020", "sh0030", "He takes the horn", 64, {"char_heimdall", "prop_horn"}, {}},
        {"sq020", "sh0040", "The call", 140, {"char_heimdall", "prop_horn", "env_bridge", "char_giant"}, {}},
    };
    return shots;
}

std::string picture(const DemoAsset& asset) {
    std::string svg =
        R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180"><defs><linearGradient id="g" x2="1" y2="1">)svg";
    svg += std::string("<stop stop-color=\"") + asset.colour + "\"/>";
    svg +=
        R"svg(<stop offset="1" stop-color="#16181c"/></linearGradient></defs><rect width="320" height="180" fill="url(#g)"/>)svg";
    svg +=
        R"svg(<path d="M0 150q80-90 160 0t160 0v30H0z" opacity=".25"/><text x="16" y="36" font-family="sans-serif" font-size="18" fill="#fff">)svg";
    return svg + asset.name + "</text></svg>\n";
}

/// A box as Wavefront OBJ; higher versions are taller.
std::string model(const DemoAsset& asset, int version) {
    std::string text =
        "# " + std::string(asset.name) + "\nmtllib ../look/" + asset.code + ".mtl\no " + asset.code + "\n";
    for (int i = 0; i < 8; ++i)
        text += "v " + std::to_string(i & 1) + " " + std::to_string((i >> 1 & 1) * version) + " " +
                std::to_string(i >> 2 & 1) + "\n";
    return text + "f 1 2 4 3\nf 5 7 8 6\nf 1 5 6 2\nf 3 4 8 7\nf 1 3 7 5\nf 2 6 8 4\n";
}

struct DemoFile {
    std::string path;
    std::string role;
    std::string media_type;
    std::string bytes;
};

class Demo {
  public:
    /// `local`: the store, when it is that of the data folder.
    Demo(database::Database& database, storage::ObjectStore& store, storage::LocalStore* local,
         access::Actor actor)
        : local_(local), room_{database, store, {}}, actor_(std::move(actor)) {}

    Result<> fill() {
        boost::json::object body{{"code", "demo"},           {"name", "The Rainbow Bridge"},
                                 {"kind", "short"},          {"fps", "24"},
                                 {"resolution_width", 2048}, {"resolution_height", 858}};
        BIFROST_ASSIGN(const auto made, write<project::Project>([&](access::Call& call) {
                           return project::create_project(call, body);
                       }));
        project_id_ = made.id;
        for (const auto& asset : demo_assets()) BIFROST_CHECK(add(asset));
        BIFROST_CHECK(assemble());
        return edit();
    }

  private:
    template <class T>
    Result<T> write(const std::function<Result<T>(access::Call&)>& fn) {
        BIFROST_ASSIGN(auto written, access::write(room_.database, actor_, fn));
        return std::move(written.value);
    }

    Result<> add(const DemoAsset& demo) {
        boost::json::array tags;
        std::string_view rest = demo.tags;
        while (!rest.empty()) {
            const std::size_t comma = rest.find(", ");
            tags.emplace_back(std::string(rest.substr(0, comma)));
            rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 2);
        }
        boost::json::object body{
            {"code", demo.code}, {"name", demo.name}, {"type", demo.type}, {"tags", tags}};
        BIFROST_ASSIGN(const auto made, write<asset::Asset>([&](access::Call& call) {
                           return asset::create_asset(call, project_id_.text(), body);
                       }));
        assets_[demo.code] = made.id;
        const std::string look = std::string("newmtl ") + demo.code + "\nKd 0.5 0.5 0.5\n";
        BIFROST_ASSIGN(const Id look_id,
                       publish(made.id, "look", "First look",
                               {{std::string(demo.code) + ".mtl", "main", "model/mtl", look}}, {}));
        for (int version = 1; version <= 2; ++version)
            BIFROST_CHECK(
                publish(made.id, "model", version == 1 ? "Blocking" : "Proportions after the first review",
                        {{std::string(demo.code) + ".obj", "main", "model/obj", model(demo, version)},
                         {"preview.svg", "preview", "image/svg+xml", picture(demo)}},
                        look_id));
        return move("asset", made.id, demo.moves);
    }

    Result<Id> publish(const Id& asset_id, const char* code, const char* comment,
                       const std::vector<DemoFile>& files, std::optional<Id> needs) {
        BIFROST_ASSIGN(const auto product, write<publish::PutProduct>([&](access::Call& call) {
                           return publish::put_product(call, asset_id, "asset", code, boost::json::object{});
                       }));
        boost::json::array list;
        for (const auto& file : files) {
            BIFROST_ASSIGN(const Id upload, send(file));
            list.push_back({{"path", file.path},
                            {"role", file.role},
                            {"upload_id", upload.text()},
                            {"size", file.bytes.size()}});
        }
        boost::json::object body{{"comment", comment}, {"files", list}};
        if (needs)
            body["dependencies"] = boost::json::array{{{"version_id", needs->text()}, {"kind", "reference"}}};
        BIFROST_ASSIGN(const auto draft, write<publish::VersionDetail>([&](access::Call& call) {
                           return publish::create_version(call, product.product.id, body);
                       }));
        BIFROST_CHECK(write<publish::VersionDetail>(
            [&](access::Call& call) { return publish::publish_version(call, draft.id, std::nullopt); }));
        return draft.id;
    }

    /// The way of every client: open an upload, send its part, complete it.
    Result<Id> send(const DemoFile& file) {
        boost::json::object body{{"project_id", project_id_.text()},
                                 {"name", file.path},
                                 {"size", file.bytes.size()},
                                 {"sha256", sha256_hex(file.bytes)},
                                 {"media_type", file.media_type}};
        BIFROST_ASSIGN(const auto upload, publish::create_upload(room_, actor_, body));
        if (upload.state == "complete") return upload.id;
        boost::json::array parts;
        for (const auto& part : upload.parts) {
            BIFROST_ASSIGN(const std::string etag,
                           local_ != nullptr ? write_part(part, file) : put_part(part, file));
            parts.push_back({{"number", part.number}, {"etag", etag}});
        }
        BIFROST_CHECK(
            publish::complete_upload(room_, actor_, upload.id, boost::json::object{{"parts", parts}}));
        return upload.id;
    }

    /// Without the network: nobody listens yet.
    Result<std::string> write_part(const publish::SignedPart& part, const DemoFile& file) {
        const std::size_t question = part.url.find('?');
        BIFROST_ASSIGN(const auto writer,
                       local_->receive_part(std::string_view(part.url).substr(0, question),
                                            std::string_view(part.url).substr(question + 1), part.size));
        BIFROST_CHECK(writer->write(file.bytes.data(), file.bytes.size()));
        return writer->finish();
    }

    Result<std::string> put_part(const publish::SignedPart& part, const DemoFile& file) {
        client::HttpRequest request;
        request.method = "PUT";
        request.url = part.url;
        for (const auto& [name, value] : part.headers) request.headers.emplace_back(name, value);
        request.body = file.bytes;
        BIFROST_ASSIGN(const auto answer, http_.send(request));
        std::string_view etag = answer.header("etag");
        if (!answer.ok() || etag.size() < 2)
            return Error{Errc::unavailable, "The object store took a file of the example production with " +
                                                std::to_string(answer.status) +
                                                "; `bifrost doctor` checks its settings."};
        etag.remove_prefix(etag.front() == '"' ? 1 : 0);
        etag.remove_suffix(etag.back() == '"' ? 1 : 0);
        return std::string(etag);
    }

    Result<> edit() {
        std::map<std::string, Id> sequences;
        for (const auto& [code, name] : kSequences) {
            const boost::json::object body{{"code", code}, {"name", name}};
            BIFROST_ASSIGN(const auto made, write<shot::Sequence>([&](access::Call& call) {
                               return shot::create_sequence(call, project_id_.text(), body);
                           }));
            sequences[code] = made.id;
        }
        for (const auto& demo : demo_shots()) BIFROST_CHECK(add(demo, sequences[demo.sequence]));
        return {};
    }

    Result<> add(const DemoShot& demo, const Id& sequence) {
        const boost::json::object body{{"code", demo.code},     {"name", demo.name},
                                       {"cut_in", kFirstFrame}, {"cut_out", kFirstFrame + demo.frames - 1},
                                       {"handles", kHandles},   {"sequence_id", sequence.text()}};
        BIFROST_ASSIGN(const auto made, write<shot::Shot>([&](access::Call& call) {
                           return shot::create_shot(call, project_id_.text(), body);
                       }));
        boost::json::array roles;
        for (const char* code : demo.cast)
            roles.push_back(boost::json::object{{"asset_id", assets_[code].text()}});
        BIFROST_CHECK(write<shot::Casting>([&](access::Call& call) {
            return shot::put_casting(call, "shot", made.id, boost::json::object{{"data", roles}}, 1);
        }));
        return move("shot", made.id, demo.moves);
    }

    Result<> move(const char* kind, const Id& id, const std::vector<const char*>& states) {
        for (const char* state : states) {
            const boost::json::object step{{"to", state}};
            BIFROST_CHECK(write<project::Entity>([&](access::Call& call) {
                return workflow::transition(call, kind, id, step, std::nullopt);
            }));
        }
        return {};
    }

    Result<> assemble() {
        boost::json::array components;
        for (const auto& [code, count] : kBridgeParts)
            components.push_back({{"asset_id", assets_[code].text()}, {"name", code}, {"count", count}});
        BIFROST_CHECK(write<asset::Components>([&](access::Call& call) {
            return asset::put_components(call, assets_["env_bridge"],
                                         boost::json::object{{"data", components}}, 1);
        }));
        return {};
    }

    storage::LocalStore* local_;
    client::HttpClient http_;
    publish::UploadRoom room_;
    access::Actor actor_;
    Id project_id_;
    std::map<std::string, Id> assets_;
};

} // namespace

Result<> fill_demo(OpenedSite& site) {
    database::Database& database = *site.database;
    query::ListRequest any;
    any.archived = query::Archived::include;
    any.limit = 1;
    BIFROST_ASSIGN(const auto projects, database.read([&](database::Tx& tx) {
        return project::list_projects(tx, access::Actor::system(), any);
    }));
    if (!projects.data.empty()) return {};
    BIFROST_ASSIGN(const auto owner, database.read([](database::Tx& tx) {
        return access::get_user(tx, access::Actor::system(), "owner");
    }));
    access::Actor actor;
    actor.user_id = owner.id;
    actor.code = owner.code;
    actor.site_role = access::SiteRole::owner;
    return Demo(database, *site.store, site.local_store(), std::move(actor)).fill();
}

} // namespace bifrost::apps
