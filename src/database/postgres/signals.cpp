#include "database/signals.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/log.hpp"
#include "database/postgres/conninfo.hpp"

namespace bifrost::database {
namespace postgres {
namespace {

using Clock = std::chrono::steady_clock;

struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Free {
    void operator()(PGnotify* note) const { PQfreemem(note); }
};

Error lost() {
    return {Errc::unavailable, "The database is away; signals to other processes are not heard."};
}

class PostgresSignals final : public Signals {
  public:
    PostgresSignals(std::unique_ptr<PGconn, Close> connection, const std::string& channel, std::string sender)
        : connection_(std::move(connection)), sender_(std::move(sender)),
          notify_(std::string("notify ") + channel + ", '" + sender_ + "'"),
          interrupted_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
    ~PostgresSignals() override { ::close(interrupted_); }

    Result<> send() override { return command(notify_); }

    Result<bool> wait(std::chrono::milliseconds most) override {
        const auto deadline = Clock::now() + most;
        while (true) {
            if (take_notes()) return true;
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
            if (left <= 0) return false;
            pollfd watched[2] = {{PQsocket(connection_.get()), POLLIN, 0}, {interrupted_, POLLIN, 0}};
            if (::poll(watched, 2, static_cast<int>(std::min<std::int64_t>(left, 60'000))) < 0) continue;
            if ((watched[1].revents & POLLIN) != 0) {
                eventfd_t count = 0;
                static_cast<void>(::eventfd_read(interrupted_, &count)); // only to empty it
                return take_notes();
            }
            if (watched[0].revents != 0 && PQconsumeInput(connection_.get()) == 0) return lost();
        }
    }

    void interrupt() override { static_cast<void>(::eventfd_write(interrupted_, 1)); }

    Result<> command(const std::string& text) {
        const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection_.get(), text.c_str()),
                                                                    &PQclear);
        if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) return {};
        return lost();
    }

  private:
    bool take_notes() {
        bool any = false;
        while (const std::unique_ptr<PGnotify, Free> note{PQnotifies(connection_.get())})
            any = any || sender_ != note->extra;
        return any;
    }

    std::unique_ptr<PGconn, Close> connection_;
    std::string sender_;
    std::string notify_;
    int interrupted_;
};

} // namespace
} // namespace postgres

Result<std::unique_ptr<Signals>> open_signals(const PostgresOptions& options, const std::string& channel,
                                              const std::string& sender) {
    BIFROST_ASSIGN(const auto conninfo,
                   postgres::Conninfo::of(options, postgres::Conninfo::Session::limited));
    std::unique_ptr<PGconn, postgres::Close> connection(
        PQconnectdbParams(conninfo.keywords(), conninfo.values(), 0));
    if (PQstatus(connection.get()) != CONNECTION_OK) return postgres::lost();
    auto signals = std::make_unique<postgres::PostgresSignals>(std::move(connection), channel, sender);
    BIFROST_CHECK(signals->command("listen " + channel));
    return std::unique_ptr<Signals>(std::move(signals));
}

} // namespace bifrost::database
