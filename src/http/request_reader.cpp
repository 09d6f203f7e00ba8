#include "http/request_reader.hpp"

#include <cstring>

#include <boost/beast/http/basic_parser.hpp>

#include "core/text.hpp"

namespace bifrost::http {
namespace {

namespace beast = boost::beast;
using Code = beast::error_code;

Method method_of(beast::http::verb verb) {
    switch (verb) {
    case beast::http::verb::get:
        return Method::get;
    case beast::http::verb::head:
        return Method::head;
    case beast::http::verb::post:
        return Method::post;
    case beast::http::verb::put:
        return Method::put;
    case beast::http::verb::patch:
        return Method::patch;
    case beast::http::verb::delete_:
        return Method::del;
    case beast::http::verb::options:
        return Method::options;
    default:
        return Method::other;
    }
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_text(std::string_view text, std::string_view lower_case) {
    if (text.size() != lower_case.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (lower(text[i]) != lower_case[i]) return false;
    return true;
}

/// Beast's parser, which hands out what it finds instead of keeping it.
class Fields final : public beast::http::basic_parser<true> {
  public:
    Request* request = nullptr; ///< while the head is read; trailers come later and are dropped
    std::string_view chunk{};
    int version = 11;

  private:
    void on_request_impl(beast::http::verb verb, beast::string_view, beast::string_view target, int v,
                         Code&) override {
        request->method = method_of(verb);
        request->target.assign(target.data(), target.size());
        version = v;
    }
    void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                       Code&) override {
        if (request == nullptr) return;
        auto& [key, text] = request->headers.emplace_back();
        key.resize(name.size());
        for (std::size_t i = 0; i < name.size(); ++i) key[i] = lower(name[i]);
        text.assign(value.data(), value.size());
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, Code&) override {
        chunk = {body.data(), body.size()};
        return body.size();
    }
    void on_header_impl(Code&) override {}
    void on_response_impl(int, beast::string_view, int, Code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
    std::size_t on_body_impl(beast::string_view body, Code&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, Code&) override {}
    void on_finish_impl(Code&) override {}
};

bool is_method_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
}

/// Splits the target (RFC 9112, 3.2): the origin form, the absolute form that proxies send, or "*".
bool split_target(Request& request) {
    std::string_view target = request.target;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!same_text(target.substr(0, scheme.size()), scheme)) continue;
        const std::size_t slash = target.find('/', scheme.size());
        target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
        break;
    }
    const bool star = target == "*" && request.method == Method::options;
    if (!star && (target.empty() || target.front() != '/')) return false;
    if (target.find('#') != std::string_view::npos) return false;
    const std::size_t question = target.find('?');
    request.path = target.substr(0, question);
    request.query = question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
    return true;
}

bool needs_decoding(std::string_view path) {
    for (const char c : path)
        if (c == '%' || static_cast<unsigned char>(c) >= 0x80) return true;
    return false;
}

} // namespace

struct RequestReader::Parser {
    std::optional<Fields> fields;
};

RequestReader::RequestReader(std::size_t most_header_bytes)
    : most_header_bytes_(most_header_bytes), parser_(std::make_unique<Parser>()) {}

RequestReader::~RequestReader() = default;

void RequestReader::reset() {
    scanned_ = 0;
    framing_ = Framing{};
    problem_.clear();
    parser_->fields.reset();
}

ReadState RequestReader::fail(std::string sentence) {
    problem_ = std::move(sentence);
    return ReadState::malformed;
}

/// Walks the lines up to the empty one. Bare line feeds and folded lines are refused: other readers cut them
/// elsewhere.
ReadState RequestReader::find_end(std::string_view data, std::size_t& end) {
    while (scanned_ < data.size()) {
        const void* found = std::memchr(data.data() + scanned_, '\n', data.size() - scanned_);
        if (found == nullptr) {
            scanned_ = data.size();
            break;
        }
        const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - data.data());
        if (at == 0 || data[at - 1] != '\r')
            return fail("A line of the request's head ends with a bare line feed.");
        scanned_ = at;
        if (at + 1 >= data.size()) break;
        if (data[at + 1] == ' ' || data[at + 1] == '\t')
            return fail("A header is folded over several lines.");
        if (data[at + 1] == '\r') {
            if (at + 2 >= data.size()) break;
            if (data[at + 2] != '\n')
                return fail("A line of the request's head begins with a carriage return.");
            end = at + 3;
            return end > most_header_bytes_ ? ReadState::too_large : ReadState::complete;
        }
        scanned_ = at + 1;
    }
    return data.size() >= most_header_bytes_ ? ReadState::too_large : ReadState::need_more;
}

