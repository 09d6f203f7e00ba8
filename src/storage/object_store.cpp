#include "storage/object_store.hpp"

namespace bifrost::storage {

Result<std::optional<std::filesystem::path>> ObjectStore::find_path(const std::string&) {
    return std::optional<std::filesystem::path>{};
}

} // namespace bifrost::storage
