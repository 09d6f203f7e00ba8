#include "storage/object_key.hpp"

namespace bifrost::storage {

bool is_object_key(std::string_view key) {
    constexpr std::size_t kMostCharacters = 512;
    constexpr std::size_t kMostInSegment = 128;
    if (key.empty() || key.size() > kMostCharacters) return false;
    std::size_t segment = 0;
    for (const char c : key) {
        if (c == '/') {
            if (segment == 0) return false;
            segment = 0;
            continue;
        }
        const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!fits || ++segment > kMostInSegment) return false;
    }
    return segment > 0;
}

} // namespace bifrost::storage
