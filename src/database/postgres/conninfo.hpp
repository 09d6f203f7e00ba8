#pragma once
// What a connection is opened with: the URL's own settings, and ours where it has none.

#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "database/database.hpp"

namespace bifrost::database::postgres {

class Conninfo {
  public:
    enum class Session {
        limited, ///< statements end at the deadline; writing must be asked for
        schema,  ///< for migrations: no limits
    };

    /// `invalid` when the URL can't be read.
    static Result<Conninfo> of(const PostgresOptions& options, Session session);

    Conninfo(Conninfo&&) = default; // not copied: the lists point into the settings
    Conninfo& operator=(Conninfo&&) = default;
    ~Conninfo() = default;

    /// For PQconnectdbParams; null at the end.
    [[nodiscard]] const char* const* keywords() const { return keywords_.data(); }
    [[nodiscard]] const char* const* values() const { return values_.data(); }

  private:
    Conninfo() = default;

    std::vector<std::pair<std::string, std::string>> settings_;
    std::vector<const char*> keywords_;
    std::vector<const char*> values_;
};

} // namespace bifrost::database::postgres
