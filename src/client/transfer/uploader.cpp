#include "client/transfer/uploader.hpp"

#include <condition_variable>
#include <deque>
#include <thread>

#include "client/transfer/part_check.hpp"
#include "client/transfer/upload_journal.hpp"
#include "client/transfer/upload_ticket.hpp"
#include "client/transport/interruption.hpp"
#include "client/transport/json_access.hpp"
#include "client/transport/problem.hpp"
#include "client/transport/transfer_loop.hpp"

namespace bifrost::client {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// One announcement: worth its round trip and the server's sync, yet little enough to overlap with the next.
constexpr std::size_t kMostItems = 1000;
constexpr std::int64_t kMostBytes = 128LL * 1024 * 1024;
constexpr std::size_t kWorthItems = 128;
constexpr std::int64_t kWorthBytes = 16LL * 1024 * 1024;
constexpr auto kLongestWait = 50ms;
constexpr std::size_t kGroupsUnderWay = 3;

/// One distinct content on its way.
struct Travelling {
    UploadItem item;
    std::vector<Uploader::Done> waiters;
    UploadTicket ticket;
    std::vector<std::string> etags; ///< by part number - 1
    std::atomic<int> parts_left = 0;
};
using TravellingPtr = std::shared_ptr<Travelling>;

struct Group {
    std::vector<TravellingPtr> items;
    std::atomic<std::size_t> left = 0; ///< items whose parts are not all there
};
using GroupPtr = std::shared_ptr<Group>;

} // namespace

class Uploader::Impl {
  public:
    Impl(Api& api, UploadOptions options)
        : api_(api), options_(std::move(options)),
          journal_(options_.journal_folder, api.site().url, options_.project_id), loop_(options_.parallel) {
        announcer_ = std::thread{[this] { announce_groups(); }};
        completer_ = std::thread{[this] { complete_groups(); }};
    }

    ~Impl() {
        (void)finish();
        {
            const std::scoped_lock lock{mutex_};
            stop_ = true;
        }
        changed_.notify_all();
        announcer_.join();
        completer_.join();
    }

    void add(UploadItem item, Done done) {
        std::unique_lock lock{mutex_};
        const std::int64_t size = item.file.stamp.size;
        if (failure_) {
            const Error error = *failure_;
            lock.unlock();
            done(error);
            return;
        }
        ++outstanding_;
        const auto [known, fresh] = contents_.try_emplace(item.file.sha256);
        if (fresh) {
            auto travelling = std::make_shared<Travelling>();
            travelling->item = std::move(item);
            travelling->waiters.push_back(std::move(done));
            known->second.travelling = travelling;
            queue_.push_back(std::move(travelling));
            queued_bytes_ += size;
            last_added_ = Clock::now();
            lock.unlock();
            changed_.notify_all();
        } else if (known->second.travelling) {
            known->second.travelling->waiters.push_back(std::move(done));
        } else {
            const StoredFile stored{known->second.upload_id, true};
            lock.unlock();
            report(done, stored, size);
        }
    }