ReadState RequestReader::read_head(std::string_view data, Request& request, std::size_t& consumed) {
    consumed = 0;
    // Empty lines before a request are ignored (RFC 9112, 2.2).
    std::size_t blank = 0;
    while (data.substr(blank, 2) == "\r\n") blank += 2;
    const std::string_view head = data.substr(blank);
    if (head.empty() || head == "\r")
        return blank >= most_header_bytes_ ? ReadState::too_large : ReadState::need_more;
    if (!is_method_character(head.front()))
        return fail("This is not an HTTP request; https needs a proxy in front.");

    scanned_ = std::max(scanned_, blank);
    std::size_t end = 0;
    const ReadState found = find_end(data, end);
    if (found != ReadState::complete) return found;

    Fields& fields = parser_->fields.emplace();
    fields.request = &request;
    fields.header_limit(static_cast<std::uint32_t>(most_header_bytes_ + 1));
    fields.body_limit(boost::none);
    request.headers.reserve(12);
    Code code;
    const std::size_t used = fields.put({head.data(), end - blank}, code);
    fields.request = nullptr;
    if (code || !fields.is_header_done() || used != end - blank)
        return fail("The request's head can't be parsed: " + (code ? code.message() : "it ends too early") +
                    ".");
    consumed = end;

    framing_.http_1_0 = fields.version == 10;
    framing_.keep_alive = fields.keep_alive();
    framing_.chunked = fields.chunked();
    framing_.content_length = fields.content_length().value_or(0);
    return check_fields(request);
}

/// What Beast lets pass although it makes a request ambiguous.
ReadState RequestReader::check_fields(Request& request) {
    int hosts = 0;
    int lengths = 0;
    for (const auto& [name, value] : request.headers) {
        if (name == "host") {
            ++hosts;
        } else if (name == "content-length") {
            ++lengths;
            if (value.empty() || value.find_first_not_of("0123456789") != std::string::npos)
                return fail("Content-Length is not a number.");
        } else if (name == "transfer-encoding") {
            if (!same_text(value, "chunked"))
                return fail("The only transfer encoding that is understood is 'chunked'.");
            if (framing_.http_1_0) return fail("HTTP/1.0 has no transfer encodings.");
        } else if (name == "expect" && same_text(value, "100-continue")) {
            framing_.expects_continue = !framing_.http_1_0;
        }
    }
    if (lengths > 1) return fail("There is more than one Content-Length.");
    if (hosts > 1 || (hosts == 0 && !framing_.http_1_0)) return fail("A request needs one Host header.");
    if (!split_target(request)) return fail("The request's target is no path.");
    if (needs_decoding(request.path))
        if (auto decoded = percent_decode(request.path, false); !decoded) return fail(decoded.error().detail);
    return ReadState::complete;
}

ChunkStep RequestReader::read_chunk(std::string_view data) {
    ChunkStep step;
    // At least "0\r\n\r\n" is still to come; Beast's parser asserts as much once it has seen the last chunk's
    // size.
    if (data.size() < 5) return step;
    Fields& fields = *parser_->fields;
    fields.chunk = {};
    Code code;
    step.consumed = fields.put({data.data(), data.size()}, code);
    step.body = fields.chunk;
    if (code == beast::http::error::need_more) {
        if (data.size() - step.consumed >= most_header_bytes_) step.state = ReadState::too_large;
    } else if (code) {
        step.state = fail("The chunks of the body can't be parsed: " + code.message() + ".");
    } else if (fields.is_done()) {
        step.state = ReadState::complete;
    }
    return step;
}

} // namespace bifrost::http
