#include "storage/upload_shape.hpp"

#include <algorithm>

namespace bifrost::storage {
namespace {

constexpr std::size_t kMostErrors = 20;

/// What is wrong with one part of a list; `last` is the number before it.
std::optional<std::string> fault_of(const Part& part, int last, const UploadShape& shape,
                                    const std::vector<Part>& arrived) {
    const std::string name = "Part " + std::to_string(part.number);
    if (!shape.size_of(part.number)) {
        return name + " doesn't exist: the upload has " + std::to_string(shape.part_count()) + " parts.";
    }
    if (part.number == last) return name + " is listed twice.";
    if (part.number < last) return name + " is out of order: parts are listed by number.";
    const auto found = std::lower_bound(arrived.begin(), arrived.end(), part.number,
                                        [](const Part& one, int number) { return one.number < number; });
    if (found == arrived.end() || found->number != part.number) {
        return name + " hasn't arrived; send it, then complete again.";
    }
    if (found->etag != part.etag)
        return name + " has arrived with another etag: it was replaced, or its bytes were lost.";
    if (part.size != 0 && found->size != part.size) return name + " has arrived with another size.";
    return std::nullopt;
}

} // namespace

std::optional<std::int64_t> UploadShape::size_of(std::int64_t number) const {
    if (number < 1 || number > part_count()) return std::nullopt;
    return std::min(part_size, size - offset_of(number));
}

Result<> check_parts(const UploadShape& shape, const std::vector<Part>& arrived,
                     const std::vector<Part>& wanted) {
    Error error{Errc::invalid, "The parts can't be put together; `errors` names each that is wrong."};
    const auto add = [&error](std::size_t index, std::string detail) {
        if (error.fields.size() < kMostErrors)
            error.fields.push_back({"/parts/" + std::to_string(index), std::move(detail)});
    };
    int last = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (auto fault = fault_of(wanted[i], last, shape, arrived)) add(i, std::move(*fault));
        last = std::max(last, wanted[i].number);
    }
    std::size_t at = 0;
    for (std::int64_t number = 1; number <= shape.part_count() && error.fields.size() < kMostErrors;
         ++number) {
        while (at < wanted.size() && wanted[at].number < number) ++at;
        if (at < wanted.size() && wanted[at].number == number) continue;
        add(wanted.size(), "Part " + std::to_string(number) + " is missing in the list.");
    }
    if (!error.fields.empty()) return error;
    return {};
}

} // namespace bifrost::storage
