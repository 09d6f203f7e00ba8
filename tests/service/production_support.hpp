#pragma once
// A small production to test services on: a project "bar", and people with each role in it.

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "access/call.hpp"
#include "access/site.hpp"
#include "core/json_reader.hpp"
#include "events/event_log.hpp"
#include "services/project/project.hpp"
#include "support/database_fixture.hpp"

namespace bifrost::tests {

/// The value of a Result, or a failed test that shows the error.
template <class T>
T must(Result<T> result) {
    if (result) {
        if constexpr (std::is_void_v<T>)
            return;
        else
            return std::move(*result);
    }
    std::string fields;
    for (const auto& field : result.error().fields) fields += " " + field.pointer + " " + field.detail;
    throw std::runtime_error("error " + std::to_string(static_cast<int>(result.error().code)) + ": " +
                             result.error().detail + fields);
}

inline boost::json::value json_of(std::string_view text) {
    return boost::json::parse({text.data(), text.size()});
}

/// The pointers of a 422, in order.
inline std::vector<std::string> pointers(const Error& error) {
    std::vector<std::string> out;
    for (const auto& field : error.fields) out.push_back(field.pointer);
    return out;
}

/// The named member of a problem, as JSON text; empty when it isn't there.
inline std::string member_of(const Error& error, std::string_view name) {
    for (const auto& [key, value] : error.members)
        if (key == name) return value;
    return "";
}

/// Fails unless the expression is a Result with this error code; gives the error.
#define EXPECT_ERROR(expression, wanted)                                                                     \
    do {                                                                                                     \
        const auto expected_error = (expression);                                                            \
        ASSERT_FALSE(expected_error) << "it succeeded";                                                      \
        EXPECT_EQ(static_cast<int>(expected_error.error().code), static_cast<int>(wanted))                   \
            << expected_error.error().detail;                                                                \
    } while (false)

class ProductionTest : public DatabaseTest {
  protected:
    template <class F>
    auto try_write(database::Database& on, const access::Actor& actor, F&& fn) {
        using Outcome = std::invoke_result_t<F, access::Call&>;
        using Value = typename Outcome::value_type;
        if constexpr (std::is_void_v<Value>) {
            auto written = access::write(on, actor, [&](access::Call& call) -> Result<int> {
                BIFROST_CHECK(fn(call));
                return 0;
            });
            return written ? Outcome{} : Outcome{written.error()};
        } else {
            auto written = access::write(on, actor, fn);
            return written ? Outcome{std::move(written->value)} : Outcome{written.error()};
        }
    }
    template <class F>
    auto try_write(const access::Actor& actor, F&& fn) {
        return try_write(database(), actor, std::forward<F>(fn));
    }
    template <class F>
    auto write(const access::Actor& actor, F&& fn) {
        return must(try_write(actor, std::forward<F>(fn)));
    }
    template <class F>
    auto read(F&& fn) {
        return must(database().read(std::forward<F>(fn)));
    }

    void SetUp() override {
        must(access::open_site(database()));
        owner_.code = "owner";
        owner_.site_role = access::SiteRole::owner;
        owner_.user_id = read([](database::Tx& tx) -> Result<Id> {
            BIFROST_ASSIGN(const auto rows,
                           tx.query_text("select id from user_account where code = 'owner'", {}));
            return rows[0].id(0);
        });
        bar_ = make_project("bar", "feature");
    }

    Id add_user(const std::string& code, const std::string& site_role) {
        const Id id = Id::make();
        must(database().write([&](database::Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute_text(
                "insert into user_account (id, code, name, site_role, is_active, created_at, updated_at, "
                "revision) values ($1, $2, $3, $4, $5, 0, 0, 1)",
                database::make_params(id, code, "User " + code, site_role, true)));
            return {};
        }));
        return id;
    }

    project::Project make_project(const std::string& code, const std::string& kind) {
        return write(owner_, [&](access::Call& call) {
            return project::create_project(
                call, boost::json::object{{"code", code}, {"name", "Project " + code}, {"kind", kind}});
        });
    }

    /// A member of the site with this role in the project.
    access::Actor with_role(const Id& project_id, const std::string& role) {
        access::Actor actor;
        actor.code = role + std::to_string(++people_);
        actor.user_id = add_user(actor.code, "member");
        actor.site_role = access::SiteRole::member;
        actor.memberships = std::make_shared<const std::unordered_map<Id, std::string>>(
            std::unordered_map<Id, std::string>{{project_id, role}});
        write(owner_, [&](access::Call& call) {
            return project::put_member(call, project_id.text(), actor.code,
                                       boost::json::object{{"role", role}});
        });
        return actor;
    }
    access::Actor stranger() {
        access::Actor actor;
        actor.code = "stranger" + std::to_string(++people_);
        actor.user_id = add_user(actor.code, "member");
        actor.site_role = access::SiteRole::member;
        return actor;
    }

    /// Every event so far.
    std::vector<events::Event> events() {
        return read([](database::Tx& tx) -> Result<std::vector<events::Event>> {
            BIFROST_ASSIGN(auto page, events::list_events(tx, std::nullopt, 1000, {}));
            return std::move(page.events);
        });
    }
    std::vector<std::string> actions() {
        std::vector<std::string> out;
        for (const auto& event : events()) out.push_back(event.action);
        return out;
    }

    access::Actor owner_;
    project::Project bar_;

  private:
    int people_ = 0;
};

} // namespace bifrost::tests
