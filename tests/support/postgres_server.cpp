#include "support/postgres_server.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bifrost::tests {
namespace {

namespace fs = std::filesystem;

/// PostgreSQL refuses to run as root; its Debian package brings a user.
const passwd* server_user() {
    static const passwd* const user = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
    if (::geteuid() == 0 && user == nullptr)
        throw std::runtime_error("there is no user postgres to run the server as");
    return user;
}

std::string program(const std::string& name) {
    for (const auto& folder :
         {"/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin"}) {
        const std::string path = std::string(folder) + "/" + name;
        if (fs::exists(path)) return path;
    }
    throw std::runtime_error("the tests need PostgreSQL's server (Debian: postgresql-15)");
}

/// Runs a program as the server's user, its output in `log`. Dies with this program.
pid_t spawn(const std::vector<std::string>& command, const std::string& log) {
    const passwd* user = server_user();
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child > 0) return child;
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::setpgid(0, 0); // an interrupt from the keyboard is the tests' to answer
    if (user != nullptr &&
        (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0))
        ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::getppid() != parent) ::_exit(125);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Neither gone nor a zombie.
bool is_running(pid_t process) {
    const std::string status = text_of("/proc/" + std::to_string(process) + "/stat");
    const auto name_end = status.rfind(')');
    return name_end != std::string::npos && status.size() > name_end + 2 && status[name_end + 2] != 'Z';
}

int free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool found = ::bind(probe, generic, size) == 0 && ::getsockname(probe, generic, &size) == 0;
    ::close(probe);
    if (!found) throw std::runtime_error("no port is free");
    return ntohs(address.sin_port);
}

} // namespace

PostgresServer& PostgresServer::shared() {
    static const std::unique_ptr<PostgresServer> server = [] {
        const char* external = std::getenv("BIFROST_TEST_POSTGRES_URL");
        if (external != nullptr && *external != '\0')
            return std::make_unique<PostgresServer>(std::string(external));
        return std::make_unique<PostgresServer>(Durability::fast);
    }();
    return *server;
}

PostgresServer::PostgresServer(std::string url) : external_(std::move(url)) {}

PostgresServer::PostgresServer(Durability durability, const std::vector<std::string>& settings)
    : settings_(settings) {
    if (durability == Durability::fast)
        for (const char* setting :
             {"fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off"})
            settings_.emplace_back(setting);
    initialise();
    start();
}

std::unique_ptr<PostgresServer> PostgresServer::replica_of(const PostgresServer& primary) {
    std::unique_ptr<PostgresServer> replica(new PostgresServer());
    replica->settings_ = primary.settings_;
    replica->make_folder();
    const pid_t child =
        spawn({program("pg_basebackup"), "-d", primary.url(), "-D", replica->folder_ + "/data",
               "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"},
              replica->folder_ + "/log");
    if (wait_for(child) != 0)
        throw std::runtime_error("pg_basebackup failed: " + text_of(replica->folder_ + "/log"));
    replica->port_ = free_port();
    replica->start();
    return replica;
}

void PostgresServer::catch_up_with(const PostgresServer& primary) const {
    const std::string wal = primary.execute("select pg_current_wal_flush_lsn()");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (execute("select pg_last_wal_replay_lsn() >= '" + wal + "'") != "t") {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("the replica does not catch up: " + text_of(folder_ + "/log"));
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void PostgresServer::make_folder() {
    std::string pattern = (fs::temp_directory_path() / "bifrost-postgres-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder can be made");
    folder_ = pattern;
    if (const passwd* user = server_user();
        user != nullptr && ::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0)
        throw std::runtime_error("the temporary folder can't be given to the server's user");
}

void PostgresServer::initialise() {
    make_folder();
    const pid_t child = spawn({program("initdb"), "-D", folder_ + "/data", "-A", "trust", "-U", "postgres",
                               "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"},
                              folder_ + "/log");
    if (wait_for(child) != 0) throw std::runtime_error("initdb failed: " + text_of(folder_ + "/log"));
    port_ = free_port();
}

void PostgresServer::start() {
    std::vector<std::string> command = {program("postgres"), "-D", folder_ + "/data", "-p",
                                        std::to_string(port_)};
    std::vector<std::string> settings = {"listen_addresses=127.0.0.1", "unix_socket_directories=" + folder_,
                                         "max_connections=200", "shared_buffers=64MB", "jit=off"};
    settings.insert(settings.end(), settings_.begin(), settings_.end());
    for (const std::string& setting : settings) {
        command.emplace_back("-c");
        command.push_back(setting);
    }
    running_ = spawn(command, folder_ + "/log");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (PQping(url().c_str()) != PQPING_OK) {
        int status = 0;
        if (::waitpid(running_, &status, WNOHANG) == running_ ||
            std::chrono::steady_clock::now() > deadline) {
            running_ = 0;
            throw std::runtime_error("PostgreSQL did not start: " + text_of(folder_ + "/log"));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

void PostgresServer::stop(int signal) {
    if (running_ == 0) return;
    ::kill(running_, signal);
    wait_for(running_);
    running_ = 0;
}

void PostgresServer::kill_hard() {
    if (running_ == 0) throw std::logic_error("the server isn't this object's, or doesn't run");
    const std::string task = "/proc/" + std::to_string(running_);
    ::kill(running_, SIGSTOP); // or it would tidy up between the kills
    std::ifstream file(task + "/task/" + std::to_string(running_) + "/children");
    const std::vector<pid_t> children{std::istream_iterator<pid_t>(file), std::istream_iterator<pid_t>()};
    for (const pid_t child : children) ::kill(child, SIGKILL);
    stop(SIGKILL);
    // One that still dies holds the shared memory, and then the server would refuse to start.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (const pid_t child : children)
        while (is_running(child) && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

PostgresServer::~PostgresServer() {
    stop(SIGQUIT);
    if (!folder_.empty()) {
        std::error_code ignored; // what is left over lies in the temporary folder
        fs::remove_all(folder_, ignored);
    }
}

std::string PostgresServer::url(const std::string& database) const {
    if (external_.empty()) return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + database;
    if (database == "postgres") return external_;
    const auto query = external_.find('?');
    std::string base = external_.substr(0, query);
    const auto slash = base.find('/', base.find("://") + 3);
    base = base.substr(0, slash) + "/" + database;
    return query == std::string::npos ? base : base + external_.substr(query);
}

std::string PostgresServer::execute(const std::string& sql, const std::string& database) const {
    const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(url(database).c_str()),
                                                                &PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK)
        throw std::runtime_error(PQerrorMessage(connection.get()));
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection.get(), sql.c_str()),
                                                                &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(PQerrorMessage(connection.get()));
    if (PQntuples(result.get()) == 0 || PQnfields(result.get()) == 0) return "";
    return PQgetvalue(result.get(), 0, 0);
}

} // namespace bifrost::tests
