#include "client/transfer/upload_ticket.hpp"

#include "client/transport/json_access.hpp"

namespace bifrost::client {

int UploadTicket::part_count(std::int64_t size) const {
    return size == 0 || part_size <= 0 ? 0 : static_cast<int>((size + part_size - 1) / part_size);
}

std::int64_t UploadTicket::part_length(std::int64_t size, int number) const {
    return std::min(part_size, size - (number - 1) * part_size);
}

std::string without_quotes(std::string_view etag) {
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
    return std::string(etag);
}

std::vector<PartUrl> read_part_urls(const boost::json::value& value) {
    std::vector<PartUrl> urls;
    for (const auto& part : array_of(value, "parts")) {
        auto url = find_text(part, "url");
        if (!url) continue;
        PartUrl read{static_cast<int>(integer_or(part, "number", 0)), std::move(*url), {}};
        if (const auto* headers = find_member(part, "headers"); headers != nullptr && headers->is_object())
            for (const auto& header : headers->get_object())
                if (const auto* text = header.value().if_string())
                    read.headers.emplace_back(std::string(header.key()),
                                              std::string(text->data(), text->size()));
        urls.push_back(std::move(read));
    }
    return urls;
}

Result<UploadTicket> read_ticket(const boost::json::value& value) {
    UploadTicket ticket;
    BIFROST_ASSIGN(ticket.id, get_text(value, "id"));
    BIFROST_ASSIGN(ticket.state, get_text(value, "state"));
    ticket.error = text_or(value, "error", "");
    ticket.part_size = integer_or(value, "part_size", 0);
    ticket.urls = read_part_urls(value);
    for (const auto& part : array_of(value, "parts"))
        if (auto etag = find_text(part, "etag"))
            ticket.arrived.push_back(
                {static_cast<int>(integer_or(part, "number", 0)), without_quotes(*etag)});
    return ticket;
}

std::string find_arrived_etag(Api& api, const std::string& upload_id, int number) {
    const auto answer = api.get("/uploads/" + upload_id);
    if (!answer) return {};
    const auto ticket = read_ticket(answer->body);
    if (!ticket) return {};
    for (const auto& part : ticket->arrived)
        if (part.number == number) return part.etag;
    return {};
}

} // namespace bifrost::client
