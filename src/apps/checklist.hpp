#pragma once
// The requirements' deployment checklist, answered from where the command runs.

#include <vector>

#include "apps/finding.hpp"
#include "core/config.hpp"
#include "database/database.hpp"

namespace bifrost::apps {

/// Every line of the checklist: yes, no with what to do, or by hand with the command that tells. `database`
/// may be null: then what it would know is no.
std::vector<Finding> answer_checklist(const config::Config& config, database::Database* database);

} // namespace bifrost::apps
