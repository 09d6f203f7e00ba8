#pragma once
// A real S3 server for tests: a folder served by versitygw on a free port of 127.0.0.1.

#include <string>

#include <sys/types.h>

#include "storage/s3/s3_store.hpp"

namespace bifrost::tests {

class S3Server {
  public:
    /// The server that all tests of this program share: the one whose URL stands in BIFROST_TEST_S3_URL, or
    /// one started when first asked for from the program in BIFROST_S3_SERVER and stopped at exit.
    static S3Server& shared();

    explicit S3Server(std::string url) : url_(std::move(url)) {}
    S3Server(const std::string& program, const std::string& folder);
    S3Server(const S3Server&) = delete;
    S3Server& operator=(const S3Server&) = delete;
    ~S3Server();

    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] int port() const;
    /// Options for a bucket of one's own, which is made here.
    storage::S3StoreOptions make_bucket();

  private:
    std::string url_;
    std::string folder_;
    pid_t running_ = 0;
};

} // namespace bifrost::tests
