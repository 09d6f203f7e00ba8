#include "client/field_options.hpp"

#include <CLI/CLI.hpp>

#include "client/context.hpp"
#include "core/json_reader.hpp"

namespace bifrost::client {

FieldOptions::Field& FieldOptions::add(Type type, const std::string& option, const std::string& member) {
    fields_.push_back(std::make_unique<Field>(Field{type, option, member, {}, {}, false, nullptr}));
    return *fields_.back();
}

void FieldOptions::text(CLI::App& command, const std::string& option, const std::string& member,
                        const std::string& description) {
    Field& field = add(Type::text, option, member);
    field.option = command.add_option(option, field.text, description);
}

void FieldOptions::texts(CLI::App& command, const std::string& option, const std::string& member,
                         const std::string& description) {
    Field& field = add(Type::texts, option, member);
    // One value an occurrence: otherwise it would swallow the positional arguments behind it.
    field.option = command.add_option(option, field.texts, description)
                       ->delimiter(',')
                       ->expected(1)
                       ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void FieldOptions::flag(CLI::App& command, const std::string& option, const std::string& member,
                        const std::string& description) {
    Field& field = add(Type::flag, option, member);
    field.option = command.add_flag(option, field.flag, description);
}

void FieldOptions::json(CLI::App& command, const std::string& option, const std::string& member,
                        const std::string& description) {
    Field& field = add(Type::json, option, member);
    field.option = command.add_option(option, field.text, description);
}

Result<boost::json::object> FieldOptions::body() const {
    boost::json::object body;
    for (const auto& field : fields_) {
        if (field->option->count() == 0) continue;
        switch (field->type) {
        case Type::text:
            body[field->member] = field->text;
            break;
        case Type::texts: {
            boost::json::array items;
            for (const auto& text : field->texts)
                if (!text.empty()) items.emplace_back(text);
            body[field->member] = std::move(items);
            break;
        }
        case Type::flag:
            body[field->member] = field->flag;
            break;
        case Type::json: {
            auto value = bifrost::json::parse(field->text);
            if (!value) return usage_error(field->name + " takes JSON: " + value.error().detail);
            body[field->member] = std::move(*value);
        }
        }
    }
    return body;
}

} // namespace bifrost::client
