#pragma once
// An operation: a route with what every route does the same way (sign-in, CSRF, body and parameter parsing,
// ETags, idempotency, problems). Route files declare operations and only parse and format.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"
#include "api/context.hpp"
#include "core/json_reader.hpp"
#include "http/router.hpp"
#include "query/list.hpp"

namespace bifrost::api {

/// The query parameters of a request; like json::Reader it remembers every fault, and an unknown parameter is
/// one.
class Parameters {
  public:
    explicit Parameters(const http::Request& request);

    std::optional<std::string> text(std::string_view name, std::size_t most = 1000, std::size_t least = 1);
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
    std::optional<bool> boolean(std::string_view name);
    std::optional<Id> id(std::string_view name);
    std::optional<std::string> choice(std::string_view name, const std::vector<std::string_view>& choices);
    /// Values separated by commas; each must be one of `choices` unless that is empty.
    std::vector<std::string> texts(std::string_view name, const std::vector<std::string_view>& choices = {});
    /// limit, cursor, sort, q, archived and count.
    query::ListRequest list();
    void add_error(std::string_view name, std::string detail);
    /// invalid with every fault, or malformed when the query can't be decoded.
    Result<> finish();

  private:
    std::vector<std::pair<std::string, std::string>> values_;
    std::vector<std::string> known_;
    std::vector<FieldError> errors_;
    std::optional<Error> malformed_;
};

/// A request on its way through an operation.
struct Incoming {
    const http::Request& http;
    Context& context;
    access::Actor actor;               ///< nobody for operations that need no sign-in
    boost::json::value body = nullptr; ///< parsed, for operations with a body
    std::string session_secret;        ///< the cookie's or bearer's, when there was one

    [[nodiscard]] const std::string& path(std::string_view name) const { return http.path_param(name); }
    /// The path parameter as an id; not_found when it is none: nothing can have that id.
    [[nodiscard]] Result<Id> id(std::string_view name = "id") const;
    /// The revision in If-Match; nothing without the header (or with `*`), stale_revision for what can't be a
    /// revision.
    [[nodiscard]] Result<std::optional<std::int64_t>> if_match() const;
    /// The same, where the header is required (428).
    [[nodiscard]] Result<std::int64_t> required_if_match() const;
};

using Operation = std::function<Result<http::Response>(Incoming&)>;

enum class SignIn { required, none };
/// `file`: bytes of whatever kind, left in http.body.
enum class Body { none, json, optional_json, file };

struct OperationSpec {
    http::Method method = http::Method::get;
    std::string pattern;
    std::string id;
    Body body = Body::none;
    SignIn sign_in = SignIn::required;
    http::Lane lane = http::Lane::fast;
    std::size_t most_body = 1024 * 1024;
    /// Whatever changes the answer writes an event: while the log's end is the same, so is the answer, and
    /// its ETag is known without it. Not for what jobs, uploads or the search index do. `q` is excepted.
    bool changes_with_log = false;
    /// Reads always go to the primary: what a worker is just doing, or what readers resume from.
    bool on_primary = false;
};

/// Adds the operation to the router, wrapped in all of the above. `context` must outlive the router.
void add_operation(http::Router& router, Context& context, OperationSpec spec, Operation operation);

/// Runs a write whose answer is made inside the transaction, so that an Idempotency-Key's answer is stored
/// together with the change. `fn(Call&)` returns a Result<http::Response>. Sets X-Bifrost-Consistency.
Result<http::Response> write(Incoming& incoming,
                             const std::function<Result<http::Response>(access::Call&)>& fn);
/// Runs reads. `fn(Tx&)` returns a Result<http::Response>.
Result<http::Response> read(Incoming& incoming,
                            const std::function<Result<http::Response>(database::Tx&)>& fn);

} // namespace bifrost::api
