#include "storage/local/local_store.hpp"

#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/hash.hpp"
#include "core/id.hpp"
#include "core/random.hpp"
#include "storage/local/completion.hpp"
#include "storage/local/object_folder.hpp"
#include "storage/local/part_writer.hpp"
#include "storage/local/signed_url.hpp"
#include "storage/local/upload_file.hpp"
#include "storage/object_key.hpp"

namespace bifrost::storage {
namespace {

constexpr std::int64_t kMostParts = 1'000'000;

Error no_such_upload() { return {Errc::not_found, "The store has no such upload; begin another."}; }
Error dead_url() { return {Errc::forbidden, "The upload of this URL is over, or there never was one."}; }

Error bad_key() {
    return {Errc::invalid,
            "A key has 1 to 512 characters of a-z, 0-9, '_' and '-' in segments that '/' parts."};
}

std::string part_path(const std::string& upload, std::int64_t number) {
    return "/uploads/" + upload + '/' + std::to_string(number);
}

class LocalReader : public ObjectReader {
  public:
    LocalReader(Descriptor file, std::int64_t offset) : file_(std::move(file)), offset_(offset) {}

    Result<std::size_t> read(void* data, std::size_t size) override {
        while (true) {
            const ssize_t got = ::pread(file_.get(), data, size, offset_);
            if (got >= 0) {
                offset_ += got;
                return static_cast<std::size_t>(got);
            }
            if (errno != EINTR) return os_error(errno, "read an object");
        }
    }

  private:
    Descriptor file_;
    std::int64_t offset_;
};

struct Folders {
    Descriptor root;
    Descriptor objects;
    Descriptor uploads;
    Descriptor tmp;
};

class LocalFileStore : public LocalStore {
  public:
    LocalFileStore(const LocalStoreOptions& options, Folders folders, std::string boot)
        : options_(options), root_(std::move(folders.root)), uploads_(std::move(folders.uploads)),
          tmp_(std::move(folders.tmp)), objects_(std::move(folders.objects)), boot_(std::move(boot)) {}

    Result<std::string> begin_upload(const std::string& key, std::int64_t size,
                                     std::int64_t part_size) override;
    Result<SignedUrl> sign_part(const std::string& key, const std::string& upload, int number,
                                std::int64_t size, const std::string& sha256_hex, int valid_seconds) override;
    Result<Part> put_part(const std::string& key, const std::string& upload, int number,
                          std::string_view bytes) override;
    Result<std::vector<Part>> list_parts(const std::string& key, const std::string& upload) override;
    Result<std::optional<std::string>> complete_upload(const std::string& key, const std::string& upload,
                                                       const std::vector<Part>& parts) override;
    Result<> abort_upload(const std::string& key, const std::string& upload) override;
    Result<> sync(const std::vector<std::string>& keys) override;
    Result<SignedUrl> sign_download(const std::string& key, const DownloadOptions& options) override;
    Result<std::unique_ptr<ObjectReader>> open(const std::string& key, std::int64_t offset) override;
    Result<std::optional<ObjectInfo>> stat(const std::string& key) override;
    Result<> remove(const std::string& key) override;
    Result<std::vector<AbandonedUpload>> list_abandoned(Timestamp older_than, std::size_t most) override;
    Result<>
    each_object(const std::function<Result<>(const std::string&, const ObjectInfo&)>& visit) override {
        return objects_.each(visit);
    }
    [[nodiscard]] std::string_view backend() const override { return "local"; }
    Result<> ping() override;

    Result<std::unique_ptr<PartWriter>> receive_part(std::string_view path, std::string_view query,
                                                     std::int64_t content_length) override;
    Result<OpenedObject> open_signed(std::string_view path, std::string_view query) override;
    Result<std::optional<std::string>> find_path(const std::string& key) override;
    Result<OpenedObject> open_stored(const std::string& key) override;
    [[nodiscard]] std::int64_t free_bytes() const override;

  private:
    Result<std::unique_ptr<PartWriter>> open_part(const std::string& upload, std::int64_t number,
                                                  const QueryParameters& parameters);
    /// Servers hand over the path as it came or what is left after their own routing.
    [[nodiscard]] std::string_view below_prefix(std::string_view path) const {
        return path.starts_with(options_.url_prefix) ? path.substr(options_.url_prefix.size()) : path;
    }

