#pragma once
// The rules of an ingest, out of YAML: which file belongs to which asset, product and representation, and how
// references are found. The format is described in docs/guides/ingest.md.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/ingest/path_pattern.hpp"
#include "client/ingest/references.hpp"

namespace bifrost::client {

/// How files within a version are labelled.
struct FileRule {
    PathPattern match;          ///< on the path within the version
    std::string role;           ///< empty: main
    std::string representation; ///< empty: main
    std::string format;         ///< of the representation; empty: the ending of its first file
    bool primary = false;
};

struct AssetRule {
    PathPattern match; ///< on the path below the root
    std::string type;
    Template code;
    Template name;
    std::string description;
    std::vector<Template> tags;
    Template product;
    std::string product_kind;     ///< empty: the product's code
    bool keep_whole_path = false; ///< else paths within the version are relative to the match's folder
    std::vector<FileRule> files;
};

struct ReferenceRule {
    enum class Reader { xml, spm, text } reader = Reader::text;
    PathPattern files;
    std::vector<std::string> attributes;      ///< xml
    std::optional<TextExpression> expression; ///< text
    std::optional<PathPattern> values;        ///< only values like this count
    bool words = false;                       ///< a value that leads nowhere may be several, parted by spaces
    std::vector<Template> to;                 ///< {folder} of the file, {value}; tried in order
};

struct Rules {
    std::vector<PathPattern> ignore;
    std::vector<AssetRule> assets;
    std::vector<ReferenceRule> references;
    std::map<std::string, std::string, std::less<>> kinds; ///< kind of dependency by the target's ending
    std::string default_kind = "reference";
    std::string references_text; ///< identifies the reference rules: what was extracted by others is void
};

/// invalid names the line and what is wrong there.
Result<Rules> parse_rules(const std::string& yaml, const std::string& file_name);
/// Without a file: each folder of the root becomes an asset, and the loose files one named like the root.
Result<Rules> default_rules(const std::string& root_name);

} // namespace bifrost::client
