#pragma once
// A child of the test program, for what only another program can do to a database: die in the middle.

#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace bifrost::tests {

class Child {
  public:
    using Say = std::function<void(const std::string& line)>;

    /// Forks; the child runs `body` and exits with 0, or with 1 when it throws. Fork before threads are
    /// started.
    explicit Child(const std::function<void(const Say&)>& body);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();

    /// The next whole line that the child said; "" when it has ended.
    std::string next_line();
    /// Sends SIGKILL and returns every whole line that was not read yet.
    std::vector<std::string> kill_hard();
    /// Waits for its end. True when it exited with 0.
    bool wait();

  private:
    pid_t child_ = 0;
    int pipe_ = -1;
    std::string buffer_;
};

} // namespace bifrost::tests
