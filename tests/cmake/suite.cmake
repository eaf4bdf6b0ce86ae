# How a folder of tests becomes an executable; ../CMakeLists.txt says what a folder may ask for.

include_guard(GLOBAL)

# What this build cannot test stays a test that says so, for the tally to list and count.
function(mesoscore_absent_test name need labels)
  add_test(NAME ${name} COMMAND "${CMAKE_COMMAND}" -E echo "SKIPPED: there is no ${need} in this build")
  set_tests_properties(${name} PROPERTIES LABELS "${labels}")
endfunction()

# mesoscore_test(<name> DIR <dir> [COMPONENTS ...] [LIBS ...] [LABELS ...] [PROTOS ...] [PROGRAMS ...]
#                [SERIAL <bool>] [TIMEOUT <seconds>])
function(mesoscore_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DIR;SERIAL;TIMEOUT" "COMPONENTS;LIBS;LABELS;PROTOS;PROGRAMS")
  file(GLOB sources CONFIGURE_DEPENDS "${arg_DIR}/*.cpp")
  if(NOT sources)
    return()
  endif()
  list(TRANSFORM arg_COMPONENTS PREPEND mesoscore:: OUTPUT_VARIABLE components)
  foreach(need IN LISTS components arg_PROGRAMS)
    if(NOT TARGET ${need})
      mesoscore_absent_test(${name} ${need} "${arg_LABELS}")
      return()
    endif()
  endforeach()

  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE mesoscore_test_main ${components} ${arg_LIBS})
  # Tests may look inside: private headers as lib/ includes them, and helpers as "support/...".
  target_include_directories(${name} PRIVATE
    "${PROJECT_SOURCE_DIR}/lib" "${PROJECT_SOURCE_DIR}/transports" "${PROJECT_SOURCE_DIR}/tests")
  target_compile_definitions(${name} PRIVATE "MESOSCORE_SUITE_DIR=\"${arg_DIR}\"")
  foreach(program IN LISTS arg_PROGRAMS)
    string(MAKE_C_IDENTIFIER "${program}" macro)
    string(TOUPPER "${macro}" macro)
    target_compile_definitions(${name} PRIVATE "MESOSCORE_PROGRAM_${macro}=\"$<TARGET_FILE:${program}>\"")
    add_dependencies(${name} ${program})
  endforeach()
  if(arg_PROTOS)
    _mesoscore_test_protos(${name} "${arg_DIR}" "${arg_PROTOS}")
  endif()

  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES
    LABELS "${arg_LABELS}" RUN_SERIAL "${arg_SERIAL}" TIMEOUT "${arg_TIMEOUT}")
endfunction()

# The oracle of the wire tests: Google's protobuf, in a library of its own because its code has warnings.
function(_mesoscore_test_protos name dir protos)
  find_package(Protobuf REQUIRED)
  list(TRANSFORM protos PREPEND "${dir}/")
  add_library(${name}_protos STATIC ${protos})
  set(out "${CMAKE_CURRENT_BINARY_DIR}/${name}_protos")
  file(MAKE_DIRECTORY "${out}")
  protobuf_generate(TARGET ${name}_protos IMPORT_DIRS "${dir}" PROTOC_OUT_DIR "${out}")
  target_compile_options(${name}_protos PRIVATE -w)
  cmake_path(RELATIVE_PATH dir BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" OUTPUT_VARIABLE below)
  target_include_directories(${name}_protos SYSTEM PUBLIC "${out}" "${out}/${below}")  # protoc keeps the path
  target_link_libraries(${name}_protos PUBLIC protobuf::libprotobuf)
  target_link_libraries(${name} PRIVATE ${name}_protos)
endfunction()

function(mesoscore_suite kind dir)
  if(NOT IS_DIRECTORY "${dir}")
    return()
  endif()
  set(SUITE_COMPONENTS core)
  set(SUITE_TIMEOUT_SECONDS 120)
  set(SUITE_SERIAL OFF)
  foreach(key IN ITEMS LIBS LABELS PROTOS PROGRAMS)
    set(SUITE_${key} "")
  endforeach()
  include("${dir}/components.cmake" OPTIONAL)
  cmake_path(GET dir FILENAME suite)
  mesoscore_test(test_${kind}_${suite} DIR "${dir}"
    COMPONENTS ${SUITE_COMPONENTS} LIBS ${SUITE_LIBS} LABELS ${kind} ${SUITE_LABELS}
    PROTOS ${SUITE_PROTOS} PROGRAMS ${SUITE_PROGRAMS}
    SERIAL ${SUITE_SERIAL} TIMEOUT ${SUITE_TIMEOUT_SECONDS})
endfunction()

# tests/fuzz/<name>.cpp defines LLVMFuzzerTestOneInput; a line `// components: wire` in it says what it links
# (default: wire). With MESOSCORE_BUILD_FUZZERS it is a libFuzzer program; otherwise it is a test that replays the
# corpus tests/fuzz/corpus/<name>/ and so keeps every crash that was once found from coming back.
function(mesoscore_fuzzer source)
  cmake_path(GET source STEM stem)
  set(components wire)
  file(STRINGS "${source}" line REGEX "^// components:" LIMIT_COUNT 1)
  if(line)
    string(REGEX REPLACE "^// components: *" "" components "${line}")
    separate_arguments(components)
  endif()
  list(TRANSFORM components PREPEND mesoscore::)
  foreach(component IN LISTS components)
    if(NOT TARGET ${component})
      mesoscore_absent_test(fuzz_${stem} ${component} fuzz)
      return()
    endif()
  endforeach()

  add_executable(fuzz_${stem} "${source}")
  target_link_libraries(fuzz_${stem} PRIVATE ${components})
  target_include_directories(fuzz_${stem} PRIVATE "${PROJECT_SOURCE_DIR}/lib" "${PROJECT_SOURCE_DIR}/transports")
  if(MESOSCORE_BUILD_FUZZERS)
    target_link_options(fuzz_${stem} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${stem} PRIVATE support/fuzz_main.cpp)
    add_test(NAME fuzz_${stem} COMMAND fuzz_${stem} "${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${stem}")
    set_tests_properties(fuzz_${stem} PROPERTIES LABELS fuzz TIMEOUT 120)
  endif()
endfunction()

# A public header must compile as the first thing that a user includes.
function(mesoscore_check_headers)
  set(include "${PROJECT_SOURCE_DIR}/include")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${include}" "${include}/*.hpp")
  set(sources "")
  foreach(header IN LISTS headers)
    string(MAKE_C_IDENTIFIER "${header}" source)
    set(source "${CMAKE_CURRENT_BINARY_DIR}/headers/${source}.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "#include \"${header}\"\n")
    list(APPEND sources "${source}")
  endforeach()
  get_property(components GLOBAL PROPERTY MESOSCORE_BUILT)
  if(sources AND components)
    list(TRANSFORM components PREPEND mesoscore::)
    add_library(mesoscore_headers OBJECT ${sources})
    target_link_libraries(mesoscore_headers PRIVATE ${components})
  endif()
endfunction()
