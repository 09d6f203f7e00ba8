#include "database/database.hpp"

namespace bifrost::database {

Result<std::unique_ptr<Database>> open_database(const std::string& url) {
    constexpr std::string_view kSqlite = "sqlite:";
    if (url.starts_with(kSqlite)) {
        SqliteOptions options;
        options.path = url.substr(kSqlite.size());
        return open_sqlite(options);
    }
    if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
        PostgresOptions options;
        options.url = url;
        return open_postgres(options);
    }
    return Error{Errc::invalid, "The database URL must begin with sqlite: or postgresql://."};
}

} // namespace bifrost::database
