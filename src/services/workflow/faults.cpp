// What makes a workflow one that can't work.

#include <algorithm>
#include <set>

#include "services/workflow/save.hpp"

namespace bifrost::workflow {
namespace {

std::string at(std::string_view list, std::size_t index, std::string_view member = "") {
    std::string pointer = "/" + std::string(list) + "/" + std::to_string(index);
    if (!member.empty()) pointer += "/" + std::string(member);
    return pointer;
}

/// The codes that are found from `begin` on by going along (or against) the moves.
std::set<std::string> walk(const Workflow& workflow, std::vector<std::string> todo, bool backwards) {
    std::set<std::string> found(todo.begin(), todo.end());
    while (!todo.empty()) {
        const std::string here = std::move(todo.back());
        todo.pop_back();
        for (const auto& move : workflow.transitions) {
            const std::string& from = backwards ? move.to : move.from;
            const std::string& to = backwards ? move.from : move.to;
            if (from == here && found.insert(to).second) todo.push_back(to);
        }
    }
    return found;
}

void check_names(const Workflow& workflow, std::vector<FieldError>& errors) {
    std::set<std::string> codes;
    for (std::size_t i = 0; i < workflow.states.size(); ++i)
        if (!codes.insert(workflow.states[i].code).second)
            errors.push_back({at("states", i, "code"), "stands there twice"});
    if (!codes.contains(workflow.initial_state))
        errors.push_back({"/initial_state", "is none of the states"});
    if (workflow.entity_kind == "shot" && !codes.contains("omitted"))
        errors.push_back({"/states", "lack `omitted`: imported edits move shots there that they leave out"});
    std::set<std::pair<std::string, std::string>> moves;
    for (std::size_t i = 0; i < workflow.transitions.size(); ++i) {
        const auto& move = workflow.transitions[i];
        if (!codes.contains(move.from))
            errors.push_back({at("transitions", i, "from"), "is none of the states"});
        if (!codes.contains(move.to)) errors.push_back({at("transitions", i, "to"), "is none of the states"});
        if (move.from == move.to)
            errors.push_back({at("transitions", i, "to"), "is where it comes from"});
        else if (!moves.emplace(move.from, move.to).second)
            errors.push_back({at("transitions", i), "stands there twice"});
        const std::string everyday = workflow.entity_kind + ":transition";
        const std::string decision = workflow.entity_kind + ":review";
        if (move.permission != everyday && move.permission != decision)
            errors.push_back({at("transitions", i, "permission"), "must be " + everyday + " or " + decision});
    }
}

} // namespace

std::vector<FieldError> find_faults(const Workflow& workflow) {
    std::vector<FieldError> errors;
    check_names(workflow, errors);
    if (!errors.empty()) return errors;
    std::vector<std::string> ends;
    for (const auto& state : workflow.states)
        if (state.category == "done" || state.category == "retired") ends.push_back(state.code);
    if (ends.empty()) {
        errors.push_back({"/states", "have no end: one has to be of the category done or retired"});
        return errors;
    }
    const auto reached = walk(workflow, {workflow.initial_state}, false);
    const auto ending = walk(workflow, ends, true);
    for (std::size_t i = 0; i < workflow.states.size(); ++i) {
        const auto& code = workflow.states[i].code;
        if (!reached.contains(code))
            errors.push_back({at("states", i), "is never reached from '" + workflow.initial_state + "'"});
        if (!ending.contains(code))
            errors.push_back(
                {at("states", i), "is a dead end: no way leads on to a state that is done or retired"});
    }
    return errors;
}

} // namespace bifrost::workflow
