#pragma once

#include "apps/site.hpp"

namespace bifrost::apps {

/// Fills an example production: a project with assets of every type, versions with files, dependencies and
/// assemblies, made through the services like everything else. Without effect when the site has a project
/// already. Bytes go where the site keeps them: into its folder, or to S3 by signed URLs.
Result<> fill_demo(OpenedSite& site);

} // namespace bifrost::apps
