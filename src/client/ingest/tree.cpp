#include "client/ingest/tree.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/transport/interruption.hpp"
#include "core/text.hpp"

namespace bifrost::client {
namespace {

constexpr std::size_t kMostNamed = 5;
constexpr int kMostDepth = 200;

class Walk {
  public:
    Walk(Tree& tree, const std::vector<PathPattern>& ignore) : tree_(tree), ignore_(ignore) {}

    Result<> folder(int descriptor, const std::string& prefix, int depth) {
        DIR* open = ::fdopendir(descriptor);
        if (open == nullptr) {
            ::close(descriptor);
            return error(prefix);
        }
        const std::unique_ptr<DIR, int (*)(DIR*)> listing{open, ::closedir};
        if (depth > kMostDepth)
            return Error{Errc::invalid, "The folder " + prefix + " is nested more than " +
                                            std::to_string(kMostDepth) + " levels deep."};
        while (const dirent* entry = ::readdir(open)) {
            const std::string name = entry->d_name;
            if (name == "." || name == "..") continue;
            if (interrupted()) return Error{Errc::unavailable, "Interrupted."};
            BIFROST_CHECK(one(::dirfd(open), name, prefix + name, depth));
        }
        return {};
    }

    [[nodiscard]] const std::vector<std::string>& unfit() const { return unfit_; }

  private:
    Result<> one(int at, const std::string& name, const std::string& path, int depth) {
        struct stat info {};
        if (::fstatat(at, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return error(path);
        if (is_ignored(path, S_ISDIR(info.st_mode))) {
            ++tree_.ignored;
            return {};
        }
        if (S_ISDIR(info.st_mode)) {
            const int below = ::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
            if (below < 0) return error(path);
            return folder(below, path + "/", depth + 1);
        }
        if (S_ISLNK(info.st_mode)) {
            std::error_code failure;
            const auto target = std::filesystem::canonical(tree_.root / path, failure);
            const std::string inside = tree_.root.string() + "/";
            if (failure || !target.string().starts_with(inside) || ::stat(target.c_str(), &info) != 0 ||
                !S_ISREG(info.st_mode)) {
                tree_.skipped_links.push_back(path);
                return {};
            }
        } else if (!S_ISREG(info.st_mode)) {
            tree_.skipped_others.push_back(path);
            return {};
        }
        if (!is_utf8(path) || !is_safe_relative(path) || path.size() > 1000) {
            unfit_.push_back(path);
            return {};
        }
        tree_.files.push_back({path,
                               {static_cast<std::int64_t>(info.st_size),
                                info.st_mtim.tv_sec * 1'000'000'000L + info.st_mtim.tv_nsec,
                                info.st_ctim.tv_sec * 1'000'000'000L + info.st_ctim.tv_nsec,
                                static_cast<std::uint64_t>(info.st_ino)}});
        return {};
    }

    bool is_ignored(const std::string& path, bool is_folder) const {
        for (const auto& pattern : ignore_)
            if (pattern.match(path) || (is_folder && pattern.match(path + "/"))) return true;
        return false;
    }

    Error error(const std::string& path) const {
        const int number = errno;
        return {number == ENOENT ? Errc::not_found : Errc::forbidden,
                (tree_.root / path).string() + " can't be read: " + std::strerror(number) + "."};
    }

    Tree& tree_;
    const std::vector<PathPattern>& ignore_;
    std::vector<std::string> unfit_;
};

} // namespace

Result<Tree> scan_tree(const std::filesystem::path& root, const std::vector<PathPattern>& ignore) {
    Tree tree;
    std::error_code failure;
    tree.root = std::filesystem::canonical(root, failure);
    if (failure)
        return Error{Errc::not_found,
                     "The folder " + root.string() + " can't be read: " + failure.message() + "."};
    const int descriptor = ::open(tree.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return Error{Errc::not_found,
                     root.string() + " is no folder that can be read: " + std::strerror(errno) + "."};
    Walk walk{tree, ignore};
    BIFROST_CHECK(walk.folder(descriptor, "", 0));
    if (!walk.unfit().empty()) {
        Error error{Errc::invalid, std::to_string(walk.unfit().size()) +
                                       " paths can't be stored (control characters, backslashes, no UTF-8, "
                                       "or too long). Rename or ignore them:"};
        for (std::size_t i = 0; i < std::min(walk.unfit().size(), kMostNamed); ++i)
            error.detail += " " + walk.unfit()[i];
        return error;
    }
    std::sort(tree.files.begin(), tree.files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    return tree;
}

} // namespace bifrost::client
