#include "database/postgres/connection.hpp"

#include <algorithm>
#include <charconv>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/log.hpp"
#include "database/postgres/conninfo.hpp"

namespace bifrost::database::postgres {
namespace {

/// The server ends a statement at its deadline; only a server that is silent is waited for longer.
constexpr std::chrono::milliseconds kGrace{2'000};
constexpr std::chrono::milliseconds kFailoverPause{100};
constexpr std::chrono::seconds kFresh{1};
constexpr int kOldestVersion = 140'000;

void ignore_notice(void*, const char*) {}

} // namespace

void Connection::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

Connection::~Connection() {
    if (socket_ >= 0) ::close(socket_);
}

Result<std::unique_ptr<Connection>> Connection::open(const PostgresOptions& options,
                                                     Conninfo::Session session) {
    std::unique_ptr<Connection> connection(new Connection(options, session));
    BIFROST_CHECK(connection->connect());
    return connection;
}

Result<> Connection::connect() {
    BIFROST_ASSIGN(const Conninfo conninfo, Conninfo::of(options_, session_));
    several_hosts_ = conninfo.has_several_hosts();
    connection_.reset(PQconnectdbParams(conninfo.keywords(), conninfo.values(), 0));
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
        const bool quiet = session_ == Conninfo::Session::replica || session_ == Conninfo::Session::watch;
        log::write(quiet ? log::Level::debug : log::Level::warning, "PostgreSQL can't be reached",
                   {{"reason", PQerrorMessage(connection_.get())}});
        return Error{Errc::unavailable, "The database can't be reached; check its address and that it runs."};
    }
    if (PQserverVersion(connection_.get()) < kOldestVersion)
        return Error{Errc::unavailable, "The database server is too old; PostgreSQL 14 or newer is needed."};
    const char* encoding = PQparameterStatus(connection_.get(), "server_encoding");
    if (encoding == nullptr || std::string_view(encoding) != "UTF8")
        return Error{Errc::unavailable, "The database must be made with the encoding UTF8."};
    PQsetNoticeProcessor(connection_.get(), &ignore_notice, nullptr);
    if (PQsetnonblocking(connection_.get(), 1) != 0 || PQenterPipelineMode(connection_.get()) != 1)
        return lose(PQerrorMessage(connection_.get()));
    if (session_ == Conninfo::Session::replica)
        socket_ = ::fcntl(PQsocket(connection_.get()), F_DUPFD_CLOEXEC, 0);
    lost_ = false;
    used_at_ = Clock::now();
    return {};
}

Result<> Connection::reconnect() {
    statements_.clear();
    expected_.clear();
    lost_ = true;
    const auto deadline = Clock::now() + options_.deadline;
    for (;;) {
        auto connected = connect();
        if (connected || !several_hosts_ || Clock::now() > deadline) return connected;
        std::this_thread::sleep_for(kFailoverPause);
    }
}

void Connection::cut() {
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

int Connection::backend_pid() const { return PQbackendPID(connection_.get()); }

bool Connection::alive() {
    if (lost_) return false;
    pollfd socket{PQsocket(connection_.get()), POLLIN, 0};
    if (::poll(&socket, 1, 0) == 0) return true;
    // The answer to something forgotten, a notice, or the end.
    return PQconsumeInput(connection_.get()) == 1 && PQstatus(connection_.get()) == CONNECTION_OK;
}

bool Connection::fresh() const { return !lost_ && Clock::now() - used_at_ < kFresh; }

Result<const char*> Connection::prepared(std::string_view sql) {
    if (const std::string* name = statements_.find(sql)) return name->c_str();
    const std::string text(sql);
    std::string name = "s" + std::to_string(++last_name_);
    if (PQsendPrepare(connection_.get(), name.c_str(), text.c_str(), 0, nullptr) != 1)
        return lose(PQerrorMessage(connection_.get()));
    expected_.push_back({Expected::Kind::prepare, sql});
    const std::string& kept = statements_.add(sql, std::move(name), [this](const std::string& old) {
        const std::string deallocate = "deallocate " + old;
        if (PQsendQueryParams(connection_.get(), deallocate.c_str(), 0, nullptr, nullptr, nullptr, nullptr,
                              0) == 1)
            expected_.push_back({Expected::Kind::forgotten, "deallocate"});
    });
    return kept.c_str();
}

Result<> Connection::set_values(const Params& params) {
    constexpr std::size_t kLongestNumber = 32;
    values_.clear();
    numbers_.clear();
    numbers_.reserve(params.size() * kLongestNumber); // so that what points into it stays
    const auto add_number = [&](auto number) {
        char digits[kLongestNumber];
        const auto end = std::to_chars(digits, digits + sizeof digits - 1, number);
        *end.ptr = '\0';
        values_.push_back(numbers_.data() + numbers_.size());
        numbers_.append(digits, static_cast<std::size_t>(end.ptr - digits) + 1);
    };
    for (const Value& value : params) {
        if (const auto* integer = std::get_if<std::int64_t>(&value)) {
            add_number(*integer);
        } else if (const auto* real = std::get_if<double>(&value)) {
            add_number(*real);
        } else if (const auto* text = std::get_if<std::string>(&value)) {
            if (text->find('\0') != std::string::npos) // it would be cut off there
                return Error{Errc::invalid, "Text can't contain the character NUL."};
            values_.push_back(text->c_str());
        } else {
            values_.push_back(nullptr);
        }
    }
    return {};
}

Result<> Connection::queue_as(std::string_view sql, const Params& params, Expected::Kind kind) {
    if (lost_) return lose("used after it was lost");
    trouble_ = Trouble::refused;
    BIFROST_CHECK(set_values(params));
    BIFROST_ASSIGN(const char* name, prepared(sql));
    if (PQsendQueryPrepared(connection_.get(), name, static_cast<int>(values_.size()), values_.data(),
                            nullptr, nullptr, 0) != 1)
        return lose(PQerrorMessage(connection_.get()));
    expected_.push_back({kind, sql});
    return {};
}

Result<> Connection::queue(std::string_view sql, const Params& params) {
    return queue_as(sql, params, Expected::Kind::statement);
}

Result<> Connection::prepare(std::string_view sql) {
    BIFROST_CHECK(prepared(sql));
    BIFROST_CHECK(exchange());
    return {};
}

void Connection::send_and_forget(std::string_view sql) {
    if (!queue_as(sql, {}, Expected::Kind::forgotten)) return;
    if (PQpipelineSync(connection_.get()) != 1 || PQflush(connection_.get()) < 0) {
        lose(PQerrorMessage(connection_.get()));
        return;
    }
    expected_.push_back({Expected::Kind::sync});
}

Result<std::vector<ResultPtr>> Connection::exchange() {
    if (lost_) return lose("used after it was lost");
    trouble_ = Trouble::refused;
    if (PQpipelineSync(connection_.get()) != 1) return lose(PQerrorMessage(connection_.get()));
    expected_.push_back({Expected::Kind::sync});
    const auto deadline = Clock::now() + options_.deadline + kGrace;
    std::vector<ResultPtr> results;
    results.reserve(expected_.size());
    first_error_.reset();
    for (const Expected& expected : expected_) {
        take_answer(expected, deadline, results);
        if (lost_) break;
    }
    expected_.clear();
    used_at_ = Clock::now();
    if (first_error_) return *first_error_;
    return results;
}

bool Connection::wait_for_answer(Clock::time_point deadline) {
    for (;;) {
        // Both directions at once: a server whose answers nobody reads stops reading statements.
        const int unsent = PQflush(connection_.get());
        if (unsent < 0) {
            // What it said before it closed the connection may still be read.
            if (PQconsumeInput(connection_.get()) != 1) return false;
        }
        if (PQisBusy(connection_.get()) == 0) return true;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) return false;
        pollfd socket{PQsocket(connection_.get()),
                      static_cast<short>(unsent == 1 ? POLLIN | POLLOUT : POLLIN), 0};
        if (::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000))) < 0 && errno != EINTR)
            return false;
        if ((socket.revents & ~POLLOUT) != 0 && PQconsumeInput(connection_.get()) != 1) {
            return PQisBusy(connection_.get()) == 0; // a last word may have come with the end
        }
    }
}

