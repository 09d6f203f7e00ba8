#pragma once

#include <string>

#include <boost/describe.hpp>

namespace bifrost::apps {

/// One line of `bifrost doctor`.
struct Finding {
    std::string check;
    std::string state; ///< ok, warning, failed; of the deployment's checklist: yes, no, by hand
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(Finding, (), (check, state, detail))

} // namespace bifrost::apps
