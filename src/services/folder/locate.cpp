#include "services/folder/locate.hpp"

#include <map>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/folder/folder.sql.hpp"
#include "services/project/project.hpp"

namespace bifrost::folder {
namespace {

using Key = std::pair<Id, std::string>;
struct KeyHash {
    std::size_t operator()(const Key& key) const {
        return std::hash<Id>{}(key.first) * 31 + std::hash<std::string>{}(key.second);
    }
};

/// One way to read one path, walked down from the project.
struct Candidate {
    std::size_t path = 0; ///< which of the request's
    std::string written;  ///< the part of it that was read: without what lies below the template's folder
    Reading reading;
    std::vector<Token> chain; ///< of entities below the project, top first
    std::size_t walked = 0;   ///< of the chain
    bool lost = false;
    const IndexedEntity* at = nullptr;      ///< where the walk stands
    const IndexedEntity* owner = nullptr;   ///< asset, shot …
    const IndexedEntity* product = nullptr; ///< when the reading has one
    const IndexedEntity* version = nullptr;
};

struct FoundFile {
    Id id;
    std::string path, role, representation;
};

std::string_view kind_of(Token token) { return token_name(token); }

class Walk {
  public:
    Walk(database::Tx& tx, const access::Actor& actor, EntityIndex& index, std::size_t paths)
        : tx_(tx), actor_(actor), index_(index) {
        candidates_.reserve(paths);
    }

    /// `below`: the path below its root.
    void add(std::size_t path, Reading reading, std::string_view below, const IndexedEntity& project) {
        if (reading.values.code(Token::project) != project.code) return;
        Candidate one;
        one.path = path;
        one.written = below;
        if (!reading.rest.empty()) one.written.resize(below.size() - reading.rest.size() - 1);
        one.chain = chain_of(reading);
        one.reading = std::move(reading);
        one.at = one.owner = &project;
        candidates_.push_back(std::move(one));
    }

    Result<> run() {
        while (true) {
            BIFROST_ASSIGN(const bool moved, step());
            if (!moved) break;
        }
        BIFROST_CHECK(find_versions());
        return find_files();
    }

    /// Takes the best reading of each path into its answer.
    void answer(std::vector<Located>& out) const {
        std::vector<bool> done(out.size());
        for (const auto& one : candidates_) {
            if (done[one.path]) continue;
            Located& located = out[one.path];
            done[one.path] = fill(one, located);
        }
    }

  private:
    /// One level down for all that have one.
    Result<bool> step() {
        std::string wanted = "[";
        std::unordered_map<Key, const IndexedEntity*, KeyHash> known;
        for (auto& one : candidates_) {
            if (one.lost || one.walked == one.chain.size()) continue;
            const std::string& code = one.reading.values.code(one.chain[one.walked]);
            if (!known.emplace(Key{one.at->id, code}, nullptr).second) continue;
            wanted += (wanted.size() > 1 ? ",[\"" : "[\"") + one.at->id.text() + "\",\"" + code + "\"]";
        }
        if (known.empty()) return false;
        BIFROST_ASSIGN(const auto rows, tx_.query(sql::list_children_by_code, wanted + "]"));
        for (const auto row : rows) {
            auto entity = read_indexed(row);
            const Id id = entity.id;
            const Key key{*entity.parent_id, entity.code};
            index_.add(std::move(entity));
            known[key] = index_.find(id);
        }
        for (auto& one : candidates_) {
            if (one.lost || one.walked == one.chain.size()) continue;
            const Token token = one.chain[one.walked];
            const auto* next = known[Key{one.at->id, one.reading.values.code(token)}];
            if (next == nullptr || next->kind != kind_of(token)) {
                one.lost = true;
                continue;
            }
            one.at = next;
            ++one.walked;
            (token == Token::product ? one.product : one.owner) = next;
        }
        return true;
    }

    Result<> find_versions() {
        std::string wanted = "[";
        std::unordered_map<Key, const IndexedEntity*, KeyHash> known;
        for (auto& one : candidates_) {
            if (one.lost || one.product == nullptr || !one.reading.values.has(Token::version)) continue;
            const std::string& number = one.reading.values.code(Token::version);
            if (!known.emplace(Key{one.product->id, number}, nullptr).second) continue;
            wanted += (wanted.size() > 1 ? ",[\"" : "[\"") + one.product->id.text() + "\"," + number + "]";
        }
        if (known.empty()) return {};
        BIFROST_ASSIGN(const auto rows, tx_.query(sql::list_versions_by_number, wanted + "]"));
        for (const auto row : rows) {
            auto entity = read_indexed(row);
            if (!sees(actor_, entity)) continue;
            const Id id = entity.id;
            const Key key{*entity.parent_id, std::to_string(entity.number)};
            index_.add(std::move(entity));
            known[key] = index_.find(id);
        }
        for (auto& one : candidates_)
            if (!one.lost && one.product != nullptr && one.reading.values.has(Token::version))
                one.version = known[Key{one.product->id, one.reading.values.code(Token::version)}];
        return {};
    }

