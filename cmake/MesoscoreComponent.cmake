# mesoscore_component(<name>
#   DIRS <source folders>          every *.cpp in them and below belongs to the component
#   HEADER <public header>         instead of DIRS: a header-only component, there when the header is
#   DEPS <components>              public; they are declared before
#   PACKAGES <packages>            what LIBS come from: found here, and again where the component is used
#   LIBS <imported targets>        public
#   PRIVATE_PACKAGES <packages>
#   PRIVATE_LIBS <imported targets>   header-only libraries used inside; no consumer ever sees them
#   EXTRA_SOURCES <files> EXTRA_DEPENDS <targets>   generated sources, and the targets that make them
#   PKGCONFIG_REQUIRES, PKGCONFIG_CFLAGS, PKGCONFIG_LIBS)
#
# Declares a component; mesoscore_build_components(), after the last one, makes of each the library
# mesoscore_<name> = mesoscore::<name>, its install rules, its part of the package config and its pkg-config file.
# A component without sources is skipped with a message, and so is what needs it.
#
# If a folder of DIRS has a CMakeLists.txt it is read first; it may set <name>_EXTRA_SOURCES and <name>_EXTRA_DEPENDS
# with PARENT_SCOPE (MesoscoreEmbed.cmake has an example).

include_guard(GLOBAL)
include(MesoscoreEmbed)
include(MesoscorePackage)

cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH _mesoscore_root)
set(_mesoscore_keywords
  DIRS DEPS PACKAGES LIBS PRIVATE_PACKAGES PRIVATE_LIBS EXTRA_SOURCES EXTRA_DEPENDS
  PKGCONFIG_REQUIRES PKGCONFIG_CFLAGS PKGCONFIG_LIBS)

function(mesoscore_component name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "HEADER" "${_mesoscore_keywords}")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "mesoscore_component(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set_property(GLOBAL APPEND PROPERTY MESOSCORE_DECLARED ${name})
  foreach(key IN ITEMS HEADER LISTS _mesoscore_keywords)
    set_property(GLOBAL PROPERTY MESOSCORE_${name}_${key} "${arg_${key}}")
  endforeach()
endfunction()

# A macro, because the components' folders and imported targets must belong to the caller's directory.
macro(mesoscore_build_components)
  _mesoscore_select(_mesoscore_selected)
  foreach(_mesoscore_name IN LISTS _mesoscore_selected)
    _mesoscore_build_component(${_mesoscore_name})
  endforeach()
  get_property(MESOSCORE_BUILT GLOBAL PROPERTY MESOSCORE_BUILT)
  if(MESOSCORE_INSTALL)
    mesoscore_install_package("${MESOSCORE_BUILT}")
  endif()
  message(STATUS "mesoscore: components ${MESOSCORE_BUILT}")
endmacro()

# All components, or those of MESOSCORE_COMPONENTS with everything they need, in the order of declaration.
function(_mesoscore_select out)
  get_property(declared GLOBAL PROPERTY MESOSCORE_DECLARED)
  set(wanted ${MESOSCORE_COMPONENTS})
  foreach(name IN LISTS wanted)
    if(NOT name IN_LIST declared)
      message(FATAL_ERROR "mesoscore: no component is called '${name}'; there are: ${declared}")
    endif()
  endforeach()
  if(NOT wanted)
    set(wanted ${declared})
  endif()
  set(selected "")
  list(REVERSE declared)  # users before what they need, so that one pass is enough
  foreach(name IN LISTS declared)
    if(name IN_LIST wanted)
      list(PREPEND selected ${name})
      get_property(deps GLOBAL PROPERTY MESOSCORE_${name}_DEPS)
      list(APPEND wanted ${deps})
    endif()
  endforeach()
  set(${out} "${selected}" PARENT_SCOPE)
endfunction()

