#include "services/search/document.hpp"

#include "query/full_text.hpp"

namespace bifrost::search {
namespace {

// Each reads: id, project, type, status, code, name, content, text of codes, text of the rest.
constexpr std::string_view kAssets =
    "select a.id, a.project_id, a.type, a.status, e.code, a.name, a.description, e.code, "
    "a.description || ' ' || a.tags || ' ' || a.type || ' ' || a.status "
    "from asset a join entity e on e.id = a.id where e.archived_at is null and a.id in ";
constexpr std::string_view kShots =
    "select s.id, s.project_id, null, s.status, e.code, s.name || ' ' || qe.code, s.description, "
    "e.code || ' ' || qe.code || ' ' || coalesce(ee.code, ''), s.description || ' ' || s.status "
    "from shot s join entity e on e.id = s.id join sequence q on q.id = s.sequence_id "
    "join entity qe on qe.id = s.sequence_id left join entity ee on ee.id = q.episode_id "
    "where e.archived_at is null and qe.archived_at is null and s.id in ";
constexpr std::string_view kSequences =
    "select q.id, q.project_id, null, null, e.code, q.name, q.description, "
    "e.code || ' ' || coalesce(ee.code, ''), q.description "
    "from sequence q join entity e on e.id = q.id left join entity ee on ee.id = q.episode_id "
    "where e.archived_at is null and q.id in ";
constexpr std::string_view kEpisodes =
    "select p.id, p.project_id, null, null, e.code, p.name, p.description, e.code, p.description "
    "from episode p join entity e on e.id = p.id where e.archived_at is null and p.id in ";
constexpr std::string_view kProjects =
    "select p.id, p.id, p.kind, p.status, e.code, p.name, '', e.code, p.kind || ' ' || p.status "
    "from project p join entity e on e.id = p.id where e.archived_at is null and p.id in ";
constexpr std::string_view kProducts =
    "select p.id, p.project_id, p.kind, null, e.code, coalesce(a.name, o.label) || ' ' || e.label, '', "
    "e.code, "
    "o.code || ' ' || p.kind "
    "from product p join entity e on e.id = p.id join entity o on o.id = p.owner_id "
    "left join asset a on a.id = o.id "
    "where e.archived_at is null and o.archived_at is null and p.id in ";
constexpr std::string_view kVersions =
    "select v.id, v.project_id, p.kind, v.status, '', "
    "coalesce(a.name, o.label) || ' ' || pe.label || ' v' || cast(v.number as text), v.comment, '', "
    "v.comment || ' ' || o.code || ' ' || pe.code || ' ' || v.status "
    "from version v join entity e on e.id = v.id join product p on p.id = v.product_id "
    "join entity pe on pe.id = p.id join entity o on o.id = p.owner_id left join asset a on a.id = o.id "
    "where v.state = 'published' and e.archived_at is null and pe.archived_at is null and o.archived_at is "
    "null "
    "and v.id in ";

std::string_view select_of(std::string_view kind) {
    if (kind == "asset") return kAssets;
    if (kind == "shot") return kShots;
    if (kind == "sequence") return kSequences;
    if (kind == "episode") return kEpisodes;
    if (kind == "project") return kProjects;
    if (kind == "product") return kProducts;
    return kVersions;
}

Document read_document(const database::Row& row, const std::string& kind) {
    Document document;
    document.entity_id = row.id(0);
    document.project_id = row.id(1);
    document.kind = kind;
    document.type = row.get<std::optional<std::string>>(2);
    document.status = row.get<std::optional<std::string>>(3);
    document.code = row.text(4);
    document.name = row.text(5);
    document.content = row.text(6);
    document.code_text = row.text(7);
    document.content_text = row.text(8);
    return document;
}

} // namespace

const std::string& chunk_parameters() {
    static const std::string list = [] {
        std::string text = "(";
        for (std::size_t i = 1; i <= kChunk; ++i) text += (i > 1 ? ", $" : "$") + std::to_string(i);
        return text + ")";
    }();
    return list;
}

Result<std::vector<Document>> read_documents(database::Tx& tx, const Touched& touched) {
    std::vector<Document> documents;
    for (const auto& [kind, ids] : touched) {
        const std::string sql = std::string(select_of(kind)) + chunk_parameters();
        BIFROST_CHECK(for_each_chunk(ids, [&](const database::Params& params) -> Result<> {
            BIFROST_ASSIGN(const auto rows, tx.query_text(sql, params));
            for (const auto row : rows) documents.push_back(read_document(row, kind));
            return {};
        }));
    }
    return documents;
}

std::string weighted_words(const Document& document) {
    std::map<std::string, std::string> positions;
    const auto add = [&](std::string_view text, std::string_view weight) {
        std::set<std::string> seen;
        for (auto& word : query::find_words(text)) {
            if (!seen.insert(word.folded).second) continue;
            std::string& at = positions[word.folded];
            at += (at.empty() ? ":" : ",") + std::string(weight);
        }
    };
    // One position a weight: phrases are not searched.
    add(document.code_text, "1A");
    add(document.name, "2B");
    add(document.content_text, "3C");
    std::string out;
    for (const auto& [word, at] : positions) out += (out.empty() ? "'" : " '") + word + "'" + at;
    return out;
}

} // namespace bifrost::search
