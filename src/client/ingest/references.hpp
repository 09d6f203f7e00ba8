#pragma once
// What a file refers to: values read out of XML attributes, SuperTuxKart's SPM meshes, or any text by an
// expression.

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace bifrost::client {

/// Values of XML attributes. `wanted` lists "attribute" or "element@attribute"; empty means all. Comments,
/// CDATA sections and processing instructions are passed over, entities of the XML standard are resolved, and
/// broken XML gives what could be read. Each value once, in order.
std::vector<std::string> xml_attribute_values(std::string_view text, const std::vector<std::string>& wanted);

/// The textures that an SPM mesh names. Layout: "SP", a byte with the version in its upper five bits, a byte
/// of flags, a bounding box of six floats, the number of materials (uint16, little endian), then two names
/// for each, each a byte of length and that many bytes (SuperTuxKart, src/graphics/sp_mesh_loader.cpp).
/// `bytes` may be only the file's beginning. Anything else gives nothing.
std::vector<std::string> spm_texture_names(std::string_view bytes);

/// An expression (Perl's syntax) whose first group is the value.
class TextExpression {
  public:
    /// invalid when it can't be parsed or has no group.
    static Result<TextExpression> parse(std::string_view text);
    /// Each value once, in order. Gives up on input that would take for ever.
    [[nodiscard]] std::vector<std::string> values(std::string_view text) const;

  private:
    std::string text_;
};

} // namespace bifrost::client
