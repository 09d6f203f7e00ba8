#include "storage/s3/s3_xml.hpp"

#include <memory>

#include <expat.h>

#include "storage/encoding.hpp"

namespace bifrost::storage {
namespace {

constexpr std::size_t kMostBytes = 16 << 20;
constexpr std::size_t kMostElements = 200'000;
constexpr std::size_t kMostLevels = 16;

struct Builder {
    XML_Parser parser = nullptr;
    XmlElement document; ///< its only child is the root
    std::vector<XmlElement*> open{&document};
    std::size_t elements = 0;
    bool refused = false;

    void refuse() {
        refused = true;
        XML_StopParser(parser, XML_FALSE);
    }
};

void on_start(void* self, const char* name, const char**) {
    auto& builder = *static_cast<Builder*>(self);
    if (++builder.elements > kMostElements || builder.open.size() > kMostLevels) return builder.refuse();
    std::string_view local = name;
    if (const auto colon = local.find(':'); colon != std::string_view::npos) local.remove_prefix(colon + 1);
    // Children are added to the innermost open element only, so pointers to the outer ones stay good.
    auto& child = builder.open.back()->children.emplace_back();
    child.name = local;
    builder.open.push_back(&child);
}

void on_end(void* self, const char*) { static_cast<Builder*>(self)->open.pop_back(); }

void on_text(void* self, const char* text, int size) {
    auto& builder = *static_cast<Builder*>(self);
    builder.open.back()->text.append(text, static_cast<std::size_t>(size));
}

void on_document_type(void* self, const char*, const char*, const char*, int) {
    static_cast<Builder*>(self)->refuse();
}

} // namespace

const XmlElement* XmlElement::find(std::string_view child) const {
    for (const auto& one : children)
        if (one.name == child) return &one;
    return nullptr;
}

std::string XmlElement::text_of(std::string_view child) const {
    const XmlElement* found = find(child);
    return found == nullptr ? std::string() : found->text;
}

std::optional<std::int64_t> XmlElement::number_of(std::string_view child) const {
    return parse_decimal(text_of(child));
}

Result<XmlElement> parse_xml(std::string_view text) {
    const Error bad{Errc::internal, "The object store answered something that isn't the XML of S3."};
    if (text.size() > kMostBytes) return bad;
    const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreate("UTF-8"),
                                                                         XML_ParserFree);
    if (!parser) return Error{Errc::unavailable, "The server lacks memory; try again in a moment."};
    Builder builder;
    builder.parser = parser.get();
    XML_SetUserData(parser.get(), &builder);
    XML_SetElementHandler(parser.get(), on_start, on_end);
    XML_SetCharacterDataHandler(parser.get(), on_text);
    XML_SetStartDoctypeDeclHandler(parser.get(), on_document_type);
    const auto status = XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE);
    if (status != XML_STATUS_OK || builder.refused || builder.document.children.size() != 1) return bad;
    return std::move(builder.document.children.front());
}

std::string xml_escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&apos;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

} // namespace bifrost::storage
