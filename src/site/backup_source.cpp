#include <cerrno>
#include <set>

#include <fcntl.h>
#include <unistd.h>

#include "site/backup.hpp"
#include "site/backup_objects.hpp"
#include "site/folder.hpp"

namespace bifrost::site {
namespace {

Error untrusted(const std::filesystem::path& path, const std::string& how) {
    return {Errc::invalid, "The backup can't be trusted: " + path.string() + " " + how + "."};
}

/// Reads one file of a backup through and compares it with what the manifest says.
Result<> check_file(const std::filesystem::path& path, std::int64_t size, const std::string& sha256,
                    const Watch& watch) {
    Sha256 hash;
    std::int64_t read = 0;
    const auto done = read_file(path, [&](std::string_view piece) -> Result<> {
        hash.update(piece.data(), piece.size());
        read += static_cast<std::int64_t>(piece.size());
        if (watch.advance) watch.advance(static_cast<std::int64_t>(piece.size()));
        return {};
    });
    if (!done && done.error().code == Errc::not_found) return untrusted(path, "is missing");
    if (!done) return done.error();
    if (read != size) {
        return untrusted(path, (read < size ? "was cut: it has " : "has more than was written: ") +
                                   std::to_string(read) + " of " + std::to_string(size) + " bytes");
    }
    if (hash.finish_hex() != sha256) return untrusted(path, "has other bytes than were written");
    return {};
}

class FileReader final : public storage::ObjectReader {
  public:
    explicit FileReader(int descriptor) : descriptor_(descriptor) {}
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;
    ~FileReader() override { ::close(descriptor_); }

    Result<std::size_t> read(void* data, std::size_t size) override {
        while (true) {
            const ssize_t got = ::read(descriptor_, data, size);
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno != EINTR) return Error{Errc::unavailable, "The backup can't be read any more."};
        }
    }

  private:
    int descriptor_;
};

class BackupSource final : public Source {
  public:
    BackupSource(std::filesystem::path folder, Manifest manifest)
        : folder_(std::move(folder)), manifest_(std::move(manifest)), identity_("backup " + manifest_.id) {
        for (const auto& table : manifest_.tables) tables_.push_back(table_of(table));
        missing_.insert(manifest_.missing.begin(), manifest_.missing.end());
    }

    [[nodiscard]] const std::string& identity() const override { return identity_; }
    [[nodiscard]] std::int64_t epoch() const override { return manifest_.epoch; }
    [[nodiscard]] const std::string& backend() const override { return manifest_.backend; }
    [[nodiscard]] const std::vector<Table>& tables() const override { return tables_; }
    Result<> each_row(const Table& table, const std::function<Result<>(Row)>& visit) override {
        return read_lines(table_path(folder_, table.name), [&](std::string_view line) -> Result<> {
            BIFROST_ASSIGN(Row row, parse_row(table, line));
            // Bytes that the site had lost already when the backup was taken stay lost, and are told so.
            if (table.name == "object" &&
                missing_.contains(std::get<std::string>(row[table.column("sha256")])))
                row[table.column("state")] = std::string("missing");
            return visit(std::move(row));
        });
    }
    Result<std::unique_ptr<storage::ObjectReader>> open_object(const std::string& sha256,
                                                               const std::string& key) override {
        const auto path = sha256.empty() ? preview_path(folder_, key) : object_path(folder_, sha256);
        const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0) return untrusted(path, "can't be read");
        return std::unique_ptr<storage::ObjectReader>(std::make_unique<FileReader>(descriptor));
    }

  private:
    std::filesystem::path folder_;
    Manifest manifest_;
    std::string identity_;
    std::vector<Table> tables_;
    std::set<std::string> missing_;
};

} // namespace

Result<Manifest> check_backup(const std::filesystem::path& folder, const Watch& watch) {
    BIFROST_ASSIGN(auto manifest, read_manifest(folder));
    std::int64_t bytes = manifest.bytes;
    for (const auto& table : manifest.tables) bytes += table.size;
    if (watch.expect) watch.expect(bytes);
    for (const auto& table : manifest.tables)
        BIFROST_CHECK(check_file(table_path(folder, table.name), table.size, table.sha256, watch));
    const std::set<std::string> missing(manifest.missing.begin(), manifest.missing.end());
    BIFROST_CHECK(each_object(folder, manifest, [&](const DumpedObject& object) -> Result<> {
        if (missing.contains(object.sha256)) return {};
        return check_file(object_path(folder, object.sha256), object.size, object.sha256, watch);
    }));
    return manifest;
}

Result<std::unique_ptr<Source>> open_backup(const std::filesystem::path& folder) {
    BIFROST_ASSIGN(auto manifest, read_manifest(folder));
    return std::unique_ptr<Source>(std::make_unique<BackupSource>(folder, std::move(manifest)));
}

} // namespace bifrost::site
