#include "client/ingest/ingest_plan.hpp"

#include <algorithm>

#include "core/hash.hpp"
#include "core/text.hpp"

namespace bifrost::client {
namespace {

constexpr std::size_t kMostNamed = 10;
// Textures are named at the beginning of a mesh: 65,536 bytes hold more than a hundred materials.
constexpr std::size_t kMeshHeader = 65'536;

std::string ending_of(std::string_view path) {
    const auto name = path.substr(path.rfind('/') + 1);
    const auto dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? "" : fold_case(name.substr(dot + 1));
}

/// Makes versions out of files one after another.
class Planner {
  public:
    Planner(const Tree& tree, const Rules& rules) : tree_(tree), rules_(rules) {}

    Result<Plan> run() {
        plan_.version_of_file.resize(tree_.files.size());
        for (std::size_t i = 0; i < tree_.files.size(); ++i) {
            bool matched = false;
            for (const auto& rule : rules_.assets) {
                const auto captures = rule.match.match(tree_.files[i].path);
                if (!captures) continue;
                matched = true;
                BIFROST_CHECK(add(i, rule, *captures));
                break;
            }
            if (!matched) unmatched_.push_back(i);
        }
        if (unmatched_.empty()) return std::move(plan_);
        Error error{Errc::invalid,
                    std::to_string(unmatched_.size()) + (unmatched_.size() == 1 ? " file is" : " files are") +
                        " matched by no rule. Add a rule for them, or a pattern to \"ignore\":"};
        for (std::size_t i = 0; i < std::min(unmatched_.size(), kMostNamed); ++i)
            error.detail += " " + tree_.files[unmatched_[i]].path;
        if (unmatched_.size() > kMostNamed) error.detail += " …";
        return error;
    }

  private:
    Result<> add(std::size_t file, const AssetRule& rule, const Captures& captures) {
        const std::string& path = tree_.files[file].path;
        BIFROST_ASSIGN(const std::string asset, code_of(path, rule.code.fill(captures), "asset"));
        BIFROST_ASSIGN(const std::string product, code_of(path, rule.product.fill(captures), "product"));
        const auto [found, fresh] = by_key_.try_emplace(asset + "/" + product, plan_.versions.size());
        const std::string folder{rule.match.base_of(path)};
        if (fresh) begin(rule, captures, asset, product, folder);
        PlannedVersion& version = plan_.versions[found->second];
        if (version.asset_type != rule.type)
            return Error{Errc::invalid, "The asset " + asset + " would be of two types, " +
                                            version.asset_type + " and " + rule.type + " (for " + path +
                                            "). Change one of the rules."};
        if (version.folder != folder) version.folder.clear();

        PlannedFile planned;
        planned.file = file;
        planned.path = rule.keep_whole_path || folder.empty() ? path : path.substr(folder.size() + 1);
        for (const auto& label : rule.files) {
            if (!label.match.match(planned.path)) continue;
            planned.role = label.role;
            planned.representation = label.representation;
            if (!label.representation.empty()) add_representation(version, label, planned.path);
            break;
        }
        const auto [other, free] = paths_.try_emplace(version.key() + "\n" + planned.path, file);
        if (!free)
            return Error{Errc::invalid,
                         tree_.files[other->second].path + " and " + path + " would both be " + planned.path +
                             " in " + version.key() +
                             ". Set \"path: whole\" in the rule, or give them different assets."};
        version.files.push_back(std::move(planned));
        plan_.version_of_file[file] = found->second;
        return {};
    }

    void begin(const AssetRule& rule, const Captures& captures, const std::string& asset,
               const std::string& product, const std::string& folder) {
        PlannedVersion version;
        version.asset = asset;
        version.asset_type = rule.type;
        version.asset_name = rule.name.fill(captures);
        if (version.asset_name.empty()) version.asset_name = asset;
        version.asset_description = rule.description;
        for (const auto& tag : rule.tags)
            if (auto text = tag.fill(captures); !text.empty()) version.asset_tags.push_back(std::move(text));
        version.product = product;
        version.product_kind = rule.product_kind;
        version.folder = folder;
        plan_.versions.push_back(std::move(version));
    }

