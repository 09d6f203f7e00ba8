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
        replica, ///< limited, to a server that isn't the primary
        watch,   ///< limited, and tried again and again: who does so says why it fails
    };

    /// `invalid` when the URL can't be read.
    static Result<Conninfo> of(const PostgresOptions& options, Session session);

    Conninfo(Conninfo&&) = default; // not copied: the lists point into the settings
    Conninfo& operator=(Conninfo&&) = default;
    ~Conninfo() = default;

    /// More than one: one of them is the primary, and another may become it.
    [[nodiscard]] bool has_several_hosts() const { return several_hosts_; }
    /// For PQconnectdbParams; null at the end.
    [[nodiscard]] const char* const* keywords() const { return keywords_.data(); }
    [[nodiscard]] const char* const* values() const { return values_.data(); }

  private:
    Conninfo() = default;

    std::vector<std::pair<std::string, std::string>> settings_;
    bool several_hosts_ = false;
    std::vector<const char*> keywords_;
    std::vector<const char*> values_;
};

} // namespace bifrost::database::postgres
