#pragma once
// What the server says of one upload.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include "client/transport/api.hpp"
#include "core/result.hpp"

namespace bifrost::client {

struct PartUrl {
    int number = 0; ///< from 1
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers; ///< to be sent exactly so
};

struct PartDone {
    int number = 0;
    std::string etag; ///< without quotes
};

struct UploadTicket {
    std::string id;
    std::string state; ///< open, verifying, complete, failed
    std::string error; ///< why it failed
    std::int64_t part_size = 0;
    std::vector<PartUrl> urls;
    std::vector<PartDone> arrived;

    /// How many parts a file of `size` bytes has; none when it is empty.
    [[nodiscard]] int part_count(std::int64_t size) const;
    /// Bytes of part `number` of such a file.
    [[nodiscard]] std::int64_t part_length(std::int64_t size, int number) const;
};

/// Reads an upload out of an answer; internal when what the contract promises is missing.
Result<UploadTicket> read_ticket(const boost::json::value& value);
/// `{numbers: [...]}`-answers and tickets carry URLs in the same shape.
std::vector<PartUrl> read_part_urls(const boost::json::value& value);
/// Asks the site for the etag of a part that has arrived; empty when it hasn't. S3 takes a small file once: a
/// repeat after a lost answer is refused, because the bytes are there.
std::string find_arrived_etag(Api& api, const std::string& upload_id, int number);
std::string without_quotes(std::string_view etag);

} // namespace bifrost::client
