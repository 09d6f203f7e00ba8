# bifrost_embed_sql(<target> <folder> <files>): the named queries of <folder>/*.sql as constants of the generated
# header "<folder>/<file>.sql.hpp" (see tools/sql_embed.py for the format).
# The distribution's own, which has the packages that ./dev installs (python3-yaml).
set(Python3_EXECUTABLE /usr/bin/python3)
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
    set_property(GLOBAL APPEND PROPERTY BIFROST_QUERY_FILES ${folder}/${stem})
  endforeach()
  target_include_directories(${target} PUBLIC ${CMAKE_BINARY_DIR}/generated)
endfunction()

# bifrost_embed_migrations(<target> <folder>): <folder>/NNNN_name.sql as the table of database/migration_text.hpp.
function(bifrost_embed_migrations target folder)
  set(source ${CMAKE_BINARY_DIR}/generated/${folder}.cpp)
  file(GLOB inputs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.sql)
  add_custom_command(OUTPUT ${source}
    COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tools/sql_embed.py --migrations ${CMAKE_SOURCE_DIR}/src/${folder}
            --source ${source}
    DEPENDS ${inputs} ${CMAKE_SOURCE_DIR}/tools/sql_embed.py VERBATIM)
  target_sources(${target} PRIVATE ${source})
endfunction()

# bifrost_list_queries(<target>): a source that names the list of every file embedded so far (support/all_queries.hpp).
# An archive drops what nothing names, so the list is made here and not by registration at start.
function(bifrost_list_queries target)
  get_property(files GLOBAL PROPERTY BIFROST_QUERY_FILES)
  set(includes "")
  set(items "")
  foreach(file ${files})
    get_filename_component(folder ${file} DIRECTORY)
    get_filename_component(room ${folder} NAME)
    get_filename_component(stem ${file} NAME)
    string(APPEND includes "#include \"${file}.sql.hpp\"\n")
    string(APPEND items "    {\"${file}.sql\", bifrost::${room}::sql::all_${stem}},\n")
  endforeach()
  set(source ${CMAKE_BINARY_DIR}/generated/all_queries.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT
    "#include \"support/all_queries.hpp\"\n${includes}
namespace bifrost::tests {\nstd::vector<QueryFile> all_queries() {\n  return {\n${items}  };\n}\n} // namespace bifrost::tests\n")
  target_sources(${target} PRIVATE ${source})
endfunction()
