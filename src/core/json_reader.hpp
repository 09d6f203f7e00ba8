#pragma once
// JSON in: parsing with limits, and a reader of objects that names every bad field at once.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "core/id.hpp"
#include "core/json_writer.hpp"
#include "core/result.hpp"
#include "core/timestamp.hpp"

namespace bifrost::json {

/// Parses one JSON document: UTF-8 checked, at most 32 levels deep. Errc::malformed says where it broke.
Result<boost::json::value> parse(std::string_view text);

/// Canonical JSON text (RFC 8785): members sorted by UTF-16 code units, no spaces, shortest numbers.
std::string canonical(const boost::json::value& value);

/// JSON Merge Patch (RFC 7396) of an object's text; the outcome is canonical.
Raw merge_patch(const Raw& target, const boost::json::value& patch);

/// Limits of a text field, in code points.
struct TextLimits {
    std::size_t least = 0;
    std::size_t most = 200;
    bool lines = false; ///< line breaks and tabs are welcome (descriptions, comments)
};

/// Reads the members of one object. Each getter remembers what was wrong; `finish` returns it all, unknown
/// members included, so that a caller mends a request in one go.
class Reader {
  public:
    explicit Reader(const boost::json::value& value, std::string pointer = "");

    /// True when the member stands there, null or not.
    [[nodiscard]] bool has(std::string_view key) const;
    /// True when the member stands there and is null (JSON Merge Patch: remove it).
    [[nodiscard]] bool is_null(std::string_view key) const;

    /// Required members: a missing or wrong one is an error and gives an empty value.
    std::string text(std::string_view key, TextLimits limits = {});
    std::string code(std::string_view key);
    std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most);
    Id id(std::string_view key);

    /// Optional members: absent or null gives nothing; a wrong one is an error.
    std::optional<std::string> optional_text(std::string_view key, TextLimits limits = {});
    std::optional<std::string> optional_code(std::string_view key);
    std::optional<std::string> optional_choice(std::string_view key,
                                               const std::vector<std::string_view>& choices);
    std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t least, std::int64_t most);
    std::optional<double> optional_number(std::string_view key);
    std::optional<bool> optional_boolean(std::string_view key);
    std::optional<Id> optional_id(std::string_view key);
    std::optional<Timestamp> optional_timestamp(std::string_view key);
    /// A JSON object as canonical text, at most 64 KiB.
    std::optional<Raw> optional_object(std::string_view key);
    std::optional<std::vector<std::string>> optional_texts(std::string_view key, std::size_t most_items,
                                                           TextLimits limits);

    /// The member as it is (for nested readers), or nullptr. Counts as known.
    const boost::json::value* member(std::string_view key);
    /// An array member; a missing one is an error only when `required`.
    const boost::json::array* array(std::string_view key, std::size_t most_items, bool required = false);

    /// For patches: null would remove what can't be absent.
    void refuse_null(std::initializer_list<std::string_view> keys);
    void add_error(std::string_view key, std::string detail);
    /// For an item of a list: the pointer is "/key/index".
    void add_item_error(std::string_view key, std::size_t index, std::string detail);
    /// Takes over what a nested reader found.
    void merge(Reader& nested);
    [[nodiscard]] std::string pointer(std::string_view key) const;
    [[nodiscard]] bool failed() const { return !errors_.empty(); }

    /// The end of reading: every error found, and one for each member that nobody asked for.
    Result<> finish();

  private:
    const boost::json::value* find(std::string_view key);
    void note_unknown();

    const boost::json::object* object_ = nullptr;
    std::string pointer_;
    std::vector<std::string_view> known_;
    std::vector<FieldError> errors_;
};

} // namespace bifrost::json
