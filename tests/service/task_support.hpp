#pragma once
// Tasks on a small production: a prop, a sequence with a shot, and short ways to make tasks.

#include "production_support.hpp"
#include "services/asset/asset.hpp"
#include "services/shot/sequence.hpp"
#include "services/shot/shot.hpp"
#include "services/task/catalog.hpp"
#include "services/task/schedule.hpp"
#include "services/task/task.hpp"
#include "services/task/time_log.hpp"
#include "services/workflow/bulk.hpp"
#include "services/workflow/workflow.hpp"

namespace bifrost::tests {

class TaskTest : public ProductionTest {
  protected:
    void SetUp() override {
        ProductionTest::SetUp();
        asset_ = write(owner_, [&](access::Call& call) {
            return asset::create_asset(call, "bar",
                                       json_of(R"({"code": "box", "name": "Box", "type": "prop"})"));
        });
        const auto sequence = write(owner_, [&](access::Call& call) {
            return shot::create_sequence(call, "bar", json_of(R"({"code": "sq010"})"));
        });
        shot_ = write(owner_, [&](access::Call& call) {
            return shot::create_shot(
                call, "bar", boost::json::object{{"code", "sh0010"}, {"sequence_id", sequence.id.text()}});
        });
    }
    Result<task::Task> try_task(boost::json::object body, const access::Actor* actor = nullptr) {
        if (!body.contains("entity_id")) body["entity_id"] = shot_.id.text();
        if (!body.contains("task_type")) body["task_type"] = "animation";
        return try_write(actor ? *actor : owner_,
                         [&](access::Call& call) { return task::create_task(call, "bar", body); });
    }
    task::Task make_task(boost::json::object body) { return must(try_task(std::move(body))); }
    Result<task::Task> try_update(const Id& id, const boost::json::value& patch,
                                  const access::Actor* actor = nullptr) {
        return try_write(actor ? *actor : owner_,
                         [&](access::Call& call) { return task::update_task(call, id, patch, {}); });
    }
    Result<project::Entity> try_move(const Id& id, const std::string& to, const access::Actor& actor,
                                     const std::string& comment = "") {
        boost::json::object body{{"to", to}};
        if (!comment.empty()) body["comment"] = comment;
        return try_write(
            actor, [&](access::Call& call) { return workflow::transition(call, "task", id, body, {}); });
    }
    task::Task get(const Id& id) {
        return read([&](database::Tx& tx) { return task::get_task(tx, owner_, id); });
    }
    std::vector<std::string> names(const task::TaskFilter& filter, query::ListRequest request = {}) {
        std::vector<std::string> out;
        for (const auto& one : read([&](database::Tx& tx) {
                                   return task::list_tasks(tx, owner_, "bar", request, filter);
                               }).data)
            out.push_back(one.name);
        return out;
    }

    asset::Asset asset_;
    shot::Shot shot_;
};

} // namespace bifrost::tests
