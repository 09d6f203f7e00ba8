#include "worker/jobs/folder.hpp"

#include <unistd.h>

#include "core/json_reader.hpp"
#include "services/folder/locate.hpp"
#include "services/folder/old_links.hpp"
#include "services/folder/reconcile.hpp"
#include "services/folder/scan.sql.hpp"
#include "services/publish/object.hpp"
#include "services/publish/product.hpp"
#include "services/publish/publish_version.hpp"
#include "services/publish/upload.sql.hpp"
#include "services/publish/upload_row.hpp"
#include "services/publish/version.hpp"
#include "storage/put_object.hpp"

namespace bifrost::worker {
namespace {

folder::ScanObserver observer_of(JobContext& context) {
    return {[&context] { return context.stopped(); }, [&context](double done) { context.progress(done); }};
}

struct Payload {
    Id scan_id;
    folder::ScanOptions options;
};

Result<Payload> read_payload(const JobContext& context) {
    BIFROST_ASSIGN(const auto value, json::parse(context.job().payload.text));
    json::Reader reader(value);
    Payload payload;
    payload.scan_id = reader.id("scan_id");
    if (auto verify = reader.optional_text("verify")) payload.options.verify = *verify;
    BIFROST_CHECK(reader.finish());
    return payload;
}

access::Actor actor_of(const JobContext& context) {
    access::Actor actor = access::Actor::system();
    if (context.job().created_by) actor.user_id = *context.job().created_by;
    return actor;
}

Result<json::Raw> scan(JobContext& context, const std::string& projects_root) {
    BIFROST_ASSIGN(const Payload payload, read_payload(context));
    if (!context.job().project_id) return Error{Errc::internal, "The job names no project."};
    const Id project_id = *context.job().project_id;
    BIFROST_ASSIGN(const auto disk, folder::Disk::open(projects_root));
    BIFROST_ASSIGN(const auto result, folder::run_scan(context.database(), disk, project_id, payload.options,
                                                       observer_of(context)));
    BIFROST_CHECK(folder::store_findings(context.database(), payload.scan_id, result));
    const json::Raw counts{json::to_json(result.counts)};
    const auto actor = actor_of(context);
    const auto written = access::write(context.database(), actor, [&](access::Call& call) -> Result<int> {
        BIFROST_CHECK(call.tx.execute(folder::sql::finish_scan, payload.scan_id, counts, Timestamp::now()));
        call.changes.add({"folder.scanned", project_id, "folder_scan", payload.scan_id,
                          events::make_patch("", counts.text)});
        BIFROST_CHECK(context.finish_in(call.tx, counts));
        return 0;
    });
    if (!written) return written.error();
    return counts;
}

/// Unknown files in the folder of a version that there is not become that version.
class Adoption {
  public:
    Adoption(JobContext& context, const folder::Disk& disk, storage::ObjectStore& store)
        : context_(context), disk_(disk), store_(store) {}

    Result<Id> adopt(const std::vector<folder::Fix>& fixes) {
        const Id project_id = fixes.front().project_id;
        boost::json::array files;
        std::optional<Place> place;
        std::vector<Arrived> arrived;
        for (const auto& fix : fixes) {
            BIFROST_ASSIGN(auto here, find_place(project_id, fix.path));
            if (place && !(place->owner == here.owner && place->product == here.product &&
                           place->number == here.number))
                return Error{Errc::conflict, "The files belong to different versions."};
            BIFROST_ASSIGN(auto brought, store_file(fix.path, here.rest));
            boost::json::object file{
                {"path", here.rest}, {"sha256", brought.object.sha256}, {"size", brought.object.size}};
            // Its folder names the representation, where the template has one.
            if (!here.representation.empty()) file["representation"] = here.representation;
            files.push_back(std::move(file));
            arrived.push_back(std::move(brought));
            place = std::move(here);
        }
        std::vector<std::string> keys;
        for (const auto& one : arrived) keys.push_back(one.object.key);
        BIFROST_CHECK(store_.sync(keys));
        return publish(project_id, *place, std::move(files), arrived);
    }

  private:
    struct Place {
        Id owner;
        std::string kind, product, representation, rest;
        std::int64_t number = 0;
    };
    /// Bytes as if they had been uploaded: under the key of an upload, so that a run that is broken off
    /// leaves nothing that the sweep of the store doesn't know.
    struct Arrived {
        Id upload_id;
        std::string name;
        publish::NewObject object;
    };

    Result<Place> find_place(const Id& project_id, const std::string& path) {
        return context_.database().snapshot([&](database::Tx& tx) -> Result<Place> {
            BIFROST_ASSIGN(const auto layout, folder::load_layout(tx, project_id, "", ""));
            for (auto& reading : layout.templates.read(path, "main")) {
                if (!reading.found->holds_versions() || reading.rest.empty() ||
                    !reading.values.has(folder::Token::version))
                    continue;
                Place place;
                place.product = reading.values.code(folder::Token::product);
                place.number = reading.values.number(folder::Token::version);
                place.rest = reading.rest;
                place.representation = reading.values.code(folder::Token::representation);
                // The folder above the product's is the owner's own.
                folder::Values above = reading.values;
                for (const auto token :
                     {folder::Token::product, folder::Token::version, folder::Token::representation})
                    above.clear(token);
                BIFROST_ASSIGN(const std::string owner, reading.found->pattern.format(above));
                BIFROST_ASSIGN(const auto located,
                               folder::locate(tx, access::Actor::system(), project_id, layout, {owner}, ""));
                if (!located[0].error.empty() || !located[0].entity_id) continue;
                place.owner = *located[0].entity_id;
                place.kind = located[0].entity_kind;
                return place;
            }
            return Error{Errc::conflict,
                         "'" + path +
                             "' does not lie in the folder of a version, so no version can be made of it."};
        });
    }