ResultPtr Connection::next_result(Clock::time_point deadline) {
    if (!wait_for_answer(deadline)) {
        const std::string reason = PQerrorMessage(connection_.get());
        first_error_ = lose(reason.empty() ? "no answer within the deadline" : reason);
        return nullptr;
    }
    return ResultPtr(PQgetResult(connection_.get()));
}

void Connection::take_answer(const Expected& expected, Clock::time_point deadline,
                             std::vector<ResultPtr>& results) {
    ResultPtr result = next_result(deadline);
    if (lost_) return;
    const ExecStatusType status = PQresultStatus(result.get());
    if (expected.kind == Expected::Kind::sync) {
        if (status != PGRES_PIPELINE_SYNC) first_error_ = lose("an answer out of order");
        return;
    }
    const bool done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!done && expected.kind == Expected::Kind::prepare) statements_.erase(expected.sql);
    if (!done && status != PGRES_PIPELINE_ABORTED) {
        Failure failure = failure_of(result.get(), expected.sql);
        if (expected.kind != Expected::Kind::forgotten || failure.trouble == Trouble::lost)
            note(std::move(failure), expected.sql);
        if (lost_) return;
    }
    if (expected.kind == Expected::Kind::statement) results.push_back(std::move(result));
    while (next_result(deadline)) {
    } // the null that ends each answer
}

void Connection::note(Failure failure, std::string_view sql) {
    if (failure.trouble == Trouble::lost) lost_ = true;
    if (first_error_ && !lost_) return; // what failed first is the cause
    trouble_ = failure.trouble;
    failed_sql_ = sql;
    first_error_ = std::move(failure.error);
}

Error Connection::lose(std::string_view reason) {
    if (!lost_) {
        lost_ = true;
        trouble_ = Trouble::lost;
        return connection_lost(reason).error;
    }
    trouble_ = Trouble::lost;
    return Error{Errc::unavailable, "The database is not there at the moment; try again."};
}

} // namespace bifrost::database::postgres
