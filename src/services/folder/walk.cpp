// The walk of a scan: folder by folder through descriptors, so that a folder that is renamed, or replaced by
// a link, meanwhile can't lead it elsewhere.

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.hpp"
#include "services/folder/areas.hpp"
#include "services/folder/expected.hpp"
#include "services/folder/name_form.hpp"
#include "services/folder/scan.hpp"
#include "services/folder/scan.sql.hpp"
#include "services/project/project.hpp"

namespace bifrost::folder {
namespace {

constexpr int kDeepest = 128; // folders in each other: no version's path (1,024 bytes) is deeper in practice
constexpr std::size_t kKnownAtOnce = 1'000;

struct Name {
    std::string text;
    unsigned char type = DT_UNKNOWN;
};

struct FolderCloser {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

/// The names in a folder, sorted; an error number when they can't be read to the end.
int read_names(int descriptor, std::vector<Name>& names) {
    const std::unique_ptr<DIR, FolderCloser> folder(::fdopendir(descriptor));
    if (folder == nullptr) {
        ::close(descriptor);
        return errno;
    }
    while (true) {
        errno = 0;
        const dirent* entry = ::readdir(folder.get());
        if (entry == nullptr) break;
        const std::string_view name(entry->d_name);
        if (name != "." && name != "..") names.push_back({std::string(name), entry->d_type});
    }
    std::sort(names.begin(), names.end(), [](const Name& a, const Name& b) { return a.text < b.text; });
    return errno;
}

/// A name as text that a database takes: bytes that are no UTF-8 and control characters as %XX.
std::string shown(std::string_view name) {
    if (is_utf8(name) && !has_control_characters(name)) return std::string(name);
    std::string text;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f && c != '%') {
            text += c;
        } else {
            constexpr std::string_view kDigits = "0123456789ABCDEF";
            text += '%';
            text += kDigits[byte >> 4];
            text += kDigits[byte & 15];
        }
    }
    return text;
}

FileState state_of(const struct stat& info) {
    return {info.st_size,
            static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec,
            static_cast<std::int64_t>(info.st_ino)};
}

class Walk {
  public:
    Walk(database::Database& database, const Disk& disk, const Layout& layout, const Areas& areas,
         ExpectedFiles& expected, const ScanOptions& options, const ScanObserver& observer)
        : database_(database), disk_(disk), layout_(layout), areas_(areas), expected_(expected),
          options_(options), observer_(observer) {}

    Result<ScanResult> run(const std::set<std::string>& tops) {
        std::size_t gone = 0;
        for (const auto& top : tops) {
            auto folder = disk_.open_folder(top);
            if (!folder && folder.error().code == Errc::not_found) {
                ++gone;
                continue;
            }
            if (!folder) {
                note("unreadable", top, "It can't be opened: " + folder.error().detail);
                unreadable_.insert(top);
                continue;
            }
            BIFROST_CHECK(visit(top, std::move(*folder), false, 0));
        }
        // What an unmounted file system looks like: calling all of it missing would fill the wrong disk.
        if (gone == tops.size() && expected_.known() > 0)
            return Error{Errc::unavailable,
                         "The project's folder, which had files when it was last looked at, is not on the "
                         "shared file system: mount it. If it is really gone, make it again ('bifrost folder "
                         "create') and scan."};
        note_missing();
        BIFROST_CHECK(find_moved());
        BIFROST_CHECK(remember());
        if (observer_.stopped()) return Error{Errc::unavailable, "The job was asked to stop."};
        count();
        return std::move(result_);
    }

  private:
    Result<> visit(const std::string& path, Descriptor folder, bool in_area, int depth) {
        std::vector<Name> names;
        const int listing = ::dup(folder.get());
        const int failed = listing < 0 ? errno : read_names(listing, names);
        if (failed != 0 || depth > kDeepest) {
            note("unreadable", path,
                 failed != 0 ? std::string("It can't be read: ") + std::strerror(failed) + "."
                             : "Its folders lie too deep in each other.");
            unreadable_.insert(path);
            return {};
        }
        auto* files = expected_.in_folder(path);
        std::size_t next = 0; // of files: both lists are sorted
        for (const auto& name : names) {
            ExpectedFile* wanted = nullptr;
            if (files != nullptr) {
                while (next < files->size() && (*files)[next].name < name.text) ++next;
                if (next < files->size() && (*files)[next].name == name.text) wanted = &(*files)[next];
            }
            BIFROST_CHECK(look(path, folder, name, wanted, in_area, depth));
        }
        return {};
    }

