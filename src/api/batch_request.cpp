#include "api/batch_request.hpp"

#include <charconv>

#include "core/json_reader.hpp"

namespace bifrost::api {
namespace {

constexpr std::size_t kMostOperations = 1000;
const std::vector<std::string_view> kOps = {"create",  "update",  "archive",
                                            "restore", "publish", "transition"};

bool is_reference_name(std::string_view name) {
    if (name.empty() || name.size() > 64) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (i == 0 || (c != '_' && (c < '0' || c > '9')))) return false;
    }
    return true;
}

/// `"3"` with its quotes as in the header, or without them; `*` asks nothing.
void read_revision(json::Reader& reader, BatchOperation& operation) {
    const auto text = reader.optional_text("if_match", {1, 200});
    if (!text || *text == "*") return;
    std::string_view digits = *text;
    if (digits.starts_with("W/")) digits.remove_prefix(2);
    if (digits.size() > 2 && digits.front() == '"' && digits.back() == '"')
        digits = digits.substr(1, digits.size() - 2);
    std::int64_t revision = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), revision);
    if (end.ec == std::errc{} && end.ptr == digits.data() + digits.size())
        operation.if_revision = revision;
    else
        reader.add_error("if_match", "holds no revision; it is the ETag of the last answer, such as \"3\"");
}

BatchOperation read_operation(json::Reader& reader, const References& known) {
    BatchOperation operation;
    operation.op = reader.text("op", {1, 20});
    bool found = operation.op.empty();
    for (const auto op : kOps) found = found || operation.op == op;
    if (!found)
        reader.add_error("op", "must be one of create, update, archive, restore, publish, transition");
    operation.path = reader.text("path", {1, 500});
    if (operation.path.starts_with("/api/v1/")) operation.path.erase(0, 7);
    if (!operation.path.empty() && operation.path.front() != '/')
        reader.add_error("path", "must begin with '/'");
    operation.body = reader.member("body");
    if (operation.body != nullptr && !operation.body->is_object())
        reader.add_error("body", "must be an object");
    operation.ref = reader.optional_text("ref", {1, 64});
    if (operation.ref && !is_reference_name(*operation.ref))
        reader.add_error("ref", "must be a letter, then letters, digits and '_'");
    else if (operation.ref && known.contains(*operation.ref))
        reader.add_error("ref", "names an earlier operation already");
    read_revision(reader, operation);
    return operation;
}

/// The index in "/operations/<index>/…".
std::size_t index_in(std::string_view pointer) {
    constexpr std::string_view kStart = "/operations/";
    std::size_t index = 0;
    if (pointer.starts_with(kStart))
        std::from_chars(pointer.data() + kStart.size(), pointer.data() + pointer.size(), index);
    return index;
}

} // namespace

Result<std::vector<BatchOperation>> read_batch(const boost::json::value& body) {
    json::Reader reader(body);
    std::vector<BatchOperation> operations;
    const auto* items = reader.array("operations", kMostOperations, true);
    if (items != nullptr && items->empty()) reader.add_error("operations", "must not be empty");
    References known;
    for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
        json::Reader one((*items)[i], "/operations/" + std::to_string(i));
        operations.push_back(read_operation(one, known));
        if (operations.back().ref) known.emplace(*operations.back().ref, Id{});
        reader.merge(one);
    }
    if (auto done = reader.finish(); !done) {
        Error error = std::move(done).error();
        const auto& first = error.fields.front().pointer;
        if (first.starts_with("/operations/"))
            error.members.emplace_back("operation", std::to_string(index_in(first)));
        return error;
    }
    return operations;
}

Result<std::string> resolve_path(std::string_view path, const References& references) {
    std::string out;
    while (!path.empty()) {
        const std::size_t slash = path.find('/', 1);
        const std::string_view segment = path.substr(0, slash);
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
        if (!segment.starts_with("/$")) {
            out += segment;
            continue;
        }
        const auto found = references.find(segment.substr(2));
        if (found == references.end())
            return invalid_field("/path", "names '" + std::string(segment.substr(1)) +
                                              "', which is the ref of no earlier operation");
        out += '/';
        found->second.append_to(out);
    }
    return out;
}

boost::json::value resolve_body(const boost::json::value& body, const References& references) {
    boost::json::value out = body;
    if (references.empty()) return out;
    const auto replace = [&](auto& self, boost::json::value& value) -> void {
        if (auto* text = value.if_string()) {
            if (text->size() < 2 || text->front() != '$') return;
            const auto found = references.find(std::string_view(text->data() + 1, text->size() - 1));
            if (found != references.end()) value = found->second.text();
        } else if (auto* items = value.if_array()) {
            for (auto& item : *items) self(self, item);
        } else if (auto* object = value.if_object()) {
            for (auto& member : *object) self(self, member.value());
        }
    };
    replace(replace, out);
    return out;
}

Error error_of_operation(Error error, std::size_t index) {
    const std::string start = "/operations/" + std::to_string(index);
    for (auto& field : error.fields) {
        const bool of_envelope = field.pointer == "/path" || field.pointer == "/body";
        field.pointer = start + (of_envelope ? "" : "/body") + field.pointer;
    }
    error.members.emplace_back("operation", std::to_string(index));
    return error;
}

} // namespace bifrost::api
