# bifrost_embed_sql(<target> <folder> <files>): the named queries of <folder>/*.sql as constants of the generated
# header "<folder>/<file>.sql.hpp" (see tools/sql_embed.py for the format).
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

function(bifrost_embed_sql target folder files)
  foreach(file ${files})
    get_filename_component(stem ${file} NAME_WE)
    set(header ${CMAKE_BINARY_DIR}/generated/${folder}/${stem}.sql.hpp)
    set(source ${CMAKE_BINARY_DIR}/generated/${folder}/${stem}.sql.cpp)
    add_custom_command(OUTPUT ${header} ${source}
      COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tools/sql_embed.py --folder ${folder} --input ${file}
              --header ${header} --source ${source}
      DEPENDS ${file} ${CMAKE_SOURCE_DIR}/tools/sql_embed.py VERBATIM)
    target_sources(${target} PRIVATE ${header} ${source})
  endforeach()
  target_include_directories(${target} PUBLIC ${CMAKE_BINARY_DIR}/generated)
endfunction()
