#include "services/folder/place.hpp"

#include "core/text.hpp"
#include "services/folder/layout.hpp"

namespace bifrost::folder {

const Template* VersionPlaces::find_template(const Id& version) const {
    const auto* found = index_.find(version);
    const auto* owner = found == nullptr ? nullptr : index_.owner(*found);
    const auto* one = owner == nullptr ? nullptr : templates_.find("published", owner->kind);
    return one != nullptr && one->root == "main" ? one : nullptr;
}

bool VersionPlaces::is_one_folder(const Id& version) const {
    const auto* one = find_template(version);
    return one == nullptr ||
           !one->pattern.longest().tokens.test(static_cast<std::size_t>(Token::representation));
}

std::optional<std::string> VersionPlaces::find(const Id& version, std::string_view representation) const {
    const auto* one = find_template(version);
    if (one == nullptr) return std::nullopt;
    Values values = index_.values(*index_.find(version));
    // A name that can't be a folder's leaves the part out that it would stand in.
    if (const auto code = fold_code(representation)) values.set(Token::representation, *code);
    auto path = one->pattern.format(values);
    if (!path) return std::nullopt;
    return std::move(*path);
}

Result<std::string> work_file_path(database::Tx& tx, const Id& owner, const std::string& task,
                                   std::int64_t number, const std::string& extension) {
    EntityIndex index;
    BIFROST_CHECK(index.load(tx, {owner}));
    const auto* entity = index.find(owner);
    if (entity == nullptr) return Error{Errc::not_found, "There is no such entity."};
    BIFROST_ASSIGN(const TemplateSet templates, load_templates(tx, entity->project_id));
    const auto* one = templates.find("work", entity->kind);
    if (one == nullptr || !one->pattern.longest().tokens.test(static_cast<std::size_t>(Token::workfile)))
        return Error{Errc::invalid, "The project's work template for " + entity->kind +
                                        "s has no {workfile}: state the path, or change the template."};
    Values values = index.values(*entity);
    values.set(Token::task, task);
    values.set_number(Token::workfile, number);
    values.set(Token::extension, extension);
    return one->pattern.format(values);
}

} // namespace bifrost::folder
