#include "support/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <stdexcept>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bifrost::tests {

Child::Child(const std::function<void(const Say&)>& body) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe can be made");
    child_ = ::fork();
    if (child_ < 0) throw std::runtime_error("fork failed");
    if (child_ > 0) {
        ::close(ends[1]);
        pipe_ = ends[0];
        return;
    }
    ::close(ends[0]);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    int status = 0;
    try {
        body([&](const std::string& line) {
            const std::string whole = line + "\n"; // one write of less than PIPE_BUF is never torn
            if (::write(ends[1], whole.data(), whole.size()) != static_cast<ssize_t>(whole.size()))
                ::_exit(2);
        });
    } catch (const std::exception&) {
        status = 1;
    }
    ::_exit(status); // without the destructors of the parent's objects
}

std::string Child::next_line() {
    for (;;) {
        if (const auto end = buffer_.find('\n'); end != std::string::npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return line;
        }
        std::array<char, 4'096> bytes{};
        const ssize_t got = ::read(pipe_, bytes.data(), bytes.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return "";
        buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    }
}

std::vector<std::string> Child::kill_hard() {
    ::kill(child_, SIGKILL);
    std::vector<std::string> lines;
    for (std::string line = next_line(); !line.empty(); line = next_line()) lines.push_back(std::move(line));
    wait();
    return lines;
}

bool Child::wait() {
    if (child_ == 0) return false;
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    child_ = 0;
    return status == 0;
}

Child::~Child() {
    if (child_ != 0) {
        ::kill(child_, SIGKILL);
        wait();
    }
    ::close(pipe_);
}

} // namespace bifrost::tests
