#include "api/version_answer.hpp"

#include <unordered_map>
#include <unordered_set>

#include "access/user.hpp"
#include "services/asset/asset.hpp"

namespace bifrost::api {
namespace {

/// Who somebody is, for answers about something else.
struct UserRef {
    Id id;
    std::string code;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(UserRef, (), (id, code, name))

/// The entities behind ids, as JSON texts; what isn't there (any more) is left out.
using Texts = std::unordered_map<Id, std::string>;

template <class Ids, class Get>
Result<Texts> texts_of(const Ids& ids, Get get) {
    Texts texts;
    for (const Id& id : ids) {
        auto found = get(id);
        if (found)
            texts.emplace(id, json::to_json(*found));
        else if (found.error().code != Errc::not_found && found.error().code != Errc::forbidden)
            return found.error();
    }
    return texts;
}

Result<Texts> author_texts(database::Tx& tx, const access::Actor& actor, const std::unordered_set<Id>& ids) {
    return texts_of(ids, [&](const Id& id) -> Result<UserRef> {
        BIFROST_ASSIGN(const auto user, access::get_user(tx, actor, id.text()));
        return UserRef{user.id, user.code, user.name};
    });
}

/// Adds members to a JSON object text.
void add_member(std::string& object, std::string_view name, std::string_view value) {
    object.pop_back();
    object += ",\"";
    object += name;
    object += "\":";
    object += value;
    object += '}';
}

void add_found(std::string& object, std::string_view name, const Texts& texts, const std::optional<Id>& id,
               bool null_when_missing = false) {
    const auto found = id ? texts.find(*id) : texts.end();
    if (found != texts.end())
        add_member(object, name, found->second);
    else if (null_when_missing)
        add_member(object, name, "null");
}

} // namespace

Included read_version_include(Parameters& parameters) {
    Included included;
    for (const auto& one : parameters.texts("include", {"representations", "product", "author"})) {
        included.representations = included.representations || one == "representations";
        included.product = included.product || one == "product";
        included.author = included.author || one == "author";
    }
    return included;
}

Included read_product_include(Parameters& parameters) {
    Included included;
    for (const auto& one : parameters.texts("include", {"asset", "latest_version"})) {
        included.asset = included.asset || one == "asset";
        included.latest_version = included.latest_version || one == "latest_version";
    }
    return included;
}

Result<std::vector<json::Raw>> version_objects(database::Tx& tx, const access::Actor& actor,
                                               const std::vector<publish::Version>& versions,
                                               Included included) {
    std::vector<json::Raw> objects;
    std::vector<Id> ids;
    std::unordered_set<Id> product_ids;
    std::unordered_set<Id> author_ids;
    for (const auto& version : versions) {
        objects.push_back({json::to_json(version)});
        ids.push_back(version.id);
        product_ids.insert(version.product_id);
        author_ids.insert(version.author_id);
    }
    if (included.representations) {
        BIFROST_ASSIGN(const auto lists, publish::list_representations(tx, ids));
        for (std::size_t i = 0; i < objects.size(); ++i)
            add_member(objects[i].text, "representations", json::to_json(lists[i]));
    }
    if (included.product) {
        BIFROST_ASSIGN(const auto products, publish::list_products_by_id(tx, actor, product_ids));
        Texts texts;
        for (const auto& product : products) texts.emplace(product.id, json::to_json(product));
        for (std::size_t i = 0; i < objects.size(); ++i)
            add_found(objects[i].text, "product", texts, versions[i].product_id);
    }
    if (included.author) {
        BIFROST_ASSIGN(const auto texts, author_texts(tx, actor, author_ids));
        for (std::size_t i = 0; i < objects.size(); ++i)
            add_found(objects[i].text, "author", texts, versions[i].author_id);
    }
    return objects;
}

Result<std::vector<json::Raw>> product_objects(database::Tx& tx, const access::Actor& actor,
                                               const std::vector<publish::Product>& products,
                                               Included included) {
    std::vector<json::Raw> objects;
    std::unordered_set<Id> asset_ids;
    std::unordered_set<Id> version_ids;
    for (const auto& product : products) {
        objects.push_back({json::to_json(product)});
        if (product.owner_kind == "asset") asset_ids.insert(product.owner_id);
        if (product.latest_version_id) version_ids.insert(*product.latest_version_id);
    }
    if (included.asset) {
        BIFROST_ASSIGN(const auto texts,
                       texts_of(asset_ids, [&](const Id& id) { return asset::get_asset(tx, actor, id); }));
        for (std::size_t i = 0; i < objects.size(); ++i)
            add_found(objects[i].text, "asset", texts, products[i].owner_id);
    }
    if (included.latest_version) {
        BIFROST_ASSIGN(const auto versions, publish::list_versions_by_id(tx, actor, version_ids));
        Texts texts;
        for (const auto& version : versions) texts.emplace(version.id, json::to_json(version));
        for (std::size_t i = 0; i < objects.size(); ++i)
            add_found(objects[i].text, "latest_version", texts, products[i].latest_version_id, true);
    }
    return objects;
}

} // namespace bifrost::api
