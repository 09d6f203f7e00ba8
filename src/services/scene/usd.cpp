#include "services/scene/usd.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json/parse.hpp>

#include "core/frame_range.hpp"
#include "services/publish/address.hpp"
#include "services/scene/usd.sql.hpp"

namespace bifrost::scene {
namespace {

using publish::ResolvedAsset;
using publish::ResolvedProduct;

bool is_usd(std::string_view path) {
    for (const std::string_view extension : {".usd", ".usda", ".usdc", ".usdz"})
        if (path.ends_with(extension)) return true;
    return false;
}

bool is_identifier(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The file of a product that a USD stage can read: the primary representation's before others'.
const publish::ResolvedFile* usd_file(const ResolvedProduct& product) {
    const publish::ResolvedFile* found = nullptr;
    for (const auto& representation : product.representations) {
        for (const auto& file : representation.files) {
            if (file.role != "main" || file.frame || !is_usd(file.path)) continue;
            if (found == nullptr || representation.primary) found = &file;
            break;
        }
    }
    return found;
}

/// Where the file lies among those that `bifrost get` writes: "bar/char_hero/model/v003/hero.usd".
std::string path_of(const std::string& folder, const ResolvedProduct& product,
                    const publish::ResolvedFile& file) {
    std::string number = std::to_string(product.number.value_or(0));
    if (number.size() < 3) number.insert(0, 3 - number.size(), '0');
    return "./" + folder + "/" + product.code + "/v" + number + "/" + file.path;
}

struct Node {
    const ResolvedAsset* asset = nullptr;
    std::vector<Node> children;
};

/// Occurrences come depth first, each with its path; `top` is how long the paths at the top are.
Node tree_of(const std::vector<ResolvedAsset>& list, std::size_t top) {
    Node root;
    for (const auto& one : list) {
        Node* at = &root;
        for (std::size_t depth = top; depth < one.path.size() && !at->children.empty(); ++depth)
            at = &at->children.back();
        at->children.push_back({&one, {}});
    }
    return root;
}

class Writer {
  public:
    explicit Writer(std::map<Id, std::string> folders) : folders_(std::move(folders)) {}

    void prim(const Node& node, std::size_t depth, std::vector<std::string>& taken) {
        const auto& asset = *node.asset;
        const std::string in(depth * 4, ' ');
        const std::string name = prim_name(asset.path.empty() ? asset.code : asset.path.back(), taken);
        out_ += in + "def Xform " + quoted(name) + " (\n";
        metadata(asset, in + "    ");
        out_ += in + ")\n" + in + "{\n";
        transform(asset.transform, in + "    ");
        for (const auto& variant : variants_) out_ += variant;
        std::vector<std::string> below;
        for (const auto& child : node.children) {
            out_ += "\n";
            prim(child, depth + 1, below);
        }
        out_ += in + "}\n";
    }

    std::string take() { return std::move(out_); }
    void line(const std::string& text) { out_ += text + "\n"; }

    [[nodiscard]] const std::string& folder(const Id& owner) const { return folders_.at(owner); }

  private:
    void metadata(const ResolvedAsset& asset, const std::string& in) {
        variants_.clear();
        out_ += in + "kind = " + quoted(asset.products.empty() ? "group" : "component") + "\n";
        std::string references;
        std::string sets;
        std::string chosen;
        const std::string& folder = folders_.at(asset.asset_id);
        for (const auto& product : asset.products) {
            const auto* file = usd_file(product);
            if (file == nullptr) continue;
            const std::string path = asset_path(path_of(folder, product, *file));
            if (!Id::parse(product.pin)) {
                references += (references.empty() ? "" : ", ") + path;
                continue;
            }
            // A pinned version is a variant, so that another can be looked at without changing the pin.
            std::vector<std::string> none;
            const std::string set = prim_name(product.code, none) + "_version";
            const std::string variant = "v" + std::to_string(product.number.value_or(0));
            sets += (sets.empty() ? "" : ", ") + quoted(set);
            chosen += in + "    string " + set + " = " + quoted(variant) + "\n";
            variants_.push_back(in + "variantSet " + quoted(set) + " = {\n" + in + "    " + quoted(variant) +
                                " (\n" + in + "        prepend references = " + path + "\n" + in +
                                "    ) {\n" + in + "    }\n" + in + "}\n");
        }
        if (!references.empty()) out_ += in + "prepend references = [" + references + "]\n";
        if (sets.empty()) return;
        out_ += in + "variants = {\n" + chosen + in + "}\n";
        out_ += in + "prepend variantSets = [" + sets + "]\n";
    }

    /// Row by row, as USD has it: the translation is the last row.
    void transform(const json::Raw& text, const std::string& in) {
        const auto numbers = boost::json::parse(text.text).as_array();
        std::string rows;
        bool is_identity = true;
        for (std::size_t row = 0; row < 4; ++row) {
            rows += row == 0 ? "(" : ", (";
            for (std::size_t column = 0; column < 4; ++column) {
                const double value = numbers.at(row * 4 + column).to_number<double>();
                is_identity = is_identity && value == (row == column ? 1.0 : 0.0);
                if (column > 0) rows += ", ";
                json::detail::append_number(rows, value);
            }
            rows += ")";
        }
        if (is_identity) return;
        out_ += in + "matrix4d xformOp:transform = ( " + rows + " )\n";
        out_ += in + "uniform token[] xformOpOrder = [\"xformOp:transform\"]\n";
    }

    std::map<Id, std::string> folders_;
    std::vector<std::string> variants_;
    std::string out_;
};

/// "bar/char_hero" of each owner.
Result<std::map<Id, std::string>> folders_of(database::Tx& tx, const std::vector<ResolvedAsset>& assets,
                                             std::optional<Id> shot) {
    std::vector<Id> ids;
    for (const auto& one : assets) ids.push_back(one.asset_id);
    if (shot) ids.push_back(*shot);
    BIFROST_ASSIGN(const auto addresses, publish::addresses_of(tx, ids));
    std::map<Id, std::string> folders;
    for (const auto& id : ids) {
        const auto address = addresses.find(id);
        std::string folder = address == addresses.end() ? id.text() : address->second;
        std::replace(folder.begin(), folder.end(), ':', '/');
        folders.emplace(id, std::move(folder));
    }
    return folders;
}

void head(Writer& writer, const std::string& name, const std::string& more) {
    writer.line("#usda 1.0\n(\n    defaultPrim = " + quoted(name) +
                "\n    metersPerUnit = 1\n    upAxis = \"Y\"\n" + more + ")\n");
}

void root(Writer& writer, const std::string& name, const Node& tree) {
    writer.line("def Xform " + quoted(name) + " (\n    kind = \"assembly\"\n)\n{");
    std::vector<std::string> taken;
    for (const auto& child : tree.children) writer.prim(child, 1, taken);
    writer.line("}");
}

} // namespace

std::string prim_name(std::string_view name, std::vector<std::string>& taken) {
    std::string stem;
    for (const char c : name) stem += is_identifier(c) ? c : '_';
    if (stem.empty() || (stem.front() >= '0' && stem.front() <= '9')) stem.insert(stem.begin(), '_');
    std::string unique = stem;
    for (std::size_t n = 2; std::find(taken.begin(), taken.end(), unique) != taken.end(); ++n)
        unique = stem + "_" + std::to_string(n);
    taken.push_back(unique);
    return unique;
}

std::string asset_path(std::string_view path) {
    if (path.find('@') == std::string_view::npos) return "@" + std::string(path) + "@";
    std::string text;
    for (std::size_t at = 0; at < path.size(); ++at) {
        if (path.substr(at, 3) == "@@@") {
            text += "\\@@@";
            at += 2;
        } else {
            text += path[at];
        }
    }
    return "@@@" + text + "@@@";
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out + "\"";
}

Result<std::string> write_asset(database::Tx& tx, const access::Actor& actor, const Id& asset_id,
                                std::string_view policy) {
    BIFROST_ASSIGN(const auto resolved, publish::resolve_asset(tx, actor, asset_id, policy));
    BIFROST_ASSIGN(auto folders, folders_of(tx, resolved.data, std::nullopt));
    Writer writer(std::move(folders));
    std::vector<std::string> none;
    const std::string name = prim_name(resolved.data.front().code, none);
    head(writer, name, "");
    Node tree = tree_of(resolved.data, 0);
    std::vector<std::string> taken;
    writer.prim(tree.children.front(), 0, taken);
    return writer.take();
}

Result<std::string> write_shot(database::Tx& tx, const access::Actor& actor, const Id& shot_id,
                               const publish::ResolveRule& rule) {
    BIFROST_ASSIGN(const auto resolved, publish::resolve_shot(tx, actor, shot_id, rule));
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_shot_frames, shot_id));
    BIFROST_ASSIGN(auto folders, folders_of(tx, resolved.data, shot_id));
    const auto rate = FrameRate::parse(rows[0].text(3)).value_or(FrameRate{});
    std::string more;
    std::string decimal;
    json::detail::append_number(decimal,
                                static_cast<double>(rate.numerator) / static_cast<double>(rate.denominator));
    if (!rows[0].is_null(1) && !rows[0].is_null(2))
        more += "    startTimeCode = " + std::to_string(rows[0].integer(1)) +
                "\n    endTimeCode = " + std::to_string(rows[0].integer(2)) + "\n";
    more += "    framesPerSecond = " + decimal + "\n    timeCodesPerSecond = " + decimal + "\n";
    std::string layers;
    for (const auto& product : resolved.products)
        if (const auto* file = usd_file(product))
            layers += (layers.empty() ? "        " : ",\n        ") +
                      asset_path(path_of(folders.at(shot_id), product, *file));
    if (!layers.empty()) more += "    subLayers = [\n" + layers + "\n    ]\n";
    Writer writer(std::move(folders));
    std::vector<std::string> none;
    const std::string name = prim_name(rows[0].text(0), none);
    head(writer, name, more);
    root(writer, name, tree_of(resolved.data, 1));
    return writer.take();
}

} // namespace bifrost::scene