    LocalStoreOptions options_;
    Descriptor root_;
    Descriptor uploads_;
    Descriptor tmp_;
    ObjectFolder objects_;
    std::string boot_;
};

Result<std::string> LocalFileStore::begin_upload(const std::string& key, std::int64_t size,
                                                 std::int64_t part_size) {
    if (!is_object_key(key)) return bad_key();
    if (size < 0 || part_size < 1 || (size > 0 && (size - 1) / part_size >= kMostParts)) {
        return Error{Errc::invalid,
                     "An upload has at least 0 bytes and at most 1000000 parts of at least 1 byte."};
    }
    const std::string upload = make_upload_id({size, part_size});
    BIFROST_CHECK(UploadFile::create(uploads_, upload, key, boot_));
    return upload;
}

Result<SignedUrl> LocalFileStore::sign_part(const std::string& key, const std::string& upload, int number,
                                            std::int64_t size, const std::string& sha256_hex,
                                            int valid_seconds) {
    if (!is_object_key(key)) return bad_key();
    if (!parse_upload_id(upload)) return no_such_upload();
    if (number < 1 || size < 1 || valid_seconds < 1) {
        return Error{Errc::invalid,
                     "Parts are numbered from 1, have at least 1 byte, and their URLs live at least 1 s."};
    }
    QueryParameters parameters{{"key", key}, {"size", std::to_string(size)}};
    SignedUrl signed_url;
    if (!sha256_hex.empty()) {
        if (!is_sha256_hex(sha256_hex))
            return Error{Errc::invalid, "A sha256 is 64 lower-case hexadecimal digits."};
        parameters["sha256"] = sha256_hex;
        signed_url.headers.emplace_back("x-amz-checksum-sha256", base64_of_hex(sha256_hex));
    }
    signed_url.expires_at = Timestamp::now().plus_seconds(valid_seconds);
    signed_url.url = options_.url_prefix + sign_url(options_.signing_key, "PUT", part_path(upload, number),
                                                    std::move(parameters), signed_url.expires_at);
    return signed_url;
}

Result<Part> LocalFileStore::put_part(const std::string& key, const std::string& upload, int number,
                                      std::string_view bytes) {
    if (!is_object_key(key)) return bad_key();
    const auto size = static_cast<std::int64_t>(bytes.size());
    BIFROST_ASSIGN(const auto writer,
                   open_part(upload, number, {{"key", key}, {"size", std::to_string(size)}}));
    BIFROST_CHECK(writer->write(bytes.data(), bytes.size()));
    BIFROST_ASSIGN(std::string etag, writer->finish());
    return Part{number, size, std::move(etag)};
}

Result<std::vector<Part>> LocalFileStore::list_parts(const std::string& key, const std::string& upload) {
    if (!is_object_key(key)) return no_such_upload();
    return storage::list_parts({uploads_, objects_, boot_, key, upload});
}

Result<std::optional<std::string>> LocalFileStore::complete_upload(const std::string& key,
                                                                   const std::string& upload,
                                                                   const std::vector<Part>& parts) {
    if (!is_object_key(key)) return no_such_upload();
    return complete({uploads_, objects_, boot_, key, upload}, parts);
}

Result<> LocalFileStore::abort_upload(const std::string& key, const std::string& upload) {
    const auto file = UploadFile::open(uploads_, upload);
    if (!file) {
        if (file.error().code == Errc::not_found) return {};
        return file.error();
    }
    BIFROST_CHECK(file->lock_state());
    // One without a key broke off when it began, or when it was completed; the id is enough to know it by.
    const auto seen = file->glance();
    if (seen && seen->key != key) return {};
    if (!file->is_still(uploads_, upload)) return {};
    return UploadFile::drop(uploads_, upload);
}

Result<> LocalFileStore::sync(const std::vector<std::string>& keys) {
    for (const auto& key : keys)
        if (!is_object_key(key)) return bad_key();
    return objects_.sync(keys);
}

Result<SignedUrl> LocalFileStore::sign_download(const std::string& key, const DownloadOptions& options) {
    if (!is_object_key(key)) return bad_key();
    if (options.valid_seconds < 1) return Error{Errc::invalid, "A download URL lives at least 1 s."};
    QueryParameters parameters{{"name", options.file_name}, {"type", options.media_type}};
    SignedUrl signed_url;
    signed_url.expires_at = Timestamp::now().plus_seconds(options.valid_seconds);
    signed_url.url = options_.url_prefix + sign_url(options_.signing_key, "GET", "/objects/" + key,
                                                    std::move(parameters), signed_url.expires_at);
    return signed_url;
}

Result<std::unique_ptr<ObjectReader>> LocalFileStore::open(const std::string& key, std::int64_t offset) {
    if (!is_object_key(key)) return bad_key();
    if (offset < 0) return Error{Errc::invalid, "An object is read from byte 0 on at the earliest."};
    BIFROST_ASSIGN(Descriptor file, objects_.open(key));
    static_cast<void>(::posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL)); // a hint
    return std::unique_ptr<ObjectReader>(std::make_unique<LocalReader>(std::move(file), offset));
}

Result<std::optional<ObjectInfo>> LocalFileStore::stat(const std::string& key) {
    if (!is_object_key(key)) return bad_key();
    return objects_.stat(key);
}

Result<> LocalFileStore::remove(const std::string& key) {
    if (!is_object_key(key)) return bad_key();
    return objects_.remove(key);
}

Result<std::vector<AbandonedUpload>> LocalFileStore::list_abandoned(Timestamp older_than, std::size_t most) {
    BIFROST_ASSIGN(Descriptor opened, open_at(uploads_, ".", O_RDONLY | O_DIRECTORY));
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(opened.release()), ::closedir);
    if (!stream) return os_error(errno, "list the uploads");
    std::vector<AbandonedUpload> list;
    while (const dirent* entry = list.size() < most ? ::readdir(stream.get()) : nullptr) {
        const std::string upload = entry->d_name;
        if (!parse_upload_id(upload)) continue;
        struct stat about {};
        if (::fstatat(uploads_.get(), upload.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) continue;
        AbandonedUpload found{"", upload, {about.st_mtim.tv_sec * 1'000'000 + about.st_mtim.tv_nsec / 1000}};
        if (found.last_activity >= older_than) continue;
        if (const auto file = UploadFile::open(uploads_, upload)) {
            if (const auto seen = file->glance()) found.key = seen->key;
        }
        list.push_back(std::move(found));
    }
    return list;
}

Result<> LocalFileStore::ping() {
    const std::string name = "probe-" + random_token(12);
    BIFROST_ASSIGN(const Descriptor file, open_at(tmp_, name.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0600));
    const auto written = write_all(file, name.data(), name.size());
    if (::unlinkat(tmp_.get(), name.c_str(), 0) != 0 && written) return os_error(errno, "remove a probe");
    return written;
}

Result<std::unique_ptr<PartWriter>>
LocalFileStore::receive_part(std::string_view path, std::string_view query, std::int64_t content_length) {
    BIFROST_ASSIGN(const QueryParameters parameters,
                   check_url(options_.signing_key, "PUT", below_prefix(path), query, Timestamp::now()));
    path = below_prefix(path);
    constexpr std::string_view kPrefix = "/uploads/";
    if (!path.starts_with(kPrefix)) return dead_url();
    const std::string_view rest = path.substr(kPrefix.size());
    const std::string upload(rest.substr(0, rest.find('/')));
    const auto number = parse_decimal(rest.substr(std::min(upload.size() + 1, rest.size())));
    const auto size = parse_decimal(parameters.contains("size") ? parameters.find("size")->second : "");
    if (!number || !size || !parameters.contains("key")) return dead_url();
    if (content_length >= 0 && content_length != *size) {
        return Error{Errc::invalid, "The part has " + std::to_string(content_length) + " bytes where " +
                                        std::to_string(*size) + " were signed."};
    }
    return open_part(upload, *number, parameters);
}

Result<std::unique_ptr<PartWriter>> LocalFileStore::open_part(const std::string& upload, std::int64_t number,
                                                              const QueryParameters& parameters) {
    const auto value = [&](std::string_view name) {
        const auto found = parameters.find(name);
        return found == parameters.end() ? std::string() : found->second;
    };
    auto file = UploadFile::open(uploads_, upload);
    if (!file) return file.error().code == Errc::not_found ? dead_url() : file.error();
    Error busy{Errc::conflict,
               "This part is being received by another request, or the upload is being completed; "
               "try again when that is over."};
    busy.retry_after_seconds = 1;
    if (!file->try_lock_receiving()) return busy;
    const auto seen = file->glance();
    if (!seen || seen->key != value("key") || !file->is_still(uploads_, upload)) return dead_url();
    const auto size = file->shape().size_of(number);
    if (!size || std::to_string(*size) != value("size")) {
        return Error{Errc::invalid,
                     "The upload has no part of this number and size; ask for its parts again."};
    }
    if (!file->try_lock_part(number)) return busy;
    // What was there of the part is about to be overwritten; from here on only the new bytes count.
    if (seen->has_records) BIFROST_CHECK(file->append("drop " + std::to_string(number)));
    PartPlace place{static_cast<int>(number), file->shape().offset_of(number), *size, value("sha256"), boot_};
    return std::unique_ptr<PartWriter>(std::make_unique<LocalPartWriter>(std::move(*file), std::move(place)));
}

Result<OpenedObject> LocalFileStore::open_signed(std::string_view path, std::string_view query) {
    BIFROST_ASSIGN(const QueryParameters parameters,
                   check_url(options_.signing_key, "GET", below_prefix(path), query, Timestamp::now()));
    path = below_prefix(path);
    constexpr std::string_view kPrefix = "/objects/";
    if (!path.starts_with(kPrefix) || !is_object_key(path.substr(kPrefix.size()))) return dead_url();
    BIFROST_ASSIGN(OpenedObject object, open_stored(std::string(path.substr(kPrefix.size()))));
    if (const auto name = parameters.find("name"); name != parameters.end()) object.file_name = name->second;
    if (const auto type = parameters.find("type"); type != parameters.end()) object.media_type = type->second;
    return object;
}

Result<OpenedObject> LocalFileStore::open_stored(const std::string& key) {
    if (!is_object_key(key)) return bad_key();
    BIFROST_ASSIGN(Descriptor file, objects_.open(key));
    struct stat about {};
    if (::fstat(file.get(), &about) != 0) return os_error(errno, "look at an object");
    OpenedObject object;
    object.size = about.st_size;
    object.descriptor = file.release();
    return object;
}

Result<std::optional<std::string>> LocalFileStore::find_path(const std::string& key) {
    BIFROST_ASSIGN(const auto found, stat(key));
    if (!found) return std::optional<std::string>{};
    return std::optional((std::filesystem::absolute(options_.root) / "objects" / key).string());
}

std::int64_t LocalFileStore::free_bytes() const {
    struct statvfs about {};
    if (::fstatvfs(root_.get(), &about) != 0) return 0;
    return static_cast<std::int64_t>(about.f_bavail) * static_cast<std::int64_t>(about.f_frsize);
}

/// Differs after every start of the machine (proc(5), /proc/sys/kernel/random/boot_id). Where it can't be
/// read every start of the program counts as one, which only costs parts of unfinished uploads.
std::string boot_id() {
    std::string id;
    if (const Descriptor file{::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)}) {
        if (const auto text = read_some(file, 0, 36)) id = *text;
    }
    return Id::parse(id) ? id : Id::make().text();
}

