#include "media/landlock.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bifrost::media {
namespace {

// Numbers and bits of the kernel's include/uapi/linux/landlock.h.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr std::uint32_t kAskVersion = 1;
constexpr int kRulePathBeneath = 1;

constexpr std::uint64_t kExecute = 1U << 0;
constexpr std::uint64_t kWriteFile = 1U << 1;
constexpr std::uint64_t kReadFile = 1U << 2;
constexpr std::uint64_t kReadDir = 1U << 3;
constexpr std::uint64_t kRemoveFile = 1U << 5;
constexpr std::uint64_t kMakeReg = 1U << 8;
constexpr std::uint64_t kTruncate = 1U << 14;
/// All rights over files that a version knows: 13 in the first, then refer, truncate and, in the fifth,
/// ioctl.
constexpr std::array<int, 6> kRightsOfAbi = {0, 13, 14, 15, 15, 16};
constexpr std::uint64_t kBindAndConnectTcp = 3;
constexpr std::uint64_t kAbstractSocketsAndSignals = 3;

struct RulesetAttributes {
    std::uint64_t files = 0;
    std::uint64_t network = 0;
    std::uint64_t scoped = 0;
};
struct [[gnu::packed]] PathBeneath {
    std::uint64_t allowed = 0;
    std::int32_t parent = -1;
};

std::uint64_t all_rights(int abi) {
    const auto count = kRightsOfAbi[static_cast<std::size_t>(std::min(abi, 5))];
    return (std::uint64_t{1} << count) - 1;
}

std::size_t attribute_size(int abi) { return abi >= 6 ? 24 : abi >= 4 ? 16 : 8; }

Error os_error(const char* doing, int code) {
    return {Errc::unavailable, std::string("The sandbox could not ") + doing + ": " +
                                   std::generic_category().message(code) + "."};
}

Result<> allow(int ruleset, const std::filesystem::path& path, std::uint64_t rights, std::uint64_t known) {
    const int file = ::open(path.c_str(), O_PATH | O_CLOEXEC);
    if (file < 0) return errno == ENOENT || errno == ENOTDIR ? Result<>{} : os_error("open a path", errno);
    struct stat about {};
    const bool is_folder = ::fstat(file, &about) == 0 && S_ISDIR(about.st_mode);
    if (!is_folder) rights &= kExecute | kWriteFile | kReadFile | kTruncate;
    const PathBeneath rule{rights & known, file};
    const long added = ::syscall(kAddRule, ruleset, kRulePathBeneath, &rule, 0);
    const int failed = errno;
    ::close(file);
    return added == 0 ? Result<>{} : os_error("add a rule", failed);
}

Result<> add_rules(int ruleset, const LandlockRules& rules, std::uint64_t known) {
    for (const auto& path : rules.readable) BIFROST_CHECK(allow(ruleset, path, kReadFile | kReadDir, known));
    for (const auto& path : rules.executable)
        BIFROST_CHECK(allow(ruleset, path, kReadFile | kExecute, known));
    for (const auto& path : rules.devices)
        BIFROST_CHECK(allow(ruleset, path, kReadFile | kWriteFile | kTruncate, known));
    return allow(ruleset, rules.folder,
                 kReadFile | kReadDir | kWriteFile | kMakeReg | kRemoveFile | kTruncate, known);
}

} // namespace

int landlock_abi() {
    const long version = ::syscall(kCreateRuleset, nullptr, 0, kAskVersion);
    return version > 0 ? static_cast<int>(version) : 0;
}

Result<int> make_landlock_ruleset(const LandlockRules& rules) {
    const int abi = landlock_abi();
    RulesetAttributes attributes;
    attributes.files = all_rights(abi);
    if (abi >= 4) attributes.network = kBindAndConnectTcp;
    if (abi >= 6) attributes.scoped = kAbstractSocketsAndSignals;
    const auto ruleset =
        static_cast<int>(::syscall(kCreateRuleset, &attributes, attribute_size(abi), std::uint32_t{0}));
    if (ruleset < 0) return os_error("make a Landlock ruleset", errno);
    const auto added = add_rules(ruleset, rules, attributes.files);
    if (!added) {
        ::close(ruleset);
        return added.error();
    }
    return ruleset;
}

} // namespace bifrost::media