function(_mesoscore_build_component name)
  foreach(key IN ITEMS HEADER LISTS _mesoscore_keywords)
    get_property(${key} GLOBAL PROPERTY MESOSCORE_${name}_${key})
  endforeach()

  set(sources "")
  foreach(dir IN LISTS DIRS)
    file(GLOB_RECURSE found CONFIGURE_DEPENDS "${_mesoscore_root}/${dir}/*.cpp")
    list(APPEND sources ${found})
  endforeach()
  if(NOT sources AND NOT (HEADER AND EXISTS "${_mesoscore_root}/include/${HEADER}"))
    message(STATUS "mesoscore: component ${name} skipped: it has no sources")
    return()
  endif()
  foreach(dep IN LISTS DEPS)
    if(NOT TARGET mesoscore_${dep})
      message(STATUS "mesoscore: component ${name} skipped: it needs the component ${dep}")
      return()
    endif()
  endforeach()
  foreach(package IN LISTS PACKAGES PRIVATE_PACKAGES)
    find_package(${package} QUIET)
    if(NOT ${package}_FOUND)
      _mesoscore_package_missing(${name} ${package})
      return()
    endif()
  endforeach()
  foreach(dir IN LISTS DIRS)
    if(EXISTS "${_mesoscore_root}/${dir}/CMakeLists.txt")
      add_subdirectory("${_mesoscore_root}/${dir}" "${PROJECT_BINARY_DIR}/${dir}")
      list(APPEND EXTRA_SOURCES ${${name}_EXTRA_SOURCES})
      list(APPEND EXTRA_DEPENDS ${${name}_EXTRA_DEPENDS})
    endif()
  endforeach()

  _mesoscore_add_library(${name})
  set_property(GLOBAL APPEND PROPERTY MESOSCORE_BUILT ${name})
  if(MESOSCORE_INSTALL)
    mesoscore_install_component(${name})
  endif()
endfunction()

# A build of our own, or one that names its components, must not silently lack one. A project that adds this one as
# a subdirectory gets what its machine has; linking a component that is not there is an error by CMake itself.
function(_mesoscore_package_missing name package)
  if(PROJECT_IS_TOP_LEVEL OR MESOSCORE_COMPONENTS)
    message(FATAL_ERROR "mesoscore: component ${name} needs the package ${package}, which was not found. Install it "
      "(./dev setup), or name the components you want: -DMESOSCORE_COMPONENTS='core;runtime;...'")
  endif()
  message(STATUS "mesoscore: component ${name} skipped: the package ${package} was not found")
endfunction()

# The sources are small and share their headers: compiling the files of a folder together takes a fifth of the time.
function(_mesoscore_compile_by_folder target)
  set(batch 0)
  set(in_batch 0)
  set(last "")
  foreach(source IN LISTS ARGN)
    cmake_path(GET source PARENT_PATH dir)
    if(NOT dir STREQUAL last OR in_batch GREATER_EQUAL 12)
      math(EXPR batch "${batch} + 1")
      set(in_batch 0)
      set(last "${dir}")
    endif()
    math(EXPR in_batch "${in_batch} + 1")
    set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "folder${batch}")
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

# Reads the variables of _mesoscore_build_component.
function(_mesoscore_add_library name)
  set(target mesoscore_${name})
  if(HEADER)
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(${target} ${sources} ${EXTRA_SOURCES})
    set(scope PUBLIC)
    target_include_directories(${target} PRIVATE "${_mesoscore_root}/lib" "${_mesoscore_root}/transports")
    # DEFINE_SYMBOL: no -D for shared builds; symbols are all visible, so the same object code serves both.
    set_target_properties(${target} PROPERTIES
      VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} DEFINE_SYMBOL "")
    if(NOT DEFINED CMAKE_INSTALL_RPATH)
      set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN")  # the libraries find one another
    endif()
    if(MESOSCORE_UNITY)
      _mesoscore_compile_by_folder(${target} ${sources})
    endif()
    if(EXTRA_DEPENDS)
      add_dependencies(${target} ${EXTRA_DEPENDS})
    endif()
    foreach(lib IN LISTS PRIVATE_LIBS)
      target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${lib}>)
    endforeach()
  endif()
  add_library(mesoscore::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(${target} ${scope} cxx_std_20)
  target_include_directories(${target} ${scope}
    $<BUILD_INTERFACE:${_mesoscore_root}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  list(TRANSFORM DEPS PREPEND mesoscore_)
  target_link_libraries(${target} ${scope} ${DEPS} ${LIBS})
endfunction()
