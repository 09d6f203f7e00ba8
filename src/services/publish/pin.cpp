#include "services/publish/pin.hpp"

#include <map>

#include <boost/json/parse.hpp>

#include "core/text.hpp"
#include "services/publish/pin.sql.hpp"

namespace bifrost::publish {

json::Raw read_pins(json::Reader& reader) {
    json::Raw pins;
    const auto* value = reader.member("pins");
    if (value == nullptr) return pins;
    const auto* object = value->if_object();
    if (object == nullptr || object->size() > 200) {
        reader.add_error("pins", "must be an object of at most 200 products");
        return pins;
    }
    boost::json::object folded;
    for (const auto& member : *object) {
        const auto code = fold_code(member.key());
        const auto* text = member.value().if_string();
        const auto id = text ? Id::parse({text->data(), text->size()}) : std::nullopt;
        if (!code || folded.contains(*code))
            reader.add_error("pins", "must name each product once, by its code");
        else if (id)
            folded[*code] = id->text();
        else if (text != nullptr && (*text == "latest" || *text == "latest_approved"))
            folded[*code] = *text;
        else
            reader.add_error("pins", "must pin '" + *code + "' to a version's id, latest or latest_approved");
    }
    pins.text = json::canonical(folded);
    return pins;
}

Result<> check_pins(database::Tx& tx, const std::vector<PinnedRow>& rows, std::vector<FieldError>& errors) {
    struct Pin {
        const PinnedRow* row;
        std::string code;
        Id version_id;
    };
    std::vector<Pin> pins;
    std::vector<Id> ids;
    for (const auto& row : rows) {
        if (row.pins.text == "{}") continue;
        const auto object = boost::json::parse(row.pins.text).as_object();
        for (const auto& member : object) {
            const auto id = Id::parse(std::string_view(member.value().get_string()));
            if (!id) continue;
            pins.push_back({&row, std::string(member.key()), *id});
            ids.push_back(*id);
        }
    }
    if (pins.empty()) return {};
    BIFROST_ASSIGN(const auto found, tx.query(sql::list_pinned_versions, json::to_json(ids)));
    std::map<Id, std::pair<Id, std::string>> products;
    for (const auto row : found) products.emplace(row.id(0), std::pair(row.id(1), std::string(row.text(2))));
    for (const auto& pin : pins) {
        const auto product = products.find(pin.version_id);
        if (product == products.end() || product->second != std::pair(pin.row->asset_id, pin.code))
            errors.push_back({pin.row->pointer + "/pins/" + pin.code,
                              "is no published version of the product '" + pin.code + "' of this asset"});
    }
    return {};
}

} // namespace bifrost::publish