    static void add_representation(PlannedVersion& version, const FileRule& label, const std::string& path) {
        for (const auto& known : version.representations)
            if (known.name == label.representation) return;
        const std::string format =
            !label.format.empty() ? label.format : fold_code(ending_of(path)).value_or("files");
        version.representations.push_back({label.representation, format, label.primary});
    }

    static Result<std::string> code_of(const std::string& path, const std::string& text,
                                       const std::string& what) {
        if (auto code = fold_code(text)) return std::move(*code);
        return Error{Errc::invalid,
                     "\"" + text + "\", the " + what + "'s code for " + path +
                         ", is none (a-z, 0-9, _ and -, at most 64). Add a rule that gives it another."};
    }

    const Tree& tree_;
    const Rules& rules_;
    Plan plan_;
    std::unordered_map<std::string, std::size_t> by_key_;
    std::unordered_map<std::string, std::size_t> paths_;
    std::vector<std::size_t> unmatched_;
};

/// "a/b/../c" → "a/c"; empty when it leaves the root.
std::string normal_path(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
        if (part.empty() || part == ".") continue;
        if (part != "..")
            parts.push_back(part);
        else if (parts.empty())
            return "";
        else
            parts.pop_back();
    }
    std::string out;
    for (const auto part : parts) (out += out.empty() ? "" : "/") += part;
    return out;
}

} // namespace

Result<Plan> plan_versions(const Tree& tree, const Rules& rules) { return Planner{tree, rules}.run(); }

namespace {

/// Finds files by what refers to them.
class Targets {
  public:
    explicit Targets(const Tree& tree) {
        by_path_.reserve(tree.files.size());
        for (std::size_t i = 0; i < tree.files.size(); ++i) by_path_.emplace(tree.files[i].path, i);
    }

    /// The first of the rule's places where a file lies.
    [[nodiscard]] std::optional<std::size_t> find(const ReferenceRule& rule, const std::string& from,
                                                  const std::string& value) const {
        const auto slash = from.rfind('/');
        const Captures captures{{"folder", slash == std::string::npos ? "." : from.substr(0, slash)},
                                {"value", value}};
        for (const auto& to : rule.to) {
            const auto target = by_path_.find(normal_path(to.fill(captures)));
            if (target != by_path_.end()) return target->second;
        }
        return std::nullopt;
    }

    /// Every file that the value names: itself, or each of its words.
    [[nodiscard]] std::vector<std::size_t> find_all(const ReferenceRule& rule, const std::string& from,
                                                    const std::string& value) const {
        if (const auto whole = find(rule, from, value)) return {*whole};
        std::vector<std::size_t> found;
        if (!rule.words) return found;
        for (std::size_t at = 0; at < value.size();) {
            const auto end = std::min(value.find(' ', at), value.size());
            if (const auto word = find(rule, from, value.substr(at, end - at))) found.push_back(*word);
            at = end + 1;
        }
        return found;
    }

  private:
    std::unordered_map<std::string_view, std::size_t> by_path_;
};

} // namespace

