#pragma once
// The last steps before a program runs in the sandbox, taken by a child that still shares this process's
// memory: nothing but system calls.

#include <linux/filter.h>
#include <sys/types.h>

#include "media/sandbox.hpp"

namespace bifrost::media {

/// Everything is made before the child is: it can't allocate.
struct ChildPlan {
    int program = -1; ///< opened; becomes kProgramDescriptor
    int ruleset = -1; ///< of Landlock, or -1
    int output = -1;  ///< becomes standard output
    int errors = -1;  ///< becomes standard error
    const char* folder = nullptr;
    char* const* arguments = nullptr;
    char* const* environment = nullptr;
    sock_fprog filter{};
    SandboxLimits limits{};
    pid_t parent = 0;
    // What failed, for the parent to read once the child is gone.
    const char* failed_step = nullptr;
    int failed_code = 0;
};

/// The new process, which leads a group of its own; or -1 with the step that failed in the plan. Returns when
/// the program has begun.
pid_t start_child(ChildPlan& plan);

} // namespace bifrost::media
