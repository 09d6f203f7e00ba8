#include "storage/object_store.hpp"

namespace bifrost::storage {

Result<std::optional<std::string>> ObjectStore::find_path(const std::string&) {
    return std::optional<std::string>{};
}

} // namespace bifrost::storage
