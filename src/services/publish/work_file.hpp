#pragma once
// Work files: what artists save while they work, numbered in series of their own.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"
#include "core/json_writer.hpp"

namespace bifrost::publish {

struct WorkFile {
    Id id;
    Id owner_id;
    std::string series; ///< a code: the task or the department ("anim")
    std::int64_t number = 1;
    std::optional<std::string> path;
    std::string application;
    Id author_id;
    std::string comment;
    std::optional<std::int64_t> size;
    std::optional<Timestamp> modified_at;
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(WorkFile, (),
                      (id, owner_id, series, number, path, application, author_id, comment, size, modified_at,
                       created_at))

/// The highest numbers first; of one series when `series` is not empty. `kind` is asset, shot, sequence or
/// episode; not_found as that.
Result<std::vector<WorkFile>> list_work_files(database::Tx& tx, const access::Actor& actor,
                                              std::string_view kind, const Id& owner_id,
                                              std::string_view series);
/// Reserves the next number: two callers at once never get the same, and a number is never given again.
/// `body`: {series, application?, comment?, path? or extension?, size?, modified_at?}; with an extension the
/// path is the one of the project's work template. Needs version:create; conflict while the owner is
/// archived. Adds "work_file.reserved".
Result<WorkFile> reserve_work_file(access::Call& call, std::string_view kind, const Id& owner_id,
                                   const boost::json::value& body);

} // namespace bifrost::publish
