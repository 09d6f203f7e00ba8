#include "support/database_fixture.hpp"

#include <atomic>
#include <filesystem>
#include <stdexcept>

#include <unistd.h>

#include "database/migrations.hpp"
#include "support/postgres_server.hpp"
#include "support/temporary_folder.hpp"

namespace bifrost::tests {
namespace {

using database::Dialect;

/// Unique among all programs that use the same server.
std::string unique_name(const std::string& prefix) {
    static std::atomic<int> count{0};
    return prefix + "_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

/// The folder of all SQLite files of this program.
const std::filesystem::path& folder() {
    static const TemporaryFolder temporary;
    return temporary.path();
}

void migrate_or_throw(const std::string& url) {
    const auto opened = open_or_throw(url);
    if (const auto done = database::migrate_up(*opened); !done) throw std::runtime_error(done.error().detail);
}

const std::filesystem::path& sqlite_template() {
    static const std::filesystem::path path = [] {
        const std::filesystem::path made = folder() / "template.db";
        migrate_or_throw("sqlite:" + made.string());
        return made;
    }();
    return path;
}

/// Dropped at exit, unless the server goes away by itself.
struct PostgresTemplate {
    std::string name = unique_name("bifrost_template");
    PostgresTemplate() {
        PostgresServer::shared().execute("create database " + name);
        migrate_or_throw(PostgresServer::shared().url(name));
    }
    PostgresTemplate(const PostgresTemplate&) = delete;
    PostgresTemplate& operator=(const PostgresTemplate&) = delete;
    ~PostgresTemplate() {
        try {
            PostgresServer::shared().execute("drop database " + name + " with (force)");
        } catch (const std::exception&) {
            // The server may be gone already; so is the database then.
        }
    }
};

const std::string& postgres_template() {
    PostgresServer::shared(); // made first, so that it is stopped last
    static const PostgresTemplate made;
    return made.name;
}

void remove_database(const std::string& url, const std::string& name) {
    if (url.starts_with("sqlite:")) {
        for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(name + suffix);
        return;
    }
    try {
        PostgresServer::shared().execute("drop database if exists " + name + " with (force)");
    } catch (const std::exception&) {
        // A test may have taken the server down; the folder of its data is removed with it.
    }
}

} // namespace

FreshDatabase::FreshDatabase(Dialect dialect) {
    if (dialect == Dialect::sqlite) {
        name_ = (folder() / (unique_name("test") + ".db")).string();
        std::filesystem::copy_file(sqlite_template(), name_);
        url_ = "sqlite:" + name_;
    } else {
        name_ = unique_name("bifrost_test");
        PostgresServer::shared().execute("create database " + name_ + " template " + postgres_template() +
                                         " strategy file_copy");
        url_ = PostgresServer::shared().url(name_);
    }
}

FreshDatabase::~FreshDatabase() { remove_database(url_, name_); }

EmptyDatabase::EmptyDatabase(Dialect dialect) {
    if (dialect == Dialect::sqlite) {
        name_ = (folder() / (unique_name("empty") + ".db")).string();
        url_ = "sqlite:" + name_;
    } else {
        name_ = unique_name("bifrost_empty");
        PostgresServer::shared().execute("create database " + name_);
        url_ = PostgresServer::shared().url(name_);
    }
}

EmptyDatabase::~EmptyDatabase() { remove_database(url_, name_); }

std::unique_ptr<database::Database> open_or_throw(const std::string& url) {
    auto opened = database::open_database(url);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return std::move(*opened);
}

std::string dialect_name(const testing::TestParamInfo<Dialect>& info) {
    return info.param == Dialect::sqlite ? "sqlite" : "postgres";
}

} // namespace bifrost::tests
