#include "services/publish/preview.hpp"

#include "services/publish/preview.sql.hpp"
#include "services/publish/preview_work.hpp"
#include "services/publish/preview_work.sql.hpp"
#include "services/publish/version.sql.hpp"
#include "services/publish/version_row.hpp"

namespace bifrost::publish {
namespace {

using access::Actor;

constexpr std::string_view kColumns =
    "select f.id, f.path, f.role, r.name, s.pattern, s.frames, p.kind, "
    "case when v.preview_state = 'pending' and coalesce(p.state, 'none') <> 'ready' then 'pending' "
    "else coalesce(p.state, 'none') end, case when v.preview_state = 'pending' then null else p.error end, "
    "case when p.state = 'ready' then '/api/v1/media/' || p.hash || '/' || cast(p.recipe as text) || "
    "'/thumbnail' end, "
    "case when p.state = 'ready' then '/api/v1/media/' || p.hash || '/' || cast(p.recipe as text) || "
    "'/manifest' end";
constexpr std::string_view kFrom =
    "from file f join representation r on r.id = f.representation_id join version v on v.id = f.version_id "
    "left join preview_sequence s on s.version_id = f.version_id and s.hash = f.sequence_hash "
    "left join preview p on p.hash = coalesce(f.sequence_hash, f.sha256)";

/// not_found unless the actor may read a file, or a sequence, with these bytes.
Result<> require_readable(database::Tx& tx, const Actor& actor, const std::string& hash) {
    database::Params params;
    params.push_back(database::to_value(hash));
    params.push_back(database::to_value(actor.user_id));
    std::string seen = access::visible_projects(actor, "v.project_id", params);
    seen += actor.is_administrator() ? " and cast($2 as text) = cast($2 as text)"
                                     : " and (v.state = 'published' or v.author_id = $2)";
    const std::string sql = "select 1 where exists (select 1 from file f join version v on v.id = "
                            "f.version_id where f.sha256 = $1 and " +
                            seen +
                            ") or exists (select 1 from preview_sequence s join version v on v.id = "
                            "s.version_id where s.hash = $1 and " +
                            seen + ")";
    BIFROST_ASSIGN(const auto rows, tx.query_text(sql, params));
    if (rows.empty()) return Error{Errc::not_found, "There is no such preview."};
    return {};
}

struct ShownOutput {
    std::string name;
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::string media_type;
    std::int64_t size = 0;
    std::string url;
};
BOOST_DESCRIBE_STRUCT(ShownOutput, (), (name, width, height, media_type, size, url))

} // namespace

std::string media_url(const PreviewAddress& address, std::string_view name) {
    return "/api/v1/media/" + address.hash + "/" + std::to_string(address.recipe) + "/" + std::string(name);
}

Result<query::Page<Preview>> list_previews(database::Tx& tx, const Actor& actor, const Id& version_id,
                                           const query::ListRequest& request) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_version, version_id));
    if (rows.empty() || !sees_version(actor, read_version(rows[0])))
        return Error{Errc::not_found, "There is no such version."};
    query::ListQuery list(kColumns, kFrom, "f.id", {{"path", "f.path_key"}}, "path");
    list.where("f.version_id = ?", database::make_params(version_id));
    list.where("f.sequence_hash is null or f.id = s.file_id");
    return list.page<Preview>(tx, request);
}

Result<> remake_previews(access::Call& call, const Id& version_id) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_version, version_id));
    if (rows.empty()) return Error{Errc::not_found, "There is no such version."};
    const Version version = read_version(rows[0]);
    if (!sees_version(call.actor, version)) return Error{Errc::not_found, "There is no such version."};
    BIFROST_CHECK(call.actor.require(access::Permission::version_create, version.project_id, "version"));
    if (version.state != "published" || version.file_count == 0)
        return Error{Errc::conflict, "Only a published version with files has previews."};
    BIFROST_CHECK(call.tx.execute(sql::await_pictures, version_id));
    return enqueue_previews(call.tx, version_id, version.project_id, true);
}

Result<PreviewOutput> get_output(database::Tx& tx, const Actor& actor, const PreviewAddress& address,
                                 std::string_view name, std::int64_t width) {
    BIFROST_CHECK(require_readable(tx, actor, address.hash));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_output, address.hash, address.recipe, name, width));
    if (rows.empty()) return Error{Errc::not_found, "There is no such preview."};
    return rows[0].as<PreviewOutput>();
}

Result<json::Raw> get_manifest(database::Tx& tx, const Actor& actor, const PreviewAddress& address) {
    BIFROST_CHECK(require_readable(tx, actor, address.hash));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_manifest, address.hash, address.recipe));
    if (rows.empty()) return Error{Errc::not_found, "There is no such preview."};
    json::Raw manifest = rows[0].get<json::Raw>(0);
    BIFROST_ASSIGN(const auto stored, tx.query(sql::list_outputs, address.hash));
    std::vector<ShownOutput> outputs;
    for (const auto row : stored) {
        const auto one = row.as<PreviewOutput>();
        std::string url = media_url(address, one.name);
        if (one.name == "thumbnail") url += "?width=" + std::to_string(one.width);
        outputs.push_back({one.name, one.width, one.height, one.media_type, one.size, std::move(url)});
    }
    manifest.text.pop_back();
    manifest.text += manifest.text.size() > 1 ? ",\"outputs\":" : "\"outputs\":";
    manifest.text += json::to_json(outputs) + "}";
    return manifest;
}

} // namespace bifrost::publish
