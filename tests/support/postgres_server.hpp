#pragma once
// A PostgreSQL server of the tests' own, in a temporary folder on a free port of 127.0.0.1 (trust
// authentication).

#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace bifrost::tests {

class PostgresServer {
  public:
    enum class Durability { fast, durable };

    /// The server that all tests of this program share: started when first asked for and stopped at exit, or
    /// the one whose URL stands in BIFROST_TEST_POSTGRES_URL. It doesn't survive the crash of a machine
    /// (fsync is off).
    static PostgresServer& shared();

    /// One's own, to be stopped and started again. `settings` are further lines such as "max_connections=20".
    explicit PostgresServer(Durability durability, const std::vector<std::string>& settings = {});
    /// A streaming replica of a server that runs (and outlives it), as it is now.
    static std::unique_ptr<PostgresServer> replica_of(const PostgresServer& primary);
    /// One that somebody else started.
    explicit PostgresServer(std::string url);
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;
    ~PostgresServer();

    /// The URL of one of its databases.
    [[nodiscard]] std::string url(const std::string& database = "postgres") const;
    [[nodiscard]] int port() const { return port_; }

    /// Runs SQL outside of any transaction of the code under test; throws when it fails. The first column of
    /// the first row, or "".
    std::string execute(const std::string& sql, const std::string& database = "postgres") const;

    /// Waits until it has replayed what the primary has written so far; throws after a minute.
    void catch_up_with(const PostgresServer& primary) const;
    /// Makes a replica the primary.
    void promote() const { execute("select pg_promote()"); }
    /// Kills every process of the server with SIGKILL, as a crash would.
    void kill_hard();
    /// Starts it on the same port and data, and waits until it answers.
    void start();

  private:
    PostgresServer() = default;
    void make_folder();
    void initialise();
    void stop(int signal);

    std::string folder_;
    std::string external_;
    std::vector<std::string> settings_;
    int port_ = 0;
    pid_t running_ = 0;
};

} // namespace bifrost::tests
