#include "client/commands.hpp"

#include "client/nouns.hpp"

namespace bifrost::client {

void register_commands(CLI::App& app, int& exit_code) {
    const auto context = std::make_shared<Context>();
    context->exit_code = &exit_code;
    add_session_commands(app, context);
    add_project_commands(app, context);
    add_asset_commands(app, context);
    add_shot_commands(app, context);
    add_sequence_commands(app, context);
    add_episode_commands(app, context);
    add_editorial_commands(app, context);
    add_field_commands(app, context);
    add_task_commands(app, context);
    add_comment_commands(app, context);
    add_webhook_commands(app, context);
    add_product_commands(app, context);
    add_version_commands(app, context);
    add_publish_command(app, context);
    add_get_command(app, context);
    add_ingest_command(app, context);
    add_search_commands(app, context);
    add_path_commands(app, context);
    add_folder_commands(app, context);
    add_job_commands(app, context);
    add_event_commands(app, context);
    add_history_commands(app, context);
    add_completion_command(app, context);
}

} // namespace bifrost::client
