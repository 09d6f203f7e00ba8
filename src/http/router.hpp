#pragma once
// Routes as a table: method and pattern → handler, with the lane that runs it.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace bifrost::http {

/// Which threads run a handler; each lane is bounded, a full one answers 503 at once. The threads have stacks
/// of 1 MiB.
enum class Lane { fast, slow, password, file };

using Handler = std::function<Response(const Request&)>;
using StreamHandler = std::function<StreamDecision(const Request&)>;

struct Route {
    Method method = Method::get;
    std::string pattern;      ///< "/api/v1/assets/{id}"; a last "{rest...}" takes the rest of the path
    std::string operation_id; ///< as in the OpenAPI document: "get_asset"
    Handler handler;          ///< a blocking function
    StreamHandler stream;     ///< instead of `handler`, for large bodies
    Lane lane = Lane::fast;
    std::size_t most_body = 1024 * 1024; ///< bytes; more is answered 413
};

struct Match {
    const Route* route = nullptr;
    std::map<std::string, std::string, std::less<>> params;
};

class Router {
  public:
    /// Throws std::logic_error when the pattern is taken or malformed: a bug of the program.
    void add(Route route);
    [[nodiscard]] const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

    /// The route for a path; `allowed` gets the methods of the path when only the method doesn't fit. HEAD
    /// finds GET.
    [[nodiscard]] std::optional<Match> match(Method method, std::string_view path,
                                             std::vector<Method>& allowed) const;

  private:
    struct Node;
    std::vector<std::unique_ptr<Route>> routes_;
    std::shared_ptr<Node> root_;
};

} // namespace bifrost::http
