#pragma once
// Path → entity, version and role, many at once: the inverse of resolve.

#include <boost/json/value.hpp>

#include "services/folder/entity_index.hpp"
#include "services/folder/layout.hpp"

namespace bifrost::folder {

/// What a path is.
struct Located {
    std::string path; ///< as it came
    std::string entity_kind;
    std::optional<Id> entity_id;
    std::string data_type;
    std::optional<Id> product_id;
    std::optional<Id> version_id;
    std::optional<Id> file_id; ///< of a file of the version
    std::string representation;
    std::string role; ///< of the file
    std::string task; ///< where the template has one
    std::int64_t workfile = 0;
    std::string rest;          ///< what lies below the template's folder
    std::string expected_path; ///< where it ought to lie, when that is the error
    std::string error;         ///< empty: it was found
    Values values;             ///< as the database has them
    const Template* found = nullptr;
    std::string root, platform;
};

/// Paths below roots of the layout, in their order. What the actor may not see is as if it weren't there.
Result<std::vector<Located>> locate(database::Tx& tx, const access::Actor& actor, const Id& project_id,
                                    const Layout& layout, const std::vector<std::string>& paths,
                                    std::string_view platform);

struct ParseRequest {
    std::string mapping;
    std::string platform; ///< empty: any
    std::vector<std::string> paths;
};
/// Reads {paths, mapping?, platform?}.
Result<ParseRequest> read_parse_request(const boost::json::value& body);
/// Needs project:read. The members `found` and `values` are gone.
Result<std::vector<Located>> parse_paths(database::Tx& tx, const access::Actor& actor,
                                         std::string_view project, const ParseRequest& request,
                                         const std::string& projects_root);

struct TranslateRequest {
    std::string from_mapping, from_platform, to_mapping, to_platform;
    std::vector<std::string> paths;
};
struct Translated {
    std::string path;
    std::string translated; ///< empty: `error` says why
    std::string error;
};
/// Reads {paths, from?: {mapping?, platform?}, to: {mapping?, platform?}}.
Result<TranslateRequest> read_translate_request(const boost::json::value& body);
/// Where the same thing lies at the other site or on the other platform. Needs project:read.
Result<std::vector<Translated>> translate_paths(database::Tx& tx, const access::Actor& actor,
                                                std::string_view project, const TranslateRequest& request,
                                                const std::string& projects_root);

} // namespace bifrost::folder
