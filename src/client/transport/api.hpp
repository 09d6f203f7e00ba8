#pragma once
// The site's API under /api/v1: JSON in, JSON out, refusals as errors.

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include "client/transport/http_client.hpp"

namespace bifrost::client {

/// Where a site is and who asks.
struct Site {
    std::string url;   ///< origin, e.g. "http://localhost:8000", without a slash at the end
    std::string token; ///< empty for anonymous
};

struct Answer {
    int status = 0;
    boost::json::value body{};
    std::string etag{};
};

/// Whether a POST carries a fresh Idempotency-Key, which makes it safe to repeat.
enum class Repeat { with_key, harmless, never };

using Query = std::vector<std::pair<std::string, std::string>>;

/// Thread-safe. A read sees what was written through the same object before, whichever server answers it
/// (X-Bifrost-Consistency). Paths are relative to /api/v1 and begin with a slash; ids and codes in them must
/// be encoded by the caller.
class Api {
  public:
    /// `seen`: what an earlier write to the site answered, or nothing.
    explicit Api(Site site, std::string seen = {}) : site_(std::move(site)), seen_(std::move(seen)) {}

    Result<Answer> get(std::string_view path, const Query& query = {});
    /// What is no JSON, as it is.
    Result<std::string> get_text(std::string_view path, const Query& query = {});
    /// Bytes of a file as the body.
    Result<Answer> post_file(std::string_view path, const Query& query, std::string bytes);
    /// A null `body` sends none.
    Result<Answer> post(std::string_view path, const boost::json::value& body,
                        Repeat repeat = Repeat::with_key);
    Result<Answer> put(std::string_view path, const boost::json::value& body, std::string_view if_match = "");
    Result<Answer> patch(std::string_view path, const boost::json::value& body,
                         std::string_view if_match = "");
    Result<Answer> remove(std::string_view path);

    /// Reads a list page by page and gives every item of `data` to `each`, until it says false or the list
    /// ends.
    Result<> list(std::string_view path, Query query,
                  const std::function<bool(const boost::json::value&)>& each);

    /// A URL out of an answer: relative ones are relative to the site's origin.
    [[nodiscard]] std::string absolute(std::string_view url) const;
    /// The headers that a request to `url` needs: the token goes to the site's own origin and nowhere else.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> headers_for(std::string_view url) const;

    [[nodiscard]] const Site& site() const { return site_; }
    /// What the last write answered (X-Bifrost-Consistency); empty when there was none.
    [[nodiscard]] std::string written() {
        const std::lock_guard lock(mutex_);
        return has_written_ ? seen_ : "";
    }
    HttpClient& http() { return http_; }

  private:
    Result<Answer> send(HttpRequest request);
    void say_seen(HttpRequest& request);
    [[nodiscard]] HttpRequest request(std::string method, std::string_view path,
                                      const Query& query = {}) const;

    Site site_;
    HttpClient http_;
    std::mutex mutex_;
    std::string seen_; ///< what the last write answered; empty before the first
    bool has_written_ = false;
};

} // namespace bifrost::client
