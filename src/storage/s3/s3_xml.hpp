#pragma once
// What S3 answers: small XML documents without attributes that matter, read strictly and within limits.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace bifrost::storage {

struct XmlElement {
    std::string name; ///< without a namespace's prefix
    std::string text; ///< of itself, without that of its children
    std::vector<XmlElement> children;

    /// The first child of that name.
    [[nodiscard]] const XmlElement* find(std::string_view child) const;
    /// The text of that child; empty when there is none.
    [[nodiscard]] std::string text_of(std::string_view child) const;
    /// The text of that child as a decimal number; nothing when it isn't one.
    [[nodiscard]] std::optional<std::int64_t> number_of(std::string_view child) const;
};

/// The root of a document. internal when it isn't well formed, has a document type (and so could have
/// entities), or is larger than 16 MiB, 200,000 elements or 16 levels.
Result<XmlElement> parse_xml(std::string_view text);

/// The five characters that can't stand in text or attributes.
std::string xml_escape(std::string_view text);

} // namespace bifrost::storage
