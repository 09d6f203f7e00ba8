#pragma once

#include "apps/site.hpp"

namespace bifrost::apps {

/// Fills an example production: a project with assets of every type, versions with files, dependencies and
/// assemblies, made through the services like everything else. Without effect when the site has a project
/// already. invalid when the site's bytes lie in S3: the example is for one machine.
Result<> fill_demo(OpenedSite& site);

} // namespace bifrost::apps
