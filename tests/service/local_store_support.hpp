#pragma once
// A local store in a folder of its own, and what its tests do with it again and again.

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/hash.hpp"
#include "storage/local/local_store.hpp"
#include "support/temporary_folder.hpp"

namespace bifrost::storage {

inline const std::string kSigningKey = "a secret of at least thirty-two bytes";

/// A signed URL as an HTTP server would hand it to the store.
struct Target {
    std::string path;
    std::string query;
};

inline Target target_of(const SignedUrl& signed_url) {
    const std::string prefix = "/api/v1/storage";
    EXPECT_TRUE(signed_url.url.starts_with(prefix)) << signed_url.url;
    const std::size_t mark = signed_url.url.find('?');
    return {signed_url.url.substr(prefix.size(), mark - prefix.size()), signed_url.url.substr(mark + 1)};
}

template <class T>
Errc code_of(const Result<T>& result) {
    EXPECT_FALSE(result) << "it should have failed";
    return result ? Errc::not_acceptable : result.error().code;
}

template <class T>
std::string why(const Result<T>& result) {
    if (result) return "it succeeded";
    std::string text = result.error().detail;
    for (const auto& field : result.error().fields) text += " [" + field.pointer + ": " + field.detail + ']';
    return text;
}

inline std::unique_ptr<LocalStore> open_store(const std::filesystem::path& root) {
    auto opened = open_local_store({root, kSigningKey});
    if (!opened) throw std::runtime_error(opened.error().detail);
    return std::move(*opened);
}

inline std::string bytes_of(std::size_t size, char first = 'a') {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(first + static_cast<char>(i % 23));
    return text;
}

/// Opens the writer of a part by its signed URL.
inline Result<std::unique_ptr<PartWriter>> open_part(LocalStore& store, const std::string& key,
                                                     const std::string& upload, int number, std::size_t size,
                                                     const std::string& sha256 = "") {
    BIFROST_ASSIGN(const SignedUrl url,
                   store.sign_part(key, upload, number, static_cast<std::int64_t>(size), sha256, 60));
    const Target target = target_of(url);
    return store.receive_part(target.path, target.query, static_cast<std::int64_t>(size));
}

/// Sends a whole part and returns its etag.
inline Result<std::string> send_part(LocalStore& store, const std::string& key, const std::string& upload,
                                     int number, const std::string& bytes, const std::string& sha256 = "") {
    BIFROST_ASSIGN(const auto writer, open_part(store, key, upload, number, bytes.size(), sha256));
    BIFROST_CHECK(writer->write(bytes.data(), bytes.size()));
    return writer->finish();
}

/// Stores an object of one part.
inline void put(LocalStore& store, const std::string& key, const std::string& bytes) {
    const auto upload = store.begin_upload(key, static_cast<std::int64_t>(bytes.size()), 8 << 20);
    ASSERT_TRUE(upload) << why(upload);
    std::vector<Part> parts;
    if (!bytes.empty()) {
        const auto etag = send_part(store, key, *upload, 1, bytes);
        ASSERT_TRUE(etag) << why(etag);
        parts.push_back({1, static_cast<std::int64_t>(bytes.size()), *etag});
    }
    const auto completed = store.complete_upload(key, *upload, parts);
    ASSERT_TRUE(completed) << why(completed);
}

inline std::string read_object(LocalStore& store, const std::string& key) {
    auto reader = store.open(key, 0);
    if (!reader) return "<" + reader.error().detail + ">";
    std::string text;
    char buffer[65536];
    while (true) {
        const auto size = (*reader)->read(buffer, sizeof buffer);
        if (!size) return "<" + size.error().detail + ">";
        if (*size == 0) return text;
        text.append(buffer, *size);
    }
}

inline std::string read_whole(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs `body` in a child process and returns how it ended (see waitpid). `body` must not return through the
/// test.
inline int run_child(const std::function<void()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
        body();
        ::_exit(0);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

class LocalStoreTest : public testing::Test {
  protected:
    tests::TemporaryFolder folder_;
    std::filesystem::path root_ = folder_.path() / "store";
    std::unique_ptr<LocalStore> store_ = open_store(root_);
    std::string key_ = "ab/cd/0196f0aa-plate";
};

} // namespace bifrost::storage
