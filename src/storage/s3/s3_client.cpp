#include "storage/s3/s3_client.hpp"

#include <algorithm>
#include <thread>

#include "core/hash.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "core/random.hpp"

namespace bifrost::storage {
namespace {

using namespace std::chrono_literals;

bool is_one_of(const std::string& code, std::initializer_list<std::string_view> codes) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

bool passes_by(const S3Failure& failure) {
    if (failure.status == 500 || failure.status == 502 || failure.status == 503 || failure.status == 504 ||
        failure.status == 429)
        return true;
    return is_one_of(failure.code, {"SlowDown", "InternalError", "RequestTimeout", "OperationAborted",
                                    "ConditionalRequestConflict", "ServiceUnavailable"});
}

/// 100 ms, doubled with every attempt, and a random share of it, so that many don't come back at once.
std::chrono::milliseconds pause_after(int attempt) {
    unsigned char random = 0;
    secure_random(&random, 1);
    const auto base = 100ms * (1 << std::min(attempt - 1, 5));
    return base / 2 + base * random / 256;
}

metrics::Histogram request_seconds(const std::string& method) {
    return metrics::histogram("bifrost_object_store_request_seconds",
                              "Time that requests to the object store took, repeats not counted together",
                              {0.005, 0.02, 0.1, 0.5, 2, 10, 60}, {{"method", method}});
}

void count_failure(const std::string& code) {
    metrics::counter("bifrost_object_store_failures_total", "Requests that the object store refused or lost",
                     {{"code", code}})
        .increment();
}

} // namespace

Result<S3Address> parse_s3_address(const S3StoreOptions& options, const std::string& endpoint,
                                   const std::string& setting) {
    const Error bad{Errc::invalid, setting + " must be an address such as https://s3.example.com:9000."};
    const bool secure = endpoint.starts_with("https://");
    if (!secure && !endpoint.starts_with("http://")) return bad;
    std::string host = endpoint.substr(secure ? 8 : 7);
    while (!host.empty() && host.back() == '/') host.pop_back();
    const auto is_wrong = [](char c) {
        const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
        return !fits;
    };
    if (host.empty() || std::any_of(host.begin(), host.end(), is_wrong)) return bad;
    // Clients leave the usual port out of the header Host, which is signed.
    const std::string usual = secure ? ":443" : ":80";
    if (host.ends_with(usual)) host.resize(host.size() - usual.size());
    S3Address address;
    address.host = options.path_style ? host : options.bucket + '.' + host;
    address.origin = (secure ? "https://" : "http://") + address.host;
    if (options.path_style) address.prefix = '/' + options.bucket;
    return address;
}

S3Failure read_failure(const S3Answer& answer) {
    S3Failure failure{answer.status, {}, {}};
    if (const auto root = parse_xml(answer.body); root && root->name == "Error") {
        failure.code = root->text_of("Code");
        failure.message = root->text_of("Message");
    }
    return failure;
}

Error error_of(const S3Failure& failure, const std::string& doing) {
    const std::string& code = failure.code;
    const auto logged = [&](log::Level level, Error error) {
        log::write(level, "the object store refused a request",
                   {{"doing", doing},
                    {"status", std::to_string(failure.status)},
                    {"code", code},
                    {"cause", failure.message}});
        return error;
    };
    if (code == "NoSuchUpload") return {Errc::not_found, "The store has no such upload; begin another."};
    if (is_one_of(code, {"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "BadDigest"}))
        return {Errc::invalid, "The store refuses the parts (" + code + "); send them again."};
    if (is_one_of(code, {"EntityTooLarge"}))
        return {Errc::too_large, "The store doesn't take objects of this size."};
    if (is_one_of(code, {"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage"}) ||
        failure.status == 507)
        return logged(log::Level::warning,
                      {Errc::out_of_space,
                       "The store has no space left for these bytes; free some or enlarge "
                       "it, then try again."});
    if (code == "NoSuchBucket" || failure.status == 401 || failure.status == 403 || failure.status == 301 ||
        code == "AuthorizationHeaderMalformed")
        return logged(log::Level::error,
                      {Errc::unavailable, "The object store doesn't accept this server's requests; the "
                                          "administrator finds the cause in the log."});
    if (failure.status == 404) return {Errc::not_found, "There is no such object or upload in the store."};
    if (failure.status == 412) return {Errc::conflict, "Another object lies under this key."};
    if (failure.status == 416)
        return {Errc::range_not_satisfiable, "The range begins behind the end of the object."};
    if (passes_by(failure)) {
        Error error{Errc::unavailable, "The object store is too busy at the moment; try again shortly."};
        error.retry_after_seconds = 2;
        return logged(log::Level::warning, error);
    }
    return logged(log::Level::error, {Errc::internal, doing + ": " + std::to_string(failure.status) + " " +
                                                          code + " " + failure.message});
}

S3Client::S3Client(const S3StoreOptions& options, S3Address address, S3Address public_address)
    : options_(options), address_(std::move(address)), public_address_(std::move(public_address)),
      transport_(options.ca_file) {}

Result<S3Answer> S3Client::send_once(const S3Request& request) {
    const Timestamp now = Timestamp::now();
    SignableRequest signable{request.method, address_.path_of(request.key), request.query, request.headers};
    const std::string payload_hash = sha256_hex(request.body);
    signable.headers["host"] = address_.host;
    signable.headers["x-amz-date"] = amz_date(now);
    signable.headers["x-amz-content-sha256"] = payload_hash;
    if (!options_.session_token.empty()) signable.headers["x-amz-security-token"] = options_.session_token;
    const SigningScope scope{{options_.access_key, options_.secret_key, options_.session_token},
                             options_.region};
    S3Exchange exchange;
    exchange.method = request.method;
    exchange.url = address_.origin + uri_encode(signable.path, true);
    if (!request.query.empty()) exchange.url += '?' + canonical_query(request.query);
    exchange.headers = signable.headers;
    exchange.headers["authorization"] = sign_headers(scope, signable, payload_hash, now);
    exchange.body = request.body;
    exchange.deadline =
        request.deadline.count() > 0 ? request.deadline : std::chrono::seconds(options_.request_seconds);
    exchange.most_body = request.most_body;
    const auto began = std::chrono::steady_clock::now();
    auto answer = transport_.send(exchange);
    request_seconds(request.method)
        .observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    return answer;
}

Result<S3Answer> S3Client::send(const S3Request& request, std::initializer_list<int> expected) {
    for (int attempt = 1;; ++attempt) {
        auto answer = send_once(request);
        if (answer) {
            if (answer->status < 300 ||
                std::find(expected.begin(), expected.end(), answer->status) != expected.end())
                return answer;
            const S3Failure failure = read_failure(*answer);
            count_failure(failure.code.empty() ? std::to_string(failure.status) : failure.code);
            if (attempt >= options_.attempts || !passes_by(failure))
                return error_of(failure, request.method + " " + request.key);
        } else {
            count_failure("no_answer");
            if (attempt >= options_.attempts || answer.error().code != Errc::unavailable)
                return answer.error();
        }
        std::this_thread::sleep_for(pause_after(attempt));
    }
}

std::string S3Client::presign_url(const std::string& method, const std::string& key, const S3Query& query,
                                  S3Headers headers, Timestamp now, int valid_seconds) const {
    SignableRequest request{method, public_address_.path_of(key), query, std::move(headers)};
    request.headers["host"] = public_address_.host;
    const SigningScope scope{{options_.access_key, options_.secret_key, options_.session_token},
                             options_.region};
    std::string url = public_address_.origin + uri_encode(request.path, true);
    url += '?';
    url += presign(scope, std::move(request), now, valid_seconds);
    return url;
}

} // namespace bifrost::storage