    Result<> finish() {
        std::unique_lock lock{mutex_};
        finishing_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return outstanding_ == 0; });
        finishing_ = false;
        if (failure_) return *failure_;
        return {};
    }

    void abandon(const Error& error) {
        const std::scoped_lock lock{mutex_};
        if (!failure_) failure_ = error;
        changed_.notify_all();
    }

  private:
    struct Content {
        TravellingPtr travelling; ///< until it is stored
        std::string upload_id;
    };

    // --- announcing
    // ------------------------------------------------------------------------------------------------

    bool worth_announcing() const {
        if (queue_.empty() || groups_under_way_ >= kGroupsUnderWay) return false;
        return finishing_ || failure_ || queue_.size() >= kWorthItems || queued_bytes_ >= kWorthBytes ||
               Clock::now() - last_added_ >= kLongestWait;
    }

    void announce_groups() {
        std::unique_lock lock{mutex_};
        while (true) {
            // A queue that stopped growing is announced after a moment, so the wait has an end while
            // something is in it.
            if (queue_.empty())
                changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
            else
                changed_.wait_for(lock, kLongestWait, [this] { return stop_ || worth_announcing(); });
            if (stop_ && queue_.empty()) return;
            if (!worth_announcing()) continue;
            auto group = std::make_shared<Group>();
            std::int64_t bytes = 0;
            while (!queue_.empty() && group->items.size() < kMostItems &&
                   (group->items.empty() || bytes < kMostBytes)) {
                bytes += queue_.front()->item.file.stamp.size;
                group->items.push_back(std::move(queue_.front()));
                queue_.pop_front();
            }
            queued_bytes_ -= bytes;
            ++groups_under_way_;
            const auto failure = failure_;
            lock.unlock();
            auto announced = failure ? Result<>{*failure} : announce(group);
            if (!announced) {
                fail_group(*group, announced.error());
                group->left = 1;
                item_arrived(group); // the completer counts it off
            }
            lock.lock();
        }
    }

    Result<> announce(const GroupPtr& group) {
        std::vector<TravellingPtr> fresh;
        for (const auto& one : group->items)
            if (!resume(*one)) fresh.push_back(one);
        if (!fresh.empty()) {
            boost::json::array items;
            for (const auto& one : fresh)
                items.push_back({{"name", one->item.name},
                                 {"size", one->item.file.stamp.size},
                                 {"sha256", one->item.file.sha256}});
            const boost::json::object body{{"project_id", options_.project_id}, {"items", std::move(items)}};
            // An announcement that is repeated leaves open uploads behind, which the server collects.
            BIFROST_ASSIGN(const Answer answer, api_.post("/uploads/batch", body, Repeat::harmless));
            const auto& data = array_of(answer.body, "data");
            if (data.size() != fresh.size())
                return Error{Errc::internal, "The server answered " + std::to_string(data.size()) +
                                                 " uploads for " + std::to_string(fresh.size()) + " files."};
            for (std::size_t i = 0; i < fresh.size(); ++i) {
                BIFROST_ASSIGN(fresh[i]->ticket, read_ticket(data[i]));
                if (fresh[i]->ticket.state == "open")
                    journal_.remember(fresh[i]->item.path, fresh[i]->item.file, fresh[i]->ticket.id);
            }
        }
        return send_group(group);
    }

    /// Takes up an upload that an earlier run began; false when there is none that lives.
    bool resume(Travelling& one) {
        const auto id = journal_.find(one.item.path, one.item.file);
        if (!id) return false;
        const auto answer = api_.get("/uploads/" + *id);
        if (answer) {
            if (auto ticket = read_ticket(answer->body); ticket && ticket->state != "failed") {
                one.ticket = std::move(*ticket);
                one.ticket.urls.clear(); // signed long ago
                return true;
            }
        }
        journal_.forget(one.item.path, one.item.file);
        return false;
    }

    Result<> send_group(const GroupPtr& group) {
        std::vector<TravellingPtr> open;
        for (const auto& one : group->items) {
            if (one->ticket.state == "complete")
                settle(one, StoredFile{one->ticket.id, true});
            else if (one->ticket.state == "failed")
                settle(one,
                       Error{Errc::conflict, one->item.path.string() + " was refused: " + one->ticket.error});
            else
                open.push_back(one);
        }
        group->items = open;
        group->left =
            open.size() + 1; // one for this function, so that nothing is concluded before all is queued
        for (const auto& one : open) {
            if (auto sent = send_parts(group, one); !sent) {
                settle(one, sent.error());
                item_arrived(group);
            }
        }
        item_arrived(group);
        return {};
    }

    // --- parts
    // -----------------------------------------------------------------------------------------------------

    Result<> send_parts(const GroupPtr& group, const TravellingPtr& one) {
        auto& ticket = one->ticket;
        const std::int64_t size = one->item.file.stamp.size;
        const int count = ticket.state == "open" ? ticket.part_count(size) : 0;
        if (ticket.state == "open" && size > 0 && count == 0)
            return Error{Errc::internal, "The server's answer lacks \"part_size\"."};
        one->etags.assign(static_cast<std::size_t>(count), "");
        for (const auto& part : ticket.arrived) {
            if (part.number < 1 || part.number > count) continue;
            if (!may_be_part(one->item.path, (part.number - 1) * ticket.part_size,
                             ticket.part_length(size, part.number), part.etag))
                continue;
            one->etags[static_cast<std::size_t>(part.number - 1)] = part.etag;
            if (options_.progress) options_.progress->advance(ticket.part_length(size, part.number));
        }
        std::vector<int> missing;
        for (int number = 1; number <= count; ++number)
            if (one->etags[static_cast<std::size_t>(number - 1)].empty()) missing.push_back(number);
        if (missing.empty()) {
            item_arrived(group);
            return {};
        }
        BIFROST_ASSIGN(const auto urls, urls_for(ticket, missing));
        one->parts_left = static_cast<int>(missing.size());
        for (std::size_t i = 0; i < missing.size(); ++i) send_part(group, one, urls[i]);
        return {};
    }

    /// URLs for exactly these parts: those of the ticket, and fresh ones for the rest, a thousand at a time.
    Result<std::vector<PartUrl>> urls_for(const UploadTicket& ticket, const std::vector<int>& numbers) {
        std::map<int, PartUrl> known;
        for (const auto& url : ticket.urls) known.emplace(url.number, url);
        boost::json::array lacking;
        for (std::size_t i = 0; i <= numbers.size(); ++i) {
            if (i < numbers.size() && !known.contains(numbers[i])) lacking.push_back(numbers[i]);
            if (lacking.empty() || (i < numbers.size() && lacking.size() < 1000)) continue;
            const boost::json::object body{{"numbers", std::exchange(lacking, {})}};
            BIFROST_ASSIGN(const Answer answer,
                           api_.post("/uploads/" + ticket.id + "/parts", body, Repeat::harmless));
            for (auto& url : read_part_urls(answer.body)) known.insert_or_assign(url.number, std::move(url));
        }
        std::vector<PartUrl> urls;
        for (const int number : numbers) {
            const auto found = known.find(number);
            if (found == known.end())
                return Error{Errc::internal,
                             "The server gave no address for part " + std::to_string(number) + "."};
            urls.push_back(found->second);
        }
        return urls;
    }

    void send_part(const GroupPtr& group, const TravellingPtr& one, const PartUrl& part,
                   bool renewed = false) {
        const std::int64_t size = one->item.file.stamp.size;
        const std::int64_t length = one->ticket.part_length(size, part.number);
        HttpRequest request;
        request.method = "PUT";
        request.url = api_.absolute(part.url);
        request.headers = part.headers; // the signature in the URL is what counts; no token goes along
        request.file = FileSlice{one->item.path, (part.number - 1) * one->ticket.part_size, length};
        request.deadline = 0s;
        const int number = part.number;
        loop_.add(std::move(request), [this, group, one, number, renewed](Result<HttpResponse> result) {
            if (result && result->status == 403 && !renewed && send_again(group, one, number)) return;
            if (result && (result->status == 412 || result->status == 409))
                if (const auto etag = find_arrived_etag(api_, one->ticket.id, number); !etag.empty())
                    return part_stands(group, one, number, etag);
            part_answered(group, one, number, std::move(result));
        });
    }

    /// The URL may have expired while its part waited: asks for a fresh one, once.
    bool send_again(const GroupPtr& group, const TravellingPtr& one, int number) {
        if (is_settled(*one)) return false;
        UploadTicket unsigned_ticket;
        unsigned_ticket.id = one->ticket.id;
        const auto urls = urls_for(unsigned_ticket, {number});
        if (!urls) return false;
        send_part(group, one, urls->front(), true);
        return true;
    }

    void part_stands(const GroupPtr& group, const TravellingPtr& one, int number, std::string etag) {
        one->etags[static_cast<std::size_t>(number - 1)] = std::move(etag);
        if (options_.progress)
            options_.progress->advance(one->ticket.part_length(one->item.file.stamp.size, number));
        if (--one->parts_left == 0) item_arrived(group);
    }

    void part_answered(const GroupPtr& group, const TravellingPtr& one, int number,
                       Result<HttpResponse> result) {
        std::optional<Error> error;
        if (!result) {
            error = std::move(result).error();
        } else if (result->ok()) {
            return part_stands(group, one, number, without_quotes(result->header("etag")));
        } else {
            error = problem_of(*result, api_.site().url);
            error->detail = one->item.path.string() + " could not be sent: " + error->detail;
            if (const auto stamp = stamp_of(one->item.path); !stamp || !(*stamp == one->item.file.stamp))
                error = Error{
                    Errc::conflict,
                    one->item.path.string() +
                        " changed while it was being sent. Run the command again once nothing writes to it."};
        }
        if (error) {
            settle(one, std::move(*error));
        }
        if (--one->parts_left == 0) item_arrived(group);
    }

    void item_arrived(const GroupPtr& group) {
        if (--group->left != 0) return;
        const std::scoped_lock lock{mutex_};
        arrived_.push_back(group);
        changed_.notify_all();
    }

    // --- completing
    // ------------------------------------------------------------------------------------------------

    void complete_groups() {
        std::unique_lock lock{mutex_};
        while (true) {
            changed_.wait(lock, [this] { return stop_ || !arrived_.empty(); });
            if (arrived_.empty()) return;
            const GroupPtr group = std::move(arrived_.front());
            arrived_.pop_front();
            lock.unlock();
            if (auto completed = complete(*group); !completed) fail_group(*group, completed.error());
            lock.lock();
            --groups_under_way_;
            changed_.notify_all();
        }
    }

    Result<> complete(const Group& group) {
        std::vector<TravellingPtr> sent;
        boost::json::array items;
        std::vector<TravellingPtr> verifying;
        for (const auto& one : group.items) {
            if (is_settled(*one)) continue;
            if (one->ticket.state == "verifying") {
                verifying.push_back(one);
                continue;
            }
            boost::json::array parts;
            for (std::size_t i = 0; i < one->etags.size(); ++i)
                parts.push_back({{"number", i + 1}, {"etag", one->etags[i]}});
            items.push_back({{"id", one->ticket.id}, {"parts", std::move(parts)}});
            sent.push_back(one);
        }
        if (!sent.empty()) {
            const boost::json::object body{{"items", std::move(items)}};
            BIFROST_ASSIGN(const Answer answer, api_.post("/uploads/batch/complete", body, Repeat::harmless));
            const auto& data = array_of(answer.body, "data");
            if (data.size() != sent.size())
                return Error{Errc::internal,
                             "The server answered for another number of uploads than were completed."};
            for (std::size_t i = 0; i < sent.size(); ++i) {
                BIFROST_ASSIGN(const UploadTicket ticket, read_ticket(data[i]));
                if (!conclude(sent[i], ticket)) verifying.push_back(sent[i]);
            }
        }
        return wait_for_verification(std::move(verifying));
    }

    /// Settles an upload in its last state; false while the server is still hashing it.
    bool conclude(const TravellingPtr& one, const UploadTicket& ticket) {
        if (ticket.state == "complete") {
            journal_.forget(one->item.path, one->item.file);
            settle(one, StoredFile{ticket.id, false});
        } else if (ticket.state == "failed") {
            journal_.forget(one->item.path, one->item.file);
            settle(one, Error{Errc::conflict,
                              one->item.path.string() +
                                  " arrived with other bytes than announced: " + ticket.error +
                                  " Did it change while it was being sent? Run the command again."});
        } else {
            return false;
        }
        return true;
    }

    Result<> wait_for_verification(std::vector<TravellingPtr> verifying) {
        auto pause = 20ms;
        while (!verifying.empty()) {
            if (interrupted()) return Error{Errc::unavailable, "Interrupted."};
            std::this_thread::sleep_for(pause);
            pause = std::min<std::chrono::milliseconds>(pause * 2, 1000ms);
            std::vector<TravellingPtr> still;
            for (const auto& one : verifying) {
                BIFROST_ASSIGN(const Answer answer, api_.get("/uploads/" + one->ticket.id));
                BIFROST_ASSIGN(const UploadTicket ticket, read_ticket(answer.body));
                if (!conclude(one, ticket)) still.push_back(one);
            }
            verifying = std::move(still);
        }
        return {};
    }

    // --- the end of each
    // -------------------------------------------------------------------------------------------

    bool is_settled(const Travelling& one) {
        const std::scoped_lock lock{mutex_};
        return one.waiters.empty();
    }

    void fail_group(const Group& group, const Error& error) {
        for (const auto& one : group.items) settle(one, error);
    }

    void settle(const TravellingPtr& one, Result<StoredFile> result) {
        std::vector<Done> waiters;
        {
            const std::scoped_lock lock{mutex_};
            waiters = std::exchange(one->waiters, {});
            if (waiters.empty()) return;
            if (!result && !failure_) failure_ = result.error();
            auto& content = contents_[one->item.file.sha256];
            content.travelling.reset();
            if (result) content.upload_id = result->upload_id;
        }
        const bool sent = result && !result->reused;
        for (std::size_t i = 0; i < waiters.size(); ++i) {
            Result<StoredFile> own = result;
            if (own && i > 0) own->reused = true;
            // Bytes that were sent have been counted part by part.
            report(waiters[i], std::move(own), sent && i == 0 ? 0 : one->item.file.stamp.size);
        }
    }

    void report(const Done& done, Result<StoredFile> result, std::int64_t bytes) {
        if (result && options_.progress) options_.progress->advance(bytes);
        done(std::move(result));
        const std::scoped_lock lock{mutex_};
        if (--outstanding_ == 0) changed_.notify_all();
    }

    Api& api_;
    UploadOptions options_;
    UploadJournal journal_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<TravellingPtr> queue_;
    std::int64_t queued_bytes_ = 0;
    Clock::time_point last_added_{};
    std::deque<GroupPtr> arrived_;
    std::unordered_map<std::string, Content> contents_; ///< by sha256
    std::size_t groups_under_way_ = 0;
    std::size_t outstanding_ = 0;
    bool finishing_ = false;
    bool stop_ = false;
    std::optional<Error> failure_;

    std::thread announcer_;
    std::thread completer_;
    TransferLoop loop_; // last: its callbacks use everything above
};

Uploader::Uploader(Api& api, UploadOptions options)
    : impl_(std::make_unique<Impl>(api, std::move(options))) {}
Uploader::~Uploader() = default;
void Uploader::add(UploadItem item, Done done) { impl_->add(std::move(item), std::move(done)); }
Result<> Uploader::finish() { return impl_->finish(); }
void Uploader::abandon(const Error& error) { impl_->abandon(error); }

} // namespace bifrost::client
