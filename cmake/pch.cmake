# One precompiled header for all rooms: what nearly every file includes. Boost.Beast is not in it on purpose.
function(bifrost_make_pch)
  file(WRITE ${CMAKE_BINARY_DIR}/pch/pch.cpp "")
  add_library(bifrost_pch STATIC ${CMAKE_BINARY_DIR}/pch/pch.cpp)
  target_precompile_headers(bifrost_pch PRIVATE
    <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <cstring> <deque> <functional> <map> <memory>
    <mutex> <optional> <span> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
    <boost/describe.hpp> <boost/mp11.hpp> <boost/json/value.hpp> <boost/system/result.hpp>)
endfunction()
