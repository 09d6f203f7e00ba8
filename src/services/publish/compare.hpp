#pragma once
// What is different between two versions.

#include "services/publish/dependency.hpp"
#include "services/publish/file.hpp"

namespace bifrost::publish {

struct ChangedFile {
    std::string path;
    File from;
    File to;
};
BOOST_DESCRIBE_STRUCT(ChangedFile, (), (path, from, to))

struct FileComparison {
    std::vector<File> added;
    std::vector<File> removed;
    std::vector<ChangedFile> changed; ///< the same path with other bytes
    std::int64_t unchanged = 0;
};
BOOST_DESCRIBE_STRUCT(FileComparison, (), (added, removed, changed, unchanged))

struct DependencyComparison {
    std::vector<Dependency> added;
    std::vector<Dependency> removed;
    std::int64_t unchanged = 0;
};
BOOST_DESCRIBE_STRUCT(DependencyComparison, (), (added, removed, unchanged))

struct Comparison {
    Id from;
    Id to;
    FileComparison files;
    DependencyComparison dependencies;
    std::int64_t size_change = 0; ///< bytes of `to` less those of `from`
};
BOOST_DESCRIBE_STRUCT(Comparison, (), (from, to, files, dependencies, size_change))

/// From the one to the other, each by path. not_found when either may not be seen.
Result<Comparison> compare_versions(database::Tx& tx, const access::Actor& actor, const Id& from,
                                    const Id& to);

} // namespace bifrost::publish
