#pragma once
// Private to this folder: each of these adds the commands of one noun.

#include "client/context.hpp"

namespace bifrost::client {

void add_session_commands(CLI::App& app, const ContextPtr& context);
void add_project_commands(CLI::App& app, const ContextPtr& context);
void add_asset_commands(CLI::App& app, const ContextPtr& context);
void add_shot_commands(CLI::App& app, const ContextPtr& context);
void add_sequence_commands(CLI::App& app, const ContextPtr& context);
void add_episode_commands(CLI::App& app, const ContextPtr& context);
void add_editorial_commands(CLI::App& app, const ContextPtr& context);
void add_field_commands(CLI::App& app, const ContextPtr& context);
/// csv, of the nouns import and export.
void add_csv_import(CLI::App& noun, const ContextPtr& context);
void add_csv_export(CLI::App& noun, const ContextPtr& context);
/// cast, casting, resolve, lock and update of shots.
void add_casting_verbs(CLI::App& shot, const ContextPtr& context);
void add_task_commands(CLI::App& app, const ContextPtr& context);
/// comment and inbox.
void add_comment_commands(CLI::App& app, const ContextPtr& context);
void add_webhook_commands(CLI::App& app, const ContextPtr& context);
void add_product_commands(CLI::App& app, const ContextPtr& context);
void add_version_commands(CLI::App& app, const ContextPtr& context);
void add_publish_command(CLI::App& app, const ContextPtr& context);
void add_get_command(CLI::App& app, const ContextPtr& context);
void add_ingest_command(CLI::App& app, const ContextPtr& context);
void add_search_commands(CLI::App& app, const ContextPtr& context);
/// path and locate.
void add_path_commands(CLI::App& app, const ContextPtr& context);
void add_folder_commands(CLI::App& app, const ContextPtr& context);
/// create, scan, scans, findings, reconcile, fixes, aside and undo, of the noun folder.
void add_folder_disk_commands(CLI::App& noun, const ContextPtr& context);
/// mappings, set-mapping and remove-mapping, of the noun folder.
void add_folder_mapping_commands(CLI::App& noun, const ContextPtr& context);
void add_job_commands(CLI::App& app, const ContextPtr& context);
void add_event_commands(CLI::App& app, const ContextPtr& context);
/// revert and trash.
void add_history_commands(CLI::App& app, const ContextPtr& context);
void add_completion_command(CLI::App& app, const ContextPtr& context);

/// show, archive, restore, and for what has a workflow: status. `kind` is asset, shot, sequence, episode,
/// product or version.
void add_entity_verbs(CLI::App& noun, const ContextPtr& context, const std::string& kind);
/// impact, for assets and versions.
void add_impact_verb(CLI::App& noun, const ContextPtr& context, const std::string& kind);

} // namespace bifrost::client
