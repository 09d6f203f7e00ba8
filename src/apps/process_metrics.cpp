#include "apps/process_metrics.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <sys/resource.h>
#include <unistd.h>

#include "core/metrics.hpp"
#include "core/timestamp.hpp"

namespace bifrost::apps {
namespace {

/// A counter whose value is read elsewhere: it is moved on by what came since.
class FollowingCounter {
  public:
    explicit FollowingCounter(metrics::Counter counter) : counter_(counter) {}
    void follow(double value) {
        if (value > last_) counter_.increment(value - last_);
        last_ = value;
    }

  private:
    metrics::Counter counter_;
    double last_ = 0;
};

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// The second number of /proc/self/statm: resident pages (proc(5)).
double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    double size = 0;
    double resident = 0;
    file >> size >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// A line "name: number" of a file in /proc; 0 where the kernel has none.
double value_of(const char* path, const std::string& name) {
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line))
        if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1));
    return 0;
}

double open_files() {
    std::error_code error;
    double count = 0;
    for (auto it = std::filesystem::directory_iterator("/proc/self/fd", error);
         !error && it != std::filesystem::directory_iterator(); it.increment(error))
        ++count;
    return count;
}

double most_files() {
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

struct Traffic {
    double received = 0;
    double sent = 0;
};

/// Of all interfaces but loopback, which in a container are the pod's: name, then bytes received as the first
/// and sent as the ninth number (proc(5), /proc/net/dev).
Traffic traffic() {
    std::ifstream file("/proc/self/net/dev");
    std::string line;
    Traffic sum;
    while (std::getline(file, line)) {
        const auto colon = line.find(':');
        if (colon == std::string::npos) continue;
        if (line.substr(0, colon).find_first_not_of(' ') != std::string::npos &&
            line.substr(line.find_first_not_of(' '), colon - line.find_first_not_of(' ')) == "lo")
            continue;
        std::istringstream numbers(line.substr(colon + 1));
        double number = 0;
        for (int i = 0; i < 9 && numbers >> number; ++i) {
            if (i == 0) sum.received += number;
            if (i == 8) sum.sent += number;
        }
    }
    return sum;
}

/// What is asked of the kernel at each scrape; a few files of /proc, some tens of microseconds.
struct ProcessMetrics {
    FollowingCounter cpu{
        metrics::counter("process_cpu_seconds_total", "CPU time of the process, its children not counted")};
    metrics::Gauge resident = metrics::gauge("process_resident_memory_bytes", "Memory of the process");
    metrics::Gauge files = metrics::gauge("process_open_fds", "Open files and sockets");
    metrics::Gauge file_limit = metrics::gauge("process_max_fds", "How many files may be open");
    metrics::Gauge threads = metrics::gauge("process_threads", "Threads of the process");
    FollowingCounter disk_read{disk("read")};
    FollowingCounter disk_written{disk("written")};
    FollowingCounter received{network("received")};
    FollowingCounter sent{network("sent")};

    static metrics::Counter disk(const std::string& direction) {
        return metrics::counter("bifrost_process_disk_bytes_total",
                                "Bytes that disks read or wrote for the process", {{"direction", direction}});
    }
    static metrics::Counter network(const std::string& direction) {
        return metrics::counter("bifrost_network_bytes_total",
                                "Bytes of the machine's or pod's network interfaces, loopback not counted",
                                {{"direction", direction}});
    }

    void look() {
        rusage usage{};
        if (getrusage(RUSAGE_SELF, &usage) == 0)
            cpu.follow(seconds(usage.ru_utime) + seconds(usage.ru_stime));
        resident.set(resident_bytes());
        files.set(open_files());
        file_limit.set(most_files());
        threads.set(value_of("/proc/self/status", "Threads"));
        disk_read.follow(value_of("/proc/self/io", "read_bytes"));
        disk_written.follow(value_of("/proc/self/io", "write_bytes"));
        const Traffic now = traffic();
        received.follow(now.received);
        sent.follow(now.sent);
    }
};

} // namespace

void publish_process_metrics(const std::string& version) {
    metrics::gauge("bifrost_build_info", "1; the version is in the label", {{"version", version}}).set(1);
    metrics::gauge("process_start_time_seconds", "When the process started, since 1970")
        .set(static_cast<double>(Timestamp::now().micros) / 1e6);
    // Callbacks of scrapes run one after another.
    const auto all = std::make_shared<ProcessMetrics>();
    metrics::on_scrape([all] { all->look(); });
}

} // namespace bifrost::apps
