#include "client/transfer/part_check.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "core/hash.hpp"

namespace bifrost::client {
namespace {

constexpr std::size_t kBuffer = 1 << 20;

bool is_md5(const std::string& etag) {
    return etag.size() == 32 && etag.find_first_not_of("0123456789abcdef") == std::string::npos;
}

} // namespace

bool may_be_part(const std::filesystem::path& path, std::int64_t offset, std::int64_t length,
                 const std::string& etag) {
    if (!is_md5(etag)) return true;
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    if (!context || EVP_DigestInit_ex(context.get(), EVP_md5(), nullptr) != 1) return true;
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    std::vector<char> buffer(kBuffer);
    while (file >= 0 && length > 0) {
        const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(length, kBuffer));
        const ssize_t got = ::pread(file, buffer.data(), wanted, offset);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(got));
        offset += got;
        length -= got;
    }
    if (file >= 0) ::close(file);
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (length > 0 || EVP_DigestFinal_ex(context.get(), sum, &size) != 1) return false;
    return hex({reinterpret_cast<const char*>(sum), size}) == etag;
}

} // namespace bifrost::client
