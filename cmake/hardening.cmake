# What the platform offers against memory errors; checked in the shipped program by a test.
add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE)
add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  # g++ 12 at -O2 takes the small buffer of a moved-from std::string for an array out of bounds (GCC bug 105651).
  add_compile_options(-Wno-array-bounds)
endif()
