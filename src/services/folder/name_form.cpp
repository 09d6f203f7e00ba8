#include "services/folder/name_form.hpp"

#include "core/text.hpp"

namespace bifrost::folder {
namespace {

/// What U+00C0 to U+017F are without their accents (Unicode's canonical decomposition); '.' where there is
/// none.
constexpr std::string_view kBases = "AAAAAA.CEEEEIIII.NOOOOO..UUUUY..aaaaaa.ceeeeiiii.nooooo..uuuuy.y"
                                    "AaAaAaCcCcCcCcDd..EeEeEeEeEeGgGgGgGgHh..IiIiIiIiI...JjKk.LlLlLl."
                                    "...NnNnNn...OoOoOo..RrRrRrSsSsSsSsTtTt..UuUuUuUuUuUuWwYyYZzZzZz.";
static_assert(kBases.size() == 0x180 - 0xC0);

/// The text without accents, whether they stand in a letter's own character (as Linux and Windows write them)
/// or behind it (as macOS does).
std::string without_accents(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto first = static_cast<unsigned char>(text[i]);
        if (first < 0xC2 || first > 0xDF || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        const unsigned point = (first & 0x1FU) << 6U | (static_cast<unsigned char>(text[i + 1]) & 0x3FU);
        ++i;
        if (point >= 0x300 && point <= 0x36F) continue; // a combining mark
        const char base = point >= 0xC0 && point < 0x180 ? kBases[point - 0xC0] : '.';
        if (base != '.')
            out += base;
        else
            out += text.substr(i - 1, 2);
    }
    return out;
}

} // namespace

std::string difference(std::string_view name, std::string_view wanted) {
    if (fold_case(name) == fold_case(wanted)) return "Its name differs in upper and lower case.";
    if (fold_case(without_accents(name)) == fold_case(without_accents(wanted)))
        return "Its name has accents in another Unicode form.";
    return "It is the file of a version.";
}

} // namespace bifrost::folder
