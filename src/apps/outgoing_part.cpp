#include "apps/outgoing_part.hpp"

#include "core/log.hpp"
#include "services/webhook/delivery.hpp"

namespace bifrost::apps {
namespace {

/// A receiver that takes its time holds up no more than one of them.
constexpr int kSenders = 3;
constexpr std::chrono::milliseconds kPoll{500};

} // namespace

std::shared_ptr<const outbound::Outside> make_outside(const config::Config& config) {
    outbound::OutsideOptions options;
    options.allow_http = config.environment == "development";
    options.networks = config.webhook_networks;
    options.ca_file = config.webhook_ca_file;
    auto outside = outbound::Outside::make(options);
    if (!outside) {
        log::error("nothing inside may be called", {{"detail", outside.error().detail}});
        options.networks.clear();
        outside = outbound::Outside::make(options);
    }
    return std::make_shared<const outbound::Outside>(std::move(*outside));
}

OutgoingPart::OutgoingPart(const config::Config& config, database::Database& database)
    : outside_(make_outside(config)) {
    const auto add = [&](std::string what, std::function<Result<std::int64_t>()> take_in,
                         std::chrono::milliseconds poll) {
        followers_.push_back(
            std::make_unique<worker::EventFollower>(std::move(what), std::move(take_in), poll));
    };
    add(
        "webhooks", [&database] { return webhook::queue_deliveries(database); },
        std::chrono::milliseconds(300));
    webhook::DeliverOptions options;
    options.stopped = [this] { return stopping_.load(); };
    for (int i = 0; i < kSenders; ++i)
        add(
            "webhook deliveries",
            [this, &database, options] { return webhook::deliver_due(database, *outside_, options); }, kPoll);
}

void OutgoingPart::start() {
    for (auto& follower : followers_) follower->start();
}

void OutgoingPart::stop() {
    stopping_ = true;
    for (auto& follower : followers_) follower->stop();
}

} // namespace bifrost::apps
