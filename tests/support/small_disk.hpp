#pragma once
// A disk that is soon full.

#include <csignal>
#include <filesystem>

#include <sys/mount.h>
#include <sys/resource.h>

namespace bifrost::tests {

/// A file system of 4 MiB; where mounting isn't allowed, files that can't grow beyond 4 MiB from `tighten`
/// on.
class SmallDisk {
  public:
    explicit SmallDisk(const std::filesystem::path& path) : path_(path) {
        std::filesystem::create_directories(path);
        mounted_ = ::mount("bifrost-test", path.c_str(), "tmpfs", 0, "size=4m") == 0;
        ::getrlimit(RLIMIT_FSIZE, &before_);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        if (mounted_)
            ::umount2(path_.c_str(), MNT_DETACH);
        else
            loosen();
    }
    void tighten() const {
        if (mounted_) return;
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit small = before_;
        small.rlim_cur = 4 << 20;
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    void loosen() const { ::setrlimit(RLIMIT_FSIZE, &before_); }
    [[nodiscard]] bool mounted() const { return mounted_; }
    /// A mounted one has 16 MiB from here on; false when that can't be.
    [[nodiscard]] bool grow() const {
        return ::mount("bifrost-test", path_.c_str(), "tmpfs", MS_REMOUNT, "size=16m") == 0;
    }

  private:
    std::filesystem::path path_;
    rlimit before_{};
    bool mounted_ = false;
};

} // namespace bifrost::tests
