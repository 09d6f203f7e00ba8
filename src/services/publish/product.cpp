#include "services/publish/product.hpp"

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/publish/product.sql.hpp"

namespace bifrost::publish {
namespace {

using access::Actor;
using access::Call;
using access::Permission;

const std::vector<std::string_view> kDerived = {"revision", "updated_at", "updated_by", "latest_number",
                                                "latest_version_id"};

constexpr std::string_view kColumns =
    "select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, "
    "e.archived_at, p.project_id, p.owner_id, o.kind, e.code, e.label, p.kind, lv.number, lv.id";
constexpr std::string_view kFrom =
    "from product p join entity e on e.id = p.id join entity o on o.id = p.owner_id "
    "left join version lv on lv.id = (select v.id from version v join entity ve on ve.id = v.id "
    "where v.product_id = p.id and v.state = 'published' and ve.archived_at is null "
    "order by v.number desc limit 1)";

bool can_own_products(std::string_view kind) {
    return kind == "asset" || kind == "shot" || kind == "sequence" || kind == "episode";
}

Result<project::Entity> get_owner(database::Tx& tx, const Actor& actor, const Id& id, std::string_view kind) {
    BIFROST_ASSIGN(auto owner, project::get_visible_entity(tx, actor, id, kind));
    if (!can_own_products(owner.kind))
        return Error{Errc::not_found, "There is no such asset, shot, sequence or episode."};
    return owner;
}

/// An owner that new products may be made under.
Result<project::Entity> get_living_owner(Call& call, const Id& id, std::string_view kind) {
    BIFROST_ASSIGN(auto owner, get_owner(call.tx, call.actor, id, kind));
    BIFROST_CHECK(call.actor.require(Permission::product_create, owner.project_id, owner.kind));
    if (owner.archived_at)
        return Error{Errc::conflict, "The " + owner.kind + " is archived; restore it to add products."};
    return owner;
}

struct Wanted {
    std::string typed_code;
    std::optional<std::string> kind;
    json::Raw metadata;
};

/// Nothing when something has the code already.
Result<std::optional<Product>> insert(Call& call, const project::Entity& owner, const Wanted& wanted) {
    Product product;
    product.id = Id::make();
    product.created_at = product.updated_at = Timestamp::now();
    if (!call.actor.user_id.is_nil()) product.created_by = product.updated_by = call.actor.user_id;
    product.metadata = wanted.metadata;
    product.project_id = owner.project_id;
    product.owner_id = owner.id;
    product.owner_kind = owner.kind;
    product.label = wanted.typed_code;
    product.code = *fold_code(wanted.typed_code);
    product.kind = wanted.kind ? *fold_code(*wanted.kind) : product.code;
    BIFROST_ASSIGN(const auto inserted,
                   call.tx.execute(sql::insert_product_entity, product.id, product.project_id,
                                   product.owner_id, product.code, product.label, product.created_at,
                                   product.created_by, product.metadata));
    if (inserted == 0) return std::optional<Product>{};
    BIFROST_CHECK(
        call.tx.defer(sql::insert_product, product.id, product.project_id, product.owner_id, product.kind));
    call.changes.add({"product.created", product.project_id, "product", product.id,
                      events::make_patch("", json::to_json(product), kDerived)});
    return std::optional(std::move(product));
}

Result<Product> find_again(Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_product, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such product."};
    return rows[0].as<Product>();
}

Result<project::Entity> get_entity_for(Call& call, const Id& id, Permission permission) {
    BIFROST_ASSIGN(auto entity, project::get_visible_entity(call.tx, call.actor, id, "product"));
    BIFROST_CHECK(call.actor.require(permission, entity.project_id, "product"));
    return entity;
}

} // namespace

Result<Product> get_product(database::Tx& tx, const Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_product, id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such product."};
    Product product = rows[0].as<Product>();
    BIFROST_CHECK(actor.require(Permission::project_read, product.project_id, "product"));
    return product;
}

Result<query::Page<Product>> list_products(database::Tx& tx, const Actor& actor, const Id& owner_id,
                                           std::string_view owner_kind, const query::ListRequest& request) {
    BIFROST_ASSIGN(const auto owner, get_owner(tx, actor, owner_id, owner_kind));
    query::ListQuery list(
        kColumns, kFrom, "p.id",
        {{"code", "e.code"}, {"created_at", "e.created_at", true}, {"updated_at", "e.updated_at", true}},
        "code");
    list.where("e.parent_id = ? and e.kind = 'product'", database::make_params(owner.id));
    if (request.archived == query::Archived::exclude) list.where("e.archived_at is null");
    if (request.archived == query::Archived::only) list.where("e.archived_at is not null");
    return list.page<Product>(tx, request);
}

Result<std::vector<Product>> list_products_by_id(database::Tx& tx, const Actor& actor,
                                                 const std::unordered_set<Id>& ids) {
    std::vector<Product> products;
    if (ids.empty()) return products;
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_products_by_id,
                                             json::to_json(std::vector<Id>(ids.begin(), ids.end()))));
    for (const auto row : rows) {
        Product product = row.as<Product>();
        if (actor.may_see(product.project_id)) products.push_back(std::move(product));
    }
    return products;
}

