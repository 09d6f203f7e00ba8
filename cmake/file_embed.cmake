# bifrost_embed_files(<target> <symbol> <base folder> [<generated file>…]): files as a table in the program, made by
# tools/file_embed.py with the assembler's .incbin, so that their size costs no compile time.
function(bifrost_embed_files target symbol base)
  set(output ${CMAKE_BINARY_DIR}/generated/embedded/${symbol})
  file(GLOB_RECURSE inputs CONFIGURE_DEPENDS ${base}/*)
  add_custom_command(OUTPUT ${output}.cpp
    COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tools/file_embed.py --symbol ${symbol} --base ${base} --output ${output}.cpp
    DEPENDS ${inputs} ${ARGN} ${CMAKE_SOURCE_DIR}/tools/file_embed.py VERBATIM)
  target_sources(${target} PRIVATE ${output}.cpp)
  set_source_files_properties(${output}.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
