#pragma once
// Every route file adds its operations by one of these functions; all of them are called in routes.cpp.

#include "api/context.hpp"
#include "http/router.hpp"

namespace bifrost::api {

void add_session_routes(http::Router& router, Context& context);
void add_user_routes(http::Router& router, Context& context);
void add_project_routes(http::Router& router, Context& context);
void add_asset_routes(http::Router& router, Context& context);
void add_shot_routes(http::Router& router, Context& context);
void add_sequence_routes(http::Router& router, Context& context);
void add_episode_routes(http::Router& router, Context& context);
void add_casting_routes(http::Router& router, Context& context);
void add_editorial_routes(http::Router& router, Context& context);
void add_field_routes(http::Router& router, Context& context);
void add_csv_routes(http::Router& router, Context& context);
void add_work_file_routes(http::Router& router, Context& context);
void add_product_routes(http::Router& router, Context& context);
void add_version_routes(http::Router& router, Context& context);
void add_file_routes(http::Router& router, Context& context);
void add_media_routes(http::Router& router, Context& context);
void add_dependency_routes(http::Router& router, Context& context);
void add_resolve_routes(http::Router& router, Context& context);
void add_impact_routes(http::Router& router, Context& context);
void add_upload_routes(http::Router& router, Context& context);
void add_storage_routes(http::Router& router, Context& context);
void add_workflow_routes(http::Router& router, Context& context);
void add_webhook_routes(http::Router& router, Context& context);
void add_comment_routes(http::Router& router, Context& context);
void add_history_routes(http::Router& router, Context& context);
void add_task_routes(http::Router& router, Context& context);
void add_task_catalog_routes(http::Router& router, Context& context);
void add_component_routes(http::Router& router, Context& context);
void add_folder_template_routes(http::Router& router, Context& context);
void add_folder_routes(http::Router& router, Context& context);
void add_folder_disk_routes(http::Router& router, Context& context);
void add_search_routes(http::Router& router, Context& context);
void add_event_routes(http::Router& router, Context& context);
void add_batch_routes(http::Router& router, Context& context);
void add_bulk_routes(http::Router& router, Context& context);
void add_job_routes(http::Router& router, Context& context);
void add_health_routes(http::Router& router, Context& context);

/// The endpoints for those who operate the process, for an address of their own.
http::Router make_operations_router(Context& context);
/// All routes of the program. `context` must outlive the router.
http::Router make_router(Context& context);

} // namespace bifrost::api