    Result<> find_files() {
        std::string wanted = "[";
        for (const auto& one : candidates_) {
            if (one.lost || one.version == nullptr || one.reading.rest.empty() ||
                !one.reading.found->holds_versions())
                continue;
            if (!files_.emplace(Key{one.version->id, fold_case(one.reading.rest)}, FoundFile{}).second)
                continue;
            wanted += (wanted.size() > 1 ? ",[\"" : "[\"") + one.version->id.text() + "\",";
            json::append_string(wanted, fold_case(one.reading.rest));
            wanted += "]";
        }
        if (files_.empty()) return {};
        BIFROST_ASSIGN(const auto rows, tx_.query(sql::list_files_by_path, wanted + "]"));
        for (const auto row : rows)
            files_[Key{row.id(0), fold_case(row.text(1))}] = {
                row.id(2), std::string(row.text(1)), std::string(row.text(3)), std::string(row.text(4))};
        return {};
    }

    /// True when this reading is the one.
    bool fill(const Candidate& one, Located& out) const {
        const Reading& reading = one.reading;
        if (one.lost) return false;
        if (reading.values.has(Token::version) && one.version == nullptr) {
            out.error = "There is no version " + reading.values.code(Token::version) + " of " +
                        one.product->code + " there.";
            return false;
        }
        Values values = index_.values(one.version != nullptr ? *one.version : *one.at);
        for (const Token token : {Token::task, Token::workfile, Token::extension, Token::representation})
            if (reading.values.has(token)) values.set(token, reading.values.code(token));
        const auto expected = reading.found->pattern.format(values);
        Located found;
        found.path = out.path;
        found.root = out.root;
        found.platform = out.platform;
        found.found = reading.found;
        found.rest = reading.rest;
        found.entity_kind = one.owner->kind;
        found.entity_id = one.owner->id;
        found.data_type = reading.found->data_type;
        if (one.product != nullptr) found.product_id = one.product->id;
        if (one.version != nullptr) found.version_id = one.version->id;
        if (reading.values.has(Token::representation))
            found.representation = reading.values.code(Token::representation);
        found.task = reading.values.code(Token::task);
        if (reading.values.has(Token::workfile)) found.workfile = reading.values.number(Token::workfile);
        const std::string& written = one.written;
        if (!expected) {
            found.error = expected.error().detail;
        } else if (*expected != written) {
            found.error = fold_case(*expected) == fold_case(written)
                              ? "It differs from its right path in upper and lower case only."
                              : "It lies in the wrong place.";
            found.expected_path = *expected + (reading.rest.empty() ? "" : "/" + reading.rest);
        }
        found.values = std::move(values);
        if (!add_file(one, found)) return false;
        out = std::move(found);
        return out.error.empty();
    }

    /// False when the path leads to a place among a version's files where there is none.
    bool add_file(const Candidate& one, Located& found) const {
        if (one.reading.rest.empty() || !one.reading.found->holds_versions() || one.version == nullptr) {
            // Between the levels of a template nothing else may lie.
            if (one.reading.rest.empty() || !one.reading.found->holds_versions()) return true;
            return false;
        }
        const auto file = files_.find(Key{one.version->id, fold_case(one.reading.rest)});
        if (file == files_.end() || file->second.path.empty()) {
            found.error = "The version has no file '" + one.reading.rest + "'.";
            return true;
        }
        found.file_id = file->second.id;
        found.role = file->second.role;
        found.representation = file->second.representation;
        if (file->second.path != one.reading.rest && found.error.empty()) {
            found.error = "It differs from its right path in upper and lower case only.";
            found.expected_path = one.written + "/" + file->second.path;
        }
        return true;
    }