ReferenceCounts resolve_references(const Tree& tree, const Rules& rules,
                                   const std::vector<FoundReference>& references, Plan& plan) {
    const Targets targets{tree};
    ReferenceCounts counts;
    std::map<std::pair<std::size_t, std::size_t>, std::map<std::string, std::size_t>> kinds;
    for (const auto& reference : references) {
        const std::string& path = tree.files[reference.file].path;
        const auto& rule = rules.references[static_cast<std::size_t>(reference.rule)];
        const auto found = targets.find_all(rule, path, reference.value);
        if (found.empty()) counts.unresolved.push_back(path + ": " + reference.value);
        counts.found += found.size();
        const std::size_t from = plan.version_of_file[reference.file];
        for (const std::size_t target : found) {
            const std::size_t needed = plan.version_of_file[target];
            if (from == needed) continue;
            const auto kind = rules.kinds.find(ending_of(tree.files[target].path));
            ++kinds[{from, needed}][kind == rules.kinds.end() ? rules.default_kind : kind->second];
        }
    }
    for (const auto& [edge, names] : kinds) {
        const auto most = std::max_element(names.begin(), names.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        plan.versions[edge.first].needs[edge.second] = most->first;
    }
    return counts;
}

std::vector<std::size_t> order_by_needs(Plan& plan, std::vector<std::string>& dropped) {
    enum class Mark { fresh, open, done };
    std::vector<Mark> marks(plan.versions.size(), Mark::fresh);
    std::vector<std::size_t> order;
    struct Visit {
        std::size_t version;
        std::map<std::size_t, std::string>::iterator next;
    };
    for (std::size_t start = 0; start < plan.versions.size(); ++start) {
        if (marks[start] != Mark::fresh) continue;
        std::vector<Visit> path{{start, plan.versions[start].needs.begin()}};
        marks[start] = Mark::open;
        while (!path.empty()) {
            Visit& visit = path.back();
            auto& needs = plan.versions[visit.version].needs;
            if (visit.next == needs.end()) {
                marks[visit.version] = Mark::done;
                order.push_back(visit.version);
                path.pop_back();
                continue;
            }
            const std::size_t needed = visit.next->first;
            if (marks[needed] == Mark::open) {
                dropped.push_back(plan.versions[visit.version].key() + " → " + plan.versions[needed].key());
                visit.next = needs.erase(visit.next);
                continue;
            }
            ++visit.next;
            if (marks[needed] == Mark::fresh) {
                marks[needed] = Mark::open;
                path.push_back({needed, plan.versions[needed].needs.begin()});
            }
        }
    }
    return order;
}

std::string manifest_of(const Plan& plan, const PlannedVersion& version,
                        const std::vector<std::string>& hashes) {
    std::vector<std::string> lines;
    for (const auto& file : version.files)
        lines.push_back("file\t" + file.path + '\t' + file.role + '\t' + file.representation + '\t' +
                        hashes[file.file] + '\n');
    for (const auto& [needed, kind] : version.needs)
        lines.push_back("need\t" + plan.versions[needed].key() + '\t' + kind + '\n');
    std::sort(lines.begin(), lines.end());
    Sha256 hash;
    for (const auto& line : lines) hash.update(line.data(), line.size());
    return hash.finish_hex();
}

bool may_refer(const TreeFile& file, const Rules& rules) {
    return std::any_of(rules.references.begin(), rules.references.end(),
                       [&](const ReferenceRule& rule) { return rule.files.match(file.path).has_value(); });
}

Result<std::vector<std::pair<int, std::string>>> read_references(const Tree& tree, const TreeFile& file,
                                                                 const Rules& rules) {
    std::vector<std::pair<int, std::string>> references;
    std::vector<std::size_t> applying;
    bool whole = false;
    for (std::size_t i = 0; i < rules.references.size(); ++i) {
        if (!rules.references[i].files.match(file.path)) continue;
        applying.push_back(i);
        whole = whole || rules.references[i].reader != ReferenceRule::Reader::spm;
    }
    if (applying.empty()) return references;
    BIFROST_ASSIGN(const std::string text, read_text(tree.root / file.path, whole ? SIZE_MAX : kMeshHeader));
    for (const std::size_t i : applying) {
        const auto& rule = rules.references[i];
        std::vector<std::string> values;
        if (rule.reader == ReferenceRule::Reader::xml)
            values = xml_attribute_values(text, rule.attributes);
        else if (rule.reader == ReferenceRule::Reader::spm)
            values = spm_texture_names(text);
        else
            values = rule.expression->values(text);
        for (auto& value : values)
            if (!rule.values || rule.values->match(value))
                references.emplace_back(static_cast<int>(i), std::move(value));
    }
    return references;
}

} // namespace bifrost::client
