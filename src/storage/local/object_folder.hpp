#pragma once
// `objects/`: finished bytes under their keys, read-only files that are never written again.

#include <functional>
#include <mutex>
#include <set>

#include "storage/local/descriptor.hpp"
#include "storage/object_store.hpp"

namespace bifrost::storage {

class ObjectFolder {
  public:
    explicit ObjectFolder(Descriptor folder) : folder_(std::move(folder)) {}

    /// Moves a file there and makes the folders of the key. conflict when other bytes lie there, unless
    /// `replace`.
    Result<> place(const Descriptor& from, const char* name, const std::string& key);
    /// not_found when there is none.
    [[nodiscard]] Result<Descriptor> open(const std::string& key) const;
    [[nodiscard]] Result<std::optional<ObjectInfo>> stat(const std::string& key) const;
    Result<> remove(const std::string& key);
    /// As `ObjectStore::sync`.
    Result<> sync(const std::vector<std::string>& keys);
    /// As `ObjectStore::each_object`.
    [[nodiscard]] Result<>
    each(const std::function<Result<>(const std::string& key, const ObjectInfo&)>& visit) const;

  private:
    Result<> make_folders(const std::string& key) const;
    Result<> sync_each(const std::vector<std::string>& keys);
    Error lose(const std::vector<std::string>& keys, Error error);

    Descriptor folder_;
    std::mutex mutex_;
    /// The kernel tells of lost bytes once and calls the next sync a success; so what failed is remembered
    /// here.
    std::set<std::string> lost_;
};

} // namespace bifrost::storage