    database::Tx& tx_;
    const access::Actor& actor_;
    EntityIndex& index_;
    std::vector<Candidate> candidates_;
    std::unordered_map<Key, FoundFile, KeyHash> files_;
};

void read_paths(json::Reader& reader, std::vector<std::string>& paths) {
    if (auto texts = reader.optional_texts("paths", 10'000, {1, 4096}))
        paths = std::move(*texts);
    else if (!reader.failed())
        reader.add_error("paths", "is required");
}

} // namespace

Result<std::vector<Located>> locate(database::Tx& tx, const access::Actor& actor, const Id& project_id,
                                    const Layout& layout, const std::vector<std::string>& paths,
                                    std::string_view platform) {
    std::vector<Located> out(paths.size());
    EntityIndex index;
    BIFROST_CHECK(index.load(tx, {project_id}));
    const IndexedEntity* project = index.find(project_id);
    if (project == nullptr) return Error{Errc::not_found, "There is no such project."};
    Walk walk(tx, actor, index, paths.size());
    for (std::size_t i = 0; i < paths.size(); ++i) {
        out[i].path = paths[i];
        auto below = layout.roots.split(paths[i], platform);
        if (!below) {
            out[i].error = "It lies outside of every root.";
            continue;
        }
        if (const auto fault = relative_path_fault(below->path)) {
            out[i].error = "The path " + *fault + ".";
            continue;
        }
        out[i].root = below->root;
        out[i].platform = below->platform;
        out[i].error = "No entity of this project has such a path.";
        for (auto& reading : layout.templates.read(below->path, below->root))
            walk.add(i, std::move(reading), below->path, *project);
    }
    BIFROST_CHECK(walk.run());
    walk.answer(out);
    return out;
}

Result<ParseRequest> read_parse_request(const boost::json::value& body) {
    json::Reader reader(body);
    ParseRequest request;
    request.mapping = reader.optional_text("mapping", {1, 64}).value_or("");
    request.platform = reader.optional_choice("platform", platforms()).value_or("");
    read_paths(reader, request.paths);
    BIFROST_CHECK(reader.finish());
    return request;
}

Result<std::vector<Located>> parse_paths(database::Tx& tx, const access::Actor& actor,
                                         std::string_view project, const ParseRequest& request,
                                         const std::string& projects_root) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    BIFROST_ASSIGN(const Layout layout, load_layout(tx, found.id, request.mapping, projects_root));
    BIFROST_ASSIGN(auto located, locate(tx, actor, found.id, layout, request.paths, request.platform));
    for (auto& one : located) {
        if (!one.expected_path.empty())
            if (const auto* place = layout.roots.find(one.root, one.platform))
                one.expected_path = Roots::join(*place, one.platform, one.expected_path);
        one.found = nullptr; // it ends with the layout
    }
    return located;
}

Result<TranslateRequest> read_translate_request(const boost::json::value& body) {
    json::Reader reader(body);
    TranslateRequest request;
    const auto side = [&](std::string_view key, std::string& mapping, std::string& platform) {
        const auto* value = reader.member(key);
        if (value == nullptr || value->is_null()) return;
        json::Reader nested(*value, "/" + std::string(key));
        mapping = nested.optional_text("mapping", {1, 64}).value_or("");
        platform = nested.optional_choice("platform", platforms()).value_or("");
        reader.merge(nested);
    };
    side("from", request.from_mapping, request.from_platform);
    side("to", request.to_mapping, request.to_platform);
    if (!reader.has("to") || reader.is_null("to"))
        reader.add_error("to", "is required: a mapping, a platform, or both");
    read_paths(reader, request.paths);
    BIFROST_CHECK(reader.finish());
    return request;
}

Result<std::vector<Translated>> translate_paths(database::Tx& tx, const access::Actor& actor,
                                                std::string_view project, const TranslateRequest& request,
                                                const std::string& projects_root) {
    BIFROST_ASSIGN(const auto found, project::get_project(tx, actor, project));
    BIFROST_ASSIGN(const Layout from, load_layout(tx, found.id, request.from_mapping, projects_root));
    BIFROST_ASSIGN(const Layout to, load_layout(tx, found.id, request.to_mapping, projects_root));
    BIFROST_ASSIGN(const auto located,
                   locate(tx, actor, found.id, from, request.paths, request.from_platform));
    std::vector<Translated> out;
    out.reserve(located.size());
    for (const auto& one : located) {
        Translated answer{one.path, "", ""};
        const std::string platform = request.to_platform.empty() ? one.platform : request.to_platform;
        const auto below = from.roots.split(one.path, request.from_platform);
        std::string root = below ? below->root : "";
        std::string path = below ? below->path : "";
        const Template* target = nullptr;
        if (one.found != nullptr) target = to.templates.find(one.data_type, one.found->kind);
        // What isn't known to the database still changes its root; what is goes where the other templates put
        // it.
        if (target != nullptr && one.error.empty() &&
            (target->pattern.text() != one.found->pattern.text() || target->root != one.root)) {
            auto formatted = target->pattern.format(one.values);
            if (formatted)
                path = *formatted + (one.rest.empty() ? "" : "/" + one.rest);
            else
                answer.error = formatted.error().detail;
            root = target->root;
        }
        const std::string* place = below ? to.roots.find(root, platform) : nullptr;
        if (!below || relative_path_fault(path))
            answer.error = one.error.empty() ? "It lies outside of every root." : one.error;
        else if (place == nullptr)
            answer.error = "The root '" + root + "' has no place on " + platform + " there.";
        else if (answer.error.empty())
            answer.translated = Roots::join(*place, platform, path);
        out.push_back(std::move(answer));
    }
    return out;
}

} // namespace bifrost::folder
