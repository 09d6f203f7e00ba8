// Beginning a version: the draft with everything that the request brings along.

#include "core/json_reader.hpp"
#include "services/project/workflow_lock.hpp"
#include "services/publish/dependency.hpp"
#include "services/publish/representation.hpp"
#include "services/publish/version.sql.hpp"
#include "services/publish/version_row.hpp"

namespace bifrost::publish {
namespace {

using access::Call;
using access::Permission;

constexpr std::int64_t kMostNumber = 1'000'000'000;

struct Wanted {
    Version version;
    bool reserve_number = false;
    std::vector<Representation> representations;
    std::vector<NewFile> files;
    std::vector<NewDependency> dependencies;
};

Result<Wanted> read(const boost::json::value& body) {
    json::Reader reader(body);
    Wanted wanted;
    Version& version = wanted.version;
    version.comment = reader.optional_text("comment", {0, 10'000, true}).value_or("");
    version.frame_range = read_frame_range(reader);
    version.source = reader.optional_object("source");
    version.metadata = reader.optional_object("metadata").value_or(json::Raw{});
    version.number = reader.optional_integer("number", 1, kMostNumber);
    wanted.reserve_number = reader.optional_boolean("reserve_number").value_or(false);
    if (version.number && wanted.reserve_number)
        reader.add_error("reserve_number", "takes the next number; `number` states one");
    refuse_status(reader);
    wanted.representations = read_representations(reader);
    wanted.files = read_files(reader, false);
    wanted.dependencies = read_dependencies(reader);
    BIFROST_CHECK(reader.finish());
    return wanted;
}

/// Takes the number that was asked for, under the lock of the product.
Result<> take_number(Call& call, Wanted& wanted) {
    Version& version = wanted.version;
    if (!version.number && !wanted.reserve_number) return {};
    BIFROST_ASSIGN(const auto product, call.tx.query(sql::lock_product, version.product_id));
    if (product.empty()) return Error{Errc::not_found, "There is no such product."};
    if (wanted.reserve_number) {
        version.number = product[0].integer(0) + 1;
    } else {
        BIFROST_ASSIGN(const auto taken,
                       call.tx.query(sql::find_number, version.product_id, *version.number));
        if (!taken.empty())
            return Error{Errc::conflict, "The product has a version " + std::to_string(*version.number) +
                                             " already; state another number, or none."};
    }
    return call.tx.defer(sql::raise_last_number, version.product_id, *version.number);
}

/// What the product says about its new version; authorises.
Result<> begin(Call& call, const Id& product_id, Version& version) {
    BIFROST_CHECK(project::share_workflows(call.tx));
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_version_product, product_id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such product."};
    version.product_id = product_id;
    version.project_id = rows[0].id(0);
    version.status = rows[0].text(2);
    BIFROST_CHECK(call.actor.require(Permission::version_create, version.project_id, "product"));
    if (call.actor.user_id.is_nil())
        return Error{Errc::forbidden, "A version has an author; the program itself can't be one."};
    if (!rows[0].is_null(1))
        return Error{Errc::conflict,
                     "The " + std::string(rows[0].text(1)) + " is archived; restore it to add versions."};
    return {};
}

Result<> insert(Call& call, Version& version) {
    project::NewEntity entity;
    entity.id = version.id;
    entity.kind = "version";
    entity.project_id = version.project_id;
    entity.parent_id = version.product_id;
    entity.metadata = version.metadata;
    BIFROST_ASSIGN(static_cast<project::EntityFields&>(version), project::insert_entity(call, entity));
    const auto& range = version.frame_range;
    return call.tx.defer(sql::insert_version, version.id, version.product_id, version.project_id,
                         version.number, version.status, version.comment, version.author_id,
                         range ? std::optional(range->first) : std::nullopt,
                         range ? std::optional(range->last) : std::nullopt,
                         range ? std::optional(range->step) : std::nullopt, version.source,
                         version.file_count, version.total_size);
}

} // namespace

Result<VersionDetail> create_version(Call& call, const Id& product_id, const boost::json::value& body) {
    Version about;
    BIFROST_CHECK(begin(call, product_id, about));
    BIFROST_ASSIGN(Wanted wanted, read(body));
    Version& version = wanted.version;
    version.id = Id::make();
    version.product_id = product_id;
    version.project_id = about.project_id;
    version.status = about.status;
    version.state = "draft";
    version.author_id = call.actor.user_id;
    BIFROST_CHECK(find_bytes(call, version.project_id, wanted.files));
    BIFROST_CHECK(take_number(call, wanted));
    version.file_count = static_cast<std::int64_t>(wanted.files.size());
    for (const auto& file : wanted.files) version.total_size += file.size;
    BIFROST_CHECK(insert(call, version));
    RepresentationSet representations({});
    BIFROST_CHECK(representations.add(std::move(wanted.representations)));
    for (const auto& file : wanted.files) representations.id_for(file);
    BIFROST_CHECK(insert_representations(call.tx, version.id, representations.added()));
    BIFROST_CHECK(insert_files(call.tx, version.id, wanted.files, representations));
    BIFROST_CHECK(insert_dependencies(call, version.id, product_id, version.project_id, wanted.dependencies));
    add_version_event(call, "version.created", "", version);
    VersionDetail detail;
    static_cast<Version&>(detail) = std::move(version);
    detail.representations = representations.all();
    return detail;
}

} // namespace bifrost::publish
