#pragma once
// A whole site into an empty place: every row and every stored byte, compared afterwards with where it came
// from.

#include <functional>
#include <memory>
#include <string>

#include "site/moved_row.hpp"
#include "storage/object_store.hpp"

namespace bifrost::site {

/// Where a site is copied from: a backup, or another site that nobody serves meanwhile.
class Source {
  public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;

    /// Which site in which state; the same only when every row is the same.
    [[nodiscard]] virtual const std::string& identity() const = 0;
    [[nodiscard]] virtual std::int64_t epoch() const = 0;
    [[nodiscard]] virtual const std::string& backend() const = 0;
    /// As list_tables.
    [[nodiscard]] virtual const std::vector<Table>& tables() const = 0;
    /// Every row in the order of the key; an error of `visit` ends it and is returned.
    virtual Result<> each_row(const Table& table, const std::function<Result<>(Row)>& visit) = 0;
    /// `sha256` is empty for a preview.
    virtual Result<std::unique_ptr<storage::ObjectReader>> open_object(const std::string& sha256,
                                                                       const std::string& key) = 0;
};

/// Where it is copied to. Its schema is the source's, and it has no site yet, or this one unfinished.
struct Target {
    database::Database& database;
    storage::ObjectStore& store;
};

/// Told as the copying goes on; both may be empty.
struct Watch {
    std::function<void(std::int64_t bytes)> expect;
    std::function<void(std::int64_t bytes)> advance;
};

struct Copied {
    std::int64_t tables = 0;
    std::int64_t rows = 0;
    std::int64_t objects = 0;
    std::int64_t bytes = 0;
    bool resumed = false;
    std::int64_t epoch = 0;
};
BOOST_DESCRIBE_STRUCT(Copied, (), (tables, rows, objects, bytes, resumed, epoch))

/// Copies, or goes on where an earlier call was broken off, whatever broke it off. Afterwards every row was
/// read back and compared, and every object was read back and hashed. conflict: the target has a site, or an
/// unfinished one of another source; invalid: the source's bytes are damaged, or the copy differs; the
/// sentence names the place.
Result<Copied> copy_site(Source& source, const Target& target, const Watch& watch);

/// conflict unless there is no site in the database, or only an unfinished copy of this source.
Result<> check_empty(database::Database& database, const std::string& identity);

} // namespace bifrost::site
