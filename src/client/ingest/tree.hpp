#pragma once
// The files below a folder, with what tells whether they changed.

#include <filesystem>
#include <string>
#include <vector>

#include "client/ingest/path_pattern.hpp"
#include "client/transfer/local_file.hpp"

namespace bifrost::client {

struct TreeFile {
    std::string path; ///< relative, with '/'
    FileStamp stamp;
};

struct Tree {
    std::filesystem::path root;              ///< absolute, without links
    std::vector<TreeFile> files;             ///< by path
    std::vector<std::string> skipped_links;  ///< that lead out of the root, to a folder, or nowhere
    std::vector<std::string> skipped_others; ///< sockets, pipes, devices
    std::size_t ignored = 0;
};

/// Walks the whole tree once (one stat a file). Links to files within the root count as files; links to
/// folders are not followed. not_found/forbidden when a folder can't be read; invalid names every path that
/// the site can't store (control characters, backslashes, no UTF-8).
Result<Tree> scan_tree(const std::filesystem::path& root, const std::vector<PathPattern>& ignore);

} // namespace bifrost::client