    Result<Arrived> store_file(const std::string& path, const std::string& name) {
        BIFROST_ASSIGN(const auto state, disk_.stat_file(path));
        if (!state) return Error{Errc::conflict, "'" + path + "' is gone since the scan."};
        BIFROST_ASSIGN(const auto file, disk_.open_file(path));
        Arrived arrived{Id::make(), name, {}};
        publish::NewObject& object = arrived.object;
        object.key = publish::store_key_of(arrived.upload_id);
        const auto source = [&](void* data, std::size_t size) -> Result<std::size_t> {
            if (context_.stopped()) return Error{Errc::unavailable, "The job was asked to stop."};
            const ssize_t got = ::read(file.get(), data, size);
            if (got < 0) return Error{Errc::unavailable, "'" + path + "' can't be read."};
            return static_cast<std::size_t>(got);
        };
        BIFROST_ASSIGN(const auto stored, storage::put_object(store_, object.key, state->size, source));
        object.sha256 = stored.sha256;
        object.size = stored.size;
        return arrived;
    }

    /// Who asked for the adoption has brought these bytes in: a completed upload of theirs says so, and gives
    /// them the right to make files of the bytes. It is tidied away like every other.
    Result<> note_uploads(access::Call& call, const Id& project_id, const std::vector<Arrived>& arrived) {
        const Timestamp now = Timestamp::now();
        const Timestamp expires = now.plus_seconds(24 * 3600);
        for (const auto& one : arrived)
            BIFROST_CHECK(call.tx.execute(
                publish::sql::insert_upload, one.upload_id, project_id, call.actor.user_id, one.name,
                one.object.size, one.object.sha256, "application/octet-stream", "complete",
                std::max<std::int64_t>(one.object.size, 1), one.object.key, "", now, expires));
        return {};
    }

    Result<Id> publish(const Id& project_id, const Place& place, boost::json::array files,
                       const std::vector<Arrived>& arrived) {
        const auto actor = actor_of(context_);
        std::vector<publish::NewObject> objects;
        for (const auto& one : arrived) objects.push_back(one.object);
        std::vector<std::string> spare;
        const auto written = access::write(context_.database(), actor, [&](access::Call& call) -> Result<Id> {
            BIFROST_ASSIGN(spare, publish::adopt_objects(call.tx, objects, store_.backend()));
            BIFROST_CHECK(note_uploads(call, project_id, arrived));
            BIFROST_ASSIGN(const auto product, publish::put_product(call, place.owner, place.kind,
                                                                    place.product, boost::json::object{}));
            BIFROST_ASSIGN(const auto draft,
                           publish::create_version(
                               call, product.product.id,
                               boost::json::object{{"comment", "Adopted from the shared file system."},
                                                   {"number", place.number},
                                                   {"files", files}}));
            BIFROST_CHECK(publish::publish_version(call, draft.id, std::nullopt));
            return draft.id;
        });
        // Whether a commit whose answer was lost has happened isn't known: the bytes are left to the sweep.
        if (!written) return written.error();
        publish::drop_bytes(store_, spare);
        return written->value;
    }

    JobContext& context_;
    const folder::Disk& disk_;
    storage::ObjectStore& store_;
};

Result<json::Raw> reconcile(JobContext& context, storage::ObjectStore& store,
                            const std::string& projects_root) {
    BIFROST_ASSIGN(const Payload payload, read_payload(context));
    BIFROST_ASSIGN(const auto disk, folder::Disk::open(projects_root));
    Adoption adoption(context, disk, store);
    const folder::Adopter adopt = [&](const std::vector<folder::Fix>& fixes) {
        return adoption.adopt(fixes);
    };
    BIFROST_ASSIGN(const auto counts, folder::apply_fixes(context.database(), disk, store, payload.scan_id,
                                                          adopt, observer_of(context)));
    return json::Raw{json::to_json(counts)};
}

} // namespace

JobKind folder_scan_job(std::string projects_root) {
    JobKind kind;
    kind.name = "folder_scan";
    kind.run = [root = std::move(projects_root)](JobContext& context) { return scan(context, root); };
    kind.most_at_once = 1;
    return kind;
}

JobKind folder_links_job(std::string projects_root) {
    JobKind kind;
    kind.name = "folder_links";
    kind.run = [root = std::move(projects_root)](JobContext& context) -> Result<json::Raw> {
        std::int64_t removed = 0;
        if (!root.empty()) {
            BIFROST_ASSIGN(const auto disk, folder::Disk::open(root));
            BIFROST_ASSIGN(removed,
                           folder::remove_old_links(context.database(), disk,
                                                    Timestamp::now().plus_seconds(-folder::kLinkSeconds),
                                                    [&] { return context.stopped(); }));
        }
        json::Raw result{""};
        json::ObjectWriter(result.text).member("removed", removed);
        return result;
    };
    kind.most_at_once = 1;
    kind.every = std::chrono::hours(24);
    return kind;
}

JobKind folder_reconcile_job(storage::ObjectStore& store, std::string projects_root) {
    JobKind kind;
    kind.name = "folder_reconcile";
    kind.run = [&store, root = std::move(projects_root)](JobContext& context) {
        return reconcile(context, store, root);
    };
    kind.most_at_once = 1;
    return kind;
}

} // namespace bifrost::worker
