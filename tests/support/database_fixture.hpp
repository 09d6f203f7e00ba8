#pragma once
// Tests on both databases. Each test gets a fresh, migrated database of its own:
//
//     class ProjectService : public DatabaseTest {};
//     INSTANTIATE_FOR_BOTH_DATABASES(ProjectService);
//     TEST_P(ProjectService, a_code_is_unique_among_the_children_of_one_parent) {
//         const auto done = database().write([&](Tx& tx) -> Result<> { … });
//     }
//
// database() is the test's own; open_another() is what another process would have (its own pool and caches).
// In the loop of one room: -DBIFROST_TEST_ROOMS="<room>;database_test_support".

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "database/database.hpp"

namespace bifrost::tests {

/// A migrated database that is removed with this object.
class FreshDatabase {
  public:
    /// Copies a template that is made and migrated once a program; throws when that fails.
    explicit FreshDatabase(database::Dialect dialect);
    FreshDatabase(const FreshDatabase&) = delete;
    FreshDatabase& operator=(const FreshDatabase&) = delete;
    ~FreshDatabase();

    /// For open_database: "sqlite:<path>" or "postgresql://…".
    [[nodiscard]] const std::string& url() const { return url_; }

  private:
    std::string url_;
    std::string name_; ///< the file, or the database's name
};

/// An empty database, without any table.
class EmptyDatabase {
  public:
    explicit EmptyDatabase(database::Dialect dialect);
    EmptyDatabase(const EmptyDatabase&) = delete;
    EmptyDatabase& operator=(const EmptyDatabase&) = delete;
    ~EmptyDatabase();

    [[nodiscard]] const std::string& url() const { return url_; }

  private:
    std::string url_;
    std::string name_;
};

/// open_database, or an exception with the reason.
std::unique_ptr<database::Database> open_or_throw(const std::string& url);

class DatabaseTest : public testing::TestWithParam<database::Dialect> {
  protected:
    [[nodiscard]] database::Database& database() { return *database_; }
    [[nodiscard]] std::unique_ptr<database::Database> open_another() const {
        return open_or_throw(fresh_.url());
    }
    [[nodiscard]] const std::string& url() const { return fresh_.url(); }
    [[nodiscard]] static database::Dialect dialect() { return GetParam(); }

  private:
    FreshDatabase fresh_{GetParam()};
    std::unique_ptr<database::Database> database_ = open_or_throw(fresh_.url());
};

std::string dialect_name(const testing::TestParamInfo<database::Dialect>& info);

} // namespace bifrost::tests

#define INSTANTIATE_FOR_BOTH_DATABASES(Test)                                                                 \
    INSTANTIATE_TEST_SUITE_P(                                                                                \
        Both, Test,                                                                                          \
        testing::Values(bifrost::database::Dialect::sqlite, bifrost::database::Dialect::postgres),           \
        bifrost::tests::dialect_name)
