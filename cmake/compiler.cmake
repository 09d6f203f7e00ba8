# Warnings, debug information and the compiler cache.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
                    -Wconversion -Wsign-conversion -Wformat=2 -Wnull-dereference -Wimplicit-fallthrough)
# g++ 12 reports these falsely inside its own and Boost's headers once it inlines (GCC bugs 105329, 105562).
add_compile_options(-Wno-restrict -Wno-null-dereference -Wno-stringop-overflow -Wno-maybe-uninitialized
                    -Wno-missing-field-initializers)
if(BIFROST_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()
# -g1 keeps backtraces and halves the objects; a debugger session can ask for more by CXXFLAGS.
add_compile_options($<$<CONFIG:Debug>:-g1>)

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers are cached only when ccache may trust their defines and times.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      ${CCACHE})
endif()
