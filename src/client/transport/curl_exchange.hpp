#pragma once
// Private to this folder: one curl easy handle set up for one request at a time, and what comes back through
// it.

#include <string>

#include "client/transport/http_client.hpp"

namespace bifrost::client {

class CurlExchange {
  public:
    CurlExchange();
    CurlExchange(const CurlExchange&) = delete;
    CurlExchange& operator=(const CurlExchange&) = delete;
    ~CurlExchange();

    /// Sets the handle up for `request`, which must outlive the exchange's run.
    void prepare(const HttpRequest& request);
    /// Runs it in this thread and returns curl's code.
    int perform();
    /// The outcome after curl finished with `code` (a CURLcode).
    Result<HttpResponse> take_result(int code);
    /// The error of a run that ended without an answer was not the caller's doing: sending again may help.
    [[nodiscard]] bool lost() const { return lost_; }

    [[nodiscard]] void* easy() const { return easy_; }

  private:
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_read(char* data, std::size_t size, std::size_t count, void* self);
    static int on_seek(void* self, std::int64_t offset, int origin);
    static int on_progress(void* self, std::int64_t, std::int64_t, std::int64_t, std::int64_t);
    void set_method_and_body();
    void set_headers();
    void close_file();

    void* easy_;
    void* header_list_ = nullptr;
    const HttpRequest* request_ = nullptr;
    HttpResponse response_;
    std::optional<Error> failure_; ///< what on_data or reading the file said
    std::int64_t sent_ = 0;
    int descriptor_ = -1; ///< of the file that is sent
    bool lost_ = false;
    char message_[256] = {};
};

} // namespace bifrost::client
