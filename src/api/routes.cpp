#include "api/routes.hpp"

#include "api/hidden_fields.hpp"

namespace bifrost::api {

http::Router make_router(Context& context) {
    http::Router router;
    if (context.hidden_fields == nullptr) context.hidden_fields = std::make_shared<HiddenFields>();
    add_health_routes(router, context);
    add_session_routes(router, context);
    add_user_routes(router, context);
    add_project_routes(router, context);
    add_field_routes(router, context);
    add_asset_routes(router, context);
    add_shot_routes(router, context);
    add_sequence_routes(router, context);
    add_episode_routes(router, context);
    add_casting_routes(router, context);
    add_editorial_routes(router, context);
    add_csv_routes(router, context);
    add_work_file_routes(router, context);
    add_product_routes(router, context);
    add_version_routes(router, context);
    add_file_routes(router, context);
    add_media_routes(router, context);
    add_dependency_routes(router, context);
    add_resolve_routes(router, context);
    add_impact_routes(router, context);
    add_upload_routes(router, context);
    add_storage_routes(router, context);
    add_workflow_routes(router, context);
    add_task_routes(router, context);
    add_task_catalog_routes(router, context);
    add_component_routes(router, context);
    add_folder_template_routes(router, context);
    add_folder_routes(router, context);
    add_folder_disk_routes(router, context);
    add_search_routes(router, context);
    add_event_routes(router, context);
    add_history_routes(router, context);
    add_comment_routes(router, context);
    add_webhook_routes(router, context);
    add_batch_routes(router, context);
    add_bulk_routes(router, context);
    add_job_routes(router, context);
    return router;
}

} // namespace bifrost::api
