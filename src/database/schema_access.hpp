#pragma once
// What migrations need of a backend beyond Database: scripts of many statements, and to be alone.

#include <functional>
#include <string_view>

#include "core/result.hpp"
#include "database/query.hpp"
#include "database/rows.hpp"

namespace bifrost::database {

/// One connection without a limit on the time of statements.
class SchemaSession {
  public:
    SchemaSession() = default;
    SchemaSession(const SchemaSession&) = delete;
    SchemaSession& operator=(const SchemaSession&) = delete;
    virtual ~SchemaSession() = default;

    [[nodiscard]] virtual Dialect dialect() const = 0;
    /// Begins a transaction that no other session of this kind overlaps; `unavailable` when another doesn't
    /// end.
    virtual Result<> begin() = 0;
    virtual Result<> commit() = 0;
    virtual Result<> rollback() = 0;
    virtual Result<> script(std::string_view text) = 0;
    virtual Result<Rows> query(std::string_view sql, const Params& params) = 0;
};

/// Implemented by every Database.
class SchemaAccess {
  public:
    SchemaAccess() = default;
    SchemaAccess(const SchemaAccess&) = delete;
    SchemaAccess& operator=(const SchemaAccess&) = delete;
    virtual ~SchemaAccess() = default;

    virtual Result<> in_schema_session(const std::function<Result<>(SchemaSession&)>& fn) = 0;
    /// Prepares a statement without running it: fails unless this database understands it with its present
    /// schema.
    virtual Result<> prepare(std::string_view sql) = 0;
};

} // namespace bifrost::database