Result<std::vector<Product>> list_products_of_owners(database::Tx& tx, const Actor& actor,
                                                     const std::vector<Id>& owner_ids) {
    std::vector<Product> products;
    if (owner_ids.empty()) return products;
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_products_of_owners, json::to_json(owner_ids)));
    for (const auto row : rows) {
        Product product = row.as<Product>();
        if (actor.may_see(product.project_id)) products.push_back(std::move(product));
    }
    return products;
}

Result<Product> create_product(Call& call, const Id& owner_id, std::string_view owner_kind,
                               const boost::json::value& body) {
    BIFROST_ASSIGN(const auto owner, get_living_owner(call, owner_id, owner_kind));
    json::Reader reader(body);
    Wanted wanted;
    wanted.typed_code = reader.code("code");
    wanted.kind = reader.optional_code("kind");
    wanted.metadata = reader.optional_object("metadata").value_or(json::Raw{});
    BIFROST_CHECK(reader.finish());
    BIFROST_ASSIGN(auto product, insert(call, owner, wanted));
    if (product) return std::move(*product);
    Error taken{Errc::conflict, {}};
    taken.constraint = "entity_parent_id_code_key";
    return project::code_conflict(std::move(taken), *fold_code(wanted.typed_code));
}

Result<PutProduct> put_product(Call& call, const Id& owner_id, std::string_view owner_kind,
                               std::string_view code, const boost::json::value& body) {
    BIFROST_ASSIGN(const auto owner, get_living_owner(call, owner_id, owner_kind));
    const auto folded = fold_code(code);
    if (!folded)
        return invalid_field("/code",
                             "must be 1 to 64 letters, digits, '_' or '-', beginning with a letter or digit");
    json::Reader reader(body);
    Wanted wanted;
    wanted.typed_code = code;
    wanted.kind = reader.optional_code("kind");
    wanted.metadata = reader.optional_object("metadata").value_or(json::Raw{});
    BIFROST_CHECK(reader.finish());
    BIFROST_ASSIGN(const auto before, call.tx.query(sql::find_product_of_owner, owner.id, *folded));
    if (before.empty()) {
        BIFROST_ASSIGN(auto made, insert(call, owner, wanted));
        if (made) return PutProduct{std::move(*made), true};
    }
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_product_of_owner, owner.id, *folded));
    if (rows.empty())
        return Error{Errc::conflict,
                     "The code '" + *folded +
                         "' is taken here by something that is no product. Choose another one."};
    Product product = rows[0].as<Product>();
    if (product.archived_at)
        return Error{Errc::conflict, "The product '" + *folded + "' is archived; restore it to go on."};
    return PutProduct{std::move(product), false};
}

Result<Product> update_product(Call& call, const Id& id, const boost::json::value& patch,
                               std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(Product product, get_product(call.tx, call.actor, id));
    BIFROST_CHECK(call.actor.require(Permission::product_update, product.project_id, "product"));
    const std::string before = json::to_json(product);
    json::Reader reader(patch);
    project::EntityChange change;
    change.if_revision = if_revision;
    change.typed_code = reader.optional_code("code");
    if (reader.is_null("code")) reader.add_error("code", "can't be removed");
    if (const auto kind = reader.optional_code("kind")) product.kind = *fold_code(*kind);
    if (reader.is_null("kind")) reader.add_error("kind", "can't be removed");
    if (reader.optional_object("metadata"))
        change.metadata = json::merge_patch(product.metadata, *reader.member("metadata"));
    else if (reader.is_null("metadata"))
        change.metadata = json::Raw{};
    BIFROST_CHECK(reader.finish());
    BIFROST_ASSIGN(const auto touched, project::touch_entity(call, id, change));
    auto updated = call.tx.execute(sql::update_product, id, product.kind);
    if (!updated) return project::code_conflict(updated.error(), touched.code.value_or(""));
    BIFROST_ASSIGN(Product now, find_again(call, id));
    call.changes.add({"product.updated", now.project_id, "product", now.id,
                      events::make_patch(before, json::to_json(now), kDerived)});
    return now;
}

Result<Product> archive_product(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::product_archive));
    BIFROST_CHECK(project::archive_entity(call, entity, if_revision));
    return find_again(call, id);
}

Result<Product> restore_product(Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::product_archive));
    BIFROST_CHECK(project::restore_entity(call, entity, if_revision));
    return find_again(call, id);
}

Result<> purge_product(Call& call, const Id& id) {
    BIFROST_ASSIGN(const auto entity, get_entity_for(call, id, Permission::project_read));
    BIFROST_CHECK(call.actor.require_site(Permission::purge));
    BIFROST_CHECK(call.tx.defer(sql::forget_thumbnail, entity.parent_id, id));
    BIFROST_CHECK(call.tx.defer(sql::forget_shot_thumbnail, entity.parent_id, id));
    return project::purge_entity(call, entity);
}

} // namespace bifrost::publish
