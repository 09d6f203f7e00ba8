// Who plays in a shot, what it resolves to, and its lock.

#include <CLI/CLI.hpp>

#include "client/location.hpp"
#include "client/nouns.hpp"
#include "client/transport/json_access.hpp"

namespace bifrost::client {
namespace {

void add_cast(CLI::App& noun, const ContextPtr& context) {
    struct Options {
        std::string shot, label;
        std::vector<std::string> assets;
        int occurrences = 1;
    };
    const auto options = std::make_shared<Options>();
    auto* cast =
        add_command(noun, context, "cast", "Let assets play in a shot", [context, options]() -> Result<> {
            boost::json::array add;
            for (const auto& address : options->assets) {
                BIFROST_ASSIGN(const Location asset, locate(*context, address, {"asset"}));
                boost::json::object row{{"asset_id", asset.id}, {"occurrences", options->occurrences}};
                if (!options->label.empty()) row["label"] = options->label;
                add.push_back(std::move(row));
            }
            BIFROST_ASSIGN(const Location shot,
                           locate(*context, options->shot, {"shot", "sequence", "episode"}));
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer, api->patch(entity_path(shot) + "/casting",
                                                           boost::json::object{{"add", std::move(add)}}));
            print_result(context->format, answer.body,
                         shot.address + " has " + std::to_string(array_of(answer.body, "data").size()) +
                             " rows in its casting");
            return {};
        });
    cast->add_option("SHOT", options->shot, "The address of a shot, sequence or episode")->required();
    cast->add_option("ASSETS", options->assets, "Addresses of assets")->required();
    cast->add_option("--label", options->label, "Tells rows of one asset apart");
    cast->add_option("--occurrences", options->occurrences, "How often")->check(CLI::Range(1, 1000000));
}

void add_casting(CLI::App& noun, const ContextPtr& context) {
    const auto address = std::make_shared<std::string>();
    auto* casting =
        add_command(noun, context, "casting", "List who plays in a shot", [context, address]() -> Result<> {
            BIFROST_ASSIGN(const Location shot, locate(*context, *address, {"shot", "sequence", "episode"}));
            BIFROST_ASSIGN(Api * api, context->api());
            BIFROST_ASSIGN(const Answer answer, api->get(entity_path(shot) + "/casting"));
            ListPrinter printer{context->format,
                                {{"ASSET", "asset_id"},
                                 {"LABEL", "label"},
                                 {"OCCURRENCES", "occurrences"},
                                 {"PINS", "pins"}}};
            for (const auto& one : array_of(answer.body, "data")) printer.add(one);
            printer.finish();
            return {};
        });
    casting->add_option("SHOT", *address, "The address of a shot, sequence or episode")->required();
}

void add_resolve(CLI::App& noun, const ContextPtr& context) {
    struct Options {
        std::string address, policy, as_of;
    };
    const auto options = std::make_shared<Options>();
    auto* resolve =
        add_command(noun, context, "resolve", "Show exactly which versions a shot stands on",
                    [context, options]() -> Result<> {
                        BIFROST_ASSIGN(const Location shot, locate(*context, options->address, {"shot"}));
                        BIFROST_ASSIGN(Api * api, context->api());
                        Query query;
                        if (!options->policy.empty()) query.emplace_back("policy", options->policy);
                        if (!options->as_of.empty()) query.emplace_back("as_of", options->as_of);
                        BIFROST_ASSIGN(const Answer answer, api->get(entity_path(shot) + "/resolve", query));
                        if (context->format == Format::json) {
                            print_object(Format::json, answer.body);
                            return {};
                        }
                        ListPrinter printer{context->format,
                                            {{"PATH", "path"},
                                             {"ASSET", "code"},
                                             {"PRODUCT", "product.code"},
                                             {"VERSION", "product.number"},
                                             {"STATUS", "product.status"},
                                             {"PIN", "product.pin"}}};
                        for (const auto& asset : array_of(answer.body, "data")) {
                            boost::json::object row = asset.get_object();
                            row.erase("products");
                            for (const auto& product : array_of(asset, "products")) {
                                row["product"] = product;
                                printer.add(row);
                            }
                        }
                        printer.finish();
                        return {};
                    });
    resolve->add_option("SHOT", options->address, "The shot's address or id")->required();
    resolve->add_option("--policy", options->policy, "What products follow that no pin names")
        ->check(CLI::IsMember({"latest", "latest_approved", "pinned"}));
    resolve->add_option("--as-of", options->as_of, "What that meant then: 2026-01-31T12:00:00Z");
}

void add_lock(CLI::App& noun, const ContextPtr& context) {
    const auto address = std::make_shared<std::string>();
    auto* lock =
        add_command(noun, context, "lock", "Show the versions that a shot is locked to",
                    [context, address]() -> Result<> {
                        BIFROST_ASSIGN(const Location shot, locate(*context, *address, {"shot"}));
                        BIFROST_ASSIGN(Api * api, context->api());
                        BIFROST_ASSIGN(const Answer answer, api->get(entity_path(shot) + "/lock"));
                        if (context->format == Format::json) {
                            print_object(Format::json, answer.body);
                            return {};
                        }
                        ListPrinter printer{context->format, {{"PATH", "path"}, {"VERSION", "address"}}};
                        for (const auto& one : array_of(answer.body, "data")) printer.add(one);
                        printer.finish();
                        return {};
                    });
    lock->add_option("SHOT", *address, "The shot's address or id")->required();
}

void add_update(CLI::App& noun, const ContextPtr& context) {
    struct Options {
        std::string address, policy;
        bool dry_run = false;
    };
    const auto options = std::make_shared<Options>();
    auto* update = add_command(
        noun, context, "update", "Lock a shot to what it resolves to now", [context, options]() -> Result<> {
            BIFROST_ASSIGN(const Location shot, locate(*context, options->address, {"shot"}));
            BIFROST_ASSIGN(Api * api, context->api());
            boost::json::object body{{"dry_run", options->dry_run}};
            if (!options->policy.empty()) body["policy"] = options->policy;
            BIFROST_ASSIGN(const Answer answer, api->post(entity_path(shot) + "/lock", body));
            if (context->format == Format::json) {
                print_object(Format::json, answer.body);
                return {};
            }
            ListPrinter printer{context->format,
                                {{"CHANGE", "change"},
                                 {"PATH", "path"},
                                 {"FROM", "from.address"},
                                 {"TO", "to.address"},
                                 {"STATUS", "status"},
                                 {"APPROVED BY", "approved_by.code"}}};
            for (const auto& one : array_of(answer.body, "data")) printer.add(one);
            printer.finish();
            return {};
        });
    update->add_option("SHOT", options->address, "The shot's address or id")->required();
    update->add_option("--policy", options->policy, "Without it that of the lock, else the project's")
        ->check(CLI::IsMember({"latest", "latest_approved"}));
    update->add_flag("--dry-run", options->dry_run, "Only show what would change, and who approved it");
}

} // namespace

void add_casting_verbs(CLI::App& shot, const ContextPtr& context) {
    add_cast(shot, context);
    add_casting(shot, context);
    add_resolve(shot, context);
    add_lock(shot, context);
    add_update(shot, context);
}

} // namespace bifrost::client