Error unusable_root(const std::filesystem::path& root, int code) {
    return {Errc::unavailable, "The folder " + root.string() + " of the object store can't be written (" +
                                   std::generic_category().message(code) +
                                   "); make it writable for this user or name another one."};
}

} // namespace

Result<std::unique_ptr<LocalStore>> open_local_store(const LocalStoreOptions& options) {
    constexpr std::size_t kShortestKey = 32;
    if (options.signing_key.size() < kShortestKey) {
        return Error{Errc::invalid, "The key that signs URLs of the object store needs at least 32 bytes."};
    }
    std::error_code failed;
    std::filesystem::create_directories(options.root, failed);
    if (failed) return unusable_root(options.root, failed.value());
    Folders folders;
    folders.root = Descriptor(::open(options.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folders.root) return unusable_root(options.root, errno);
    struct Wanted {
        const char* name;
        Descriptor& descriptor;
    };
    for (const Wanted& wanted :
         {Wanted{"objects", folders.objects}, {"uploads", folders.uploads}, {"tmp", folders.tmp}}) {
        if (::mkdirat(folders.root.get(), wanted.name, 0750) != 0 && errno != EEXIST) {
            return unusable_root(options.root, errno);
        }
        wanted.descriptor = Descriptor(
            ::openat(folders.root.get(), wanted.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!wanted.descriptor ||
            ::faccessat(folders.root.get(), wanted.name, W_OK | X_OK, AT_EACCESS) != 0) {
            return unusable_root(options.root, errno);
        }
    }
    auto store = std::make_unique<LocalFileStore>(options, std::move(folders), boot_id());
    // A full disk is no reason to refuse the start: what is stored can still be read.
    if (const auto alive = store->ping(); !alive && alive.error().code != Errc::out_of_space)
        return alive.error();
    return std::unique_ptr<LocalStore>(std::move(store));
}

} // namespace bifrost::storage