    /// One name of a folder.
    Result<> look(const std::string& path, const Descriptor& folder, const Name& name, ExpectedFile* wanted,
                  bool in_area, int depth) {
        // The server's own: what was put aside, and files that are being written.
        if (name.text.starts_with(".bifrost")) return {};
        struct stat info {};
        unsigned char type = name.type;
        const bool must_know = type == DT_REG ? (wanted != nullptr || !in_area) : type == DT_UNKNOWN;
        if (must_know) {
            if (::fstatat(folder.get(), name.text.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
                if (errno == ENOENT) return {}; // gone since the folder was read
                note("unreadable", path + "/" + shown(name.text),
                     std::string("It can't be read: ") + std::strerror(errno) + ".");
                if (wanted != nullptr) wanted->seen = true;
                return {};
            }
            type = S_ISREG(info.st_mode)   ? DT_REG
                   : S_ISDIR(info.st_mode) ? DT_DIR
                   : S_ISLNK(info.st_mode) ? DT_LNK
                                           : DT_FIFO;
        }
        if (type == DT_DIR) return enter(path, folder, name.text, in_area, depth);
        if (type == DT_REG && (wanted != nullptr || !in_area))
            return look_at_file(path, folder, name.text, state_of(info), wanted);
        if (type == DT_REG) return {};
        if (wanted != nullptr) {
            wanted->seen = true;
            Finding& finding = note("changed", path + "/" + name.text,
                                    type == DT_LNK ? "A symbolic link stands in its place."
                                                   : "Something that is no file stands in its place.");
            finding.version_id = wanted->version_id;
            finding.file_id = wanted->file_id;
        } else if (!in_area && !is_link_to_file(folder, path, name.text)) {
            note("unknown", path + "/" + shown(name.text),
                 type == DT_LNK ? "It is a symbolic link." : "It is neither a file nor a folder.");
        }
        return {};
    }

    /// The link that a move left at the old place: it leads to the file of a version.
    bool is_link_to_file(const Descriptor& folder, const std::string& path, const std::string& name) {
        char target[1100];
        const ssize_t size = ::readlinkat(folder.get(), name.c_str(), target, sizeof target);
        if (size <= 0 || size == static_cast<ssize_t>(sizeof target)) return false;
        std::string_view rest(target, static_cast<std::size_t>(size));
        std::string at = path;
        while (rest.starts_with("../")) {
            rest.remove_prefix(3);
            const std::size_t slash = at.rfind('/');
            at.resize(slash == std::string::npos ? 0 : slash);
        }
        const std::string whole = (at.empty() ? "" : at + "/") + std::string(rest);
        const std::size_t slash = whole.rfind('/');
        if (slash == std::string::npos) return false;
        const auto* files = expected_.in_folder(whole.substr(0, slash));
        return files != nullptr && std::any_of(files->begin(), files->end(), [&](const ExpectedFile& file) {
                   return file.name == std::string_view(whole).substr(slash + 1);
               });
    }

    Result<> enter(const std::string& path, const Descriptor& folder, const std::string& name, bool in_area,
                   int depth) {
        const std::string below = path + "/" + name;
        const bool leads = expected_.leads_to_files(below);
        const bool area = in_area || areas_.is_area(layout_.templates, below);
        if (area && !leads) return {};
        Descriptor inner(
            ::openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (inner) return visit(below, std::move(inner), area, depth + 1);
        if (errno == ENOENT) return {};
        note("unreadable", path + "/" + shown(name),
             std::string("It can't be opened: ") + std::strerror(errno) + ".");
        unreadable_.insert(below);
        return {};
    }

    Result<> look_at_file(const std::string& path, const Descriptor& folder, const std::string& name,
                          const FileState& state, ExpectedFile* wanted) {
        ++result_.counts.files;
        if (result_.counts.files % 256 == 0) {
            if (observer_.stopped()) return Error{Errc::unavailable, "The job was asked to stop."};
            observer_.progress(
                0.1 + 0.8 * static_cast<double>(result_.counts.files) /
                          static_cast<double>(expected_.count() +
                                              static_cast<std::size_t>(result_.counts.files) / 8 + 1));
        }
        if (wanted == nullptr) {
            Finding& finding = note("unknown", path + "/" + shown(name), "");
            finding.size = state.size;
            unknown_states_.emplace_back(result_.findings.size() - 1, state);
            return {};
        }
        wanted->seen = true;
        if (state.size != wanted->size)
            return note_changed(path, name, *wanted, state, std::nullopt, "Its size is another.");
        const bool fresh = wanted->known && *wanted->known == state;
        if (options_.verify == "never" || (options_.verify == "changed" && fresh)) {
            ++result_.counts.unchanged;
            return {};
        }
        return read_bytes(path, folder, name, *wanted);
    }

    Result<> read_bytes(const std::string& path, const Descriptor& folder, const std::string& name,
                        ExpectedFile& wanted) {
        const Descriptor file(
            ::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (!file) {
            note("unreadable", path + "/" + name,
                 std::string("It can't be opened: ") + std::strerror(errno) + ".")
                .file_id = wanted.file_id;
            result_.findings.back().version_id = wanted.version_id;
            return {};
        }
        ++result_.counts.read;
        auto hashed = Disk::hash(file, observer_.stopped);
        if (observer_.stopped()) return Error{Errc::unavailable, "The job was asked to stop."};
        if (!hashed) {
            note("unreadable", path + "/" + name, hashed.error().detail).file_id = wanted.file_id;
            result_.findings.back().version_id = wanted.version_id;
            return {};
        }
        if (hashed->first != wanted.sha256)
            return note_changed(path, name, wanted, hashed->second, hashed->first, "Its bytes are others.");
        ++result_.counts.unchanged;
        known_.push_back(database::make_params(wanted.file_id, hashed->second.size,
                                               hashed->second.modified_ns, hashed->second.inode,
                                               wanted.sha256, Timestamp::now()));
        if (known_.size() >= kKnownAtOnce) return remember();
        return {};
    }

    Result<> note_changed(const std::string& path, const std::string& name, const ExpectedFile& wanted,
                          const FileState& state, const std::optional<std::string>& sha256,
                          std::string detail) {
        Finding& finding = note("changed", path + "/" + name, std::move(detail));
        finding.version_id = wanted.version_id;
        finding.file_id = wanted.file_id;
        finding.size = state.size;
        finding.sha256 = sha256;
        return {};
    }

    Finding& note(std::string state, std::string path, std::string detail) {
        Finding finding;
        finding.number = static_cast<std::int64_t>(result_.findings.size()) + 1;
        finding.state = std::move(state);
        finding.path = std::move(path);
        finding.detail = std::move(detail);
        return result_.findings.emplace_back(std::move(finding));
    }

    /// What lies below a folder that could not be read may well be there.
    [[nodiscard]] bool is_hidden(std::string path) const {
        while (!unreadable_.empty() && !path.empty()) {
            if (unreadable_.contains(path)) return true;
            const std::size_t slash = path.rfind('/');
            path.resize(slash == std::string::npos ? 0 : slash);
        }
        return false;
    }

    void note_missing() {
        std::vector<std::pair<std::string, const ExpectedFile*>> missing;
        for (const auto& [folder, files] : expected_.folders())
            for (const auto& file : files)
                if (!file.seen && !is_hidden(folder)) missing.emplace_back(folder + "/" + file.name, &file);
        std::sort(missing.begin(), missing.end(),
                  [](const auto& a, const auto& b) { return a.first < b.first; });
        for (const auto& [path, file] : missing) {
            // It may have come, or come back, since its folder was read.
            if (const auto now = disk_.stat_file(path); now && *now) continue;
            Finding& finding = note("missing", path, "");
            finding.version_id = file->version_id;
            finding.file_id = file->file_id;
            missing_.push_back({result_.findings.size() - 1, file});
        }
    }

    /// Unknown files whose bytes are those of a missing one lie in the wrong place: by the inode that its
    /// bytes were last read from, else by reading them when the size is right.
    Result<> find_moved() {
        std::unordered_multimap<std::int64_t, const Missing*> by_size;
        for (const auto& one : missing_) by_size.emplace(one.file->size, &one);
        std::set<std::size_t> solved;
        for (const auto& [at, state] : unknown_states_) {
            const auto [first, last] = by_size.equal_range(state.size);
            if (first == last || observer_.stopped()) continue;
            std::string sha256;
            for (auto candidate = first; candidate != last; ++candidate) {
                const Missing& one = *candidate->second;
                if (solved.contains(one.finding)) continue;
                if (one.file->known && *one.file->known == state) sha256 = one.file->sha256;
                if (sha256.empty()) {
                    const auto file = disk_.open_file(result_.findings[at].path);
                    if (!file) break;
                    ++result_.counts.read;
                    const auto hashed = Disk::hash(*file, observer_.stopped);
                    if (!hashed) break;
                    sha256 = hashed->first;
                }
                if (sha256 != one.file->sha256) continue;
                Finding& moved = result_.findings[at];
                moved.state = "wrong_place";
                moved.expected_path = result_.findings[one.finding].path;
                moved.version_id = one.file->version_id;
                moved.file_id = one.file->file_id;
                moved.sha256 = sha256;
                moved.detail = difference(moved.path, *moved.expected_path);
                solved.insert(one.finding);
                break;
            }
            if (!sha256.empty()) result_.findings[at].sha256 = sha256;
        }
        std::vector<Finding> left;
        for (std::size_t i = 0; i < result_.findings.size(); ++i) {
            if (solved.contains(i)) continue;
            left.push_back(std::move(result_.findings[i]));
            left.back().number = static_cast<std::int64_t>(left.size());
        }
        result_.findings = std::move(left);
        return {};
    }

    /// Stores what was read, so that a scan that is broken off need not read it again.
    Result<> remember() {
        if (known_.empty()) return {};
        BIFROST_CHECK(database_.write([&](database::Tx& tx) -> Result<> {
            BIFROST_CHECK(tx.execute_many(sql::put_known_file, known_));
            return {};
        }));
        known_.clear();
        return {};
    }

    void count() {
        for (const auto& finding : result_.findings) {
            if (finding.state == "missing") ++result_.counts.missing;
            if (finding.state == "unknown") ++result_.counts.unknown;
            if (finding.state == "changed") ++result_.counts.changed;
            if (finding.state == "wrong_place") ++result_.counts.wrong_place;
            if (finding.state == "unreadable") ++result_.counts.unreadable;
        }
    }

    struct Missing {
        std::size_t finding;
        const ExpectedFile* file;
    };

    database::Database& database_;
    const Disk& disk_;
    const Layout& layout_;
    const Areas& areas_;
    ExpectedFiles& expected_;
    const ScanOptions& options_;
    const ScanObserver& observer_;
    ScanResult result_;
    std::set<std::string> unreadable_;
    std::vector<Missing> missing_;
    std::vector<std::pair<std::size_t, FileState>> unknown_states_; ///< index of the finding
    std::vector<database::Params> known_;
};

/// The folders that are this project's alone: everything of it lies in them.
std::set<std::string> tops_of(const TemplateSet& templates, const Values& project) {
    std::set<std::string> tops;
    for (const auto& one : templates.all()) {
        if (one.root != "main") continue;
        std::string top;
        for (const auto& segment : one.pattern.variants().back().segments) {
            const bool literal = segment.size() == 1 && !segment.front().literal.empty();
            if (!top.empty()) top += '/';
            top += literal                    ? segment.front().literal
                   : segment.front().as_label ? project.label(Token::project)
                                              : project.code(Token::project);
            if (!literal) break;
        }
        tops.insert(top);
    }
    return tops;
}

} // namespace

Result<ScanResult> run_scan(database::Database& database, const Disk& disk, const Id& project_id,
                            const ScanOptions& options, const ScanObserver& observer) {
    Values values;
    Areas areas;
    BIFROST_ASSIGN(const Layout layout, database.snapshot([&](database::Tx& tx) -> Result<Layout> {
        BIFROST_ASSIGN(const auto project, project::find_entity(tx, project_id));
        if (!project) return Error{Errc::not_found, "The project is gone."};
        values.set(Token::project, project->code.value_or(""));
        values.set_label(Token::project, project->label.value_or(""));
        BIFROST_ASSIGN(areas, Areas::load(tx, project_id));
        return load_layout(tx, project_id, "", "");
    }));
    BIFROST_ASSIGN(ExpectedFiles expected, ExpectedFiles::load(database, project_id, layout));
    observer.progress(0.1);
    Walk walk(database, disk, layout, areas, expected, options, observer);
    return walk.run(tops_of(layout.templates, values));
}

} // namespace bifrost::folder
