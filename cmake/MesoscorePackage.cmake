# What an installation consists of besides the libraries: per component an exported target and a pkg-config file;
# once, the headers, the find modules and the package config.

include_guard(GLOBAL)
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(_mesoscore_cmake_dir "${CMAKE_CURRENT_LIST_DIR}")
set(_mesoscore_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/mesoscore")

# Reads the variables of _mesoscore_build_component.
function(mesoscore_install_component name)
  install(TARGETS mesoscore_${name} EXPORT mesoscore-${name}-targets
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  install(EXPORT mesoscore-${name}-targets NAMESPACE mesoscore:: DESTINATION "${_mesoscore_package_dir}")

  _mesoscore_install_pkgconfig(${name})
endfunction()

function(_mesoscore_install_pkgconfig name)
  list(TRANSFORM DEPS PREPEND mesoscore_ OUTPUT_VARIABLE requires)
  list(APPEND requires ${PKGCONFIG_REQUIRES})
  list(JOIN requires " " requires)
  list(JOIN PKGCONFIG_CFLAGS " " cflags)
  list(JOIN PKGCONFIG_LIBS " " libs)
  if(NOT HEADER)
    string(PREPEND libs "-L\${libdir} -lmesoscore_${name} ")
  endif()
  # Relative to the file itself, so that the installed tree can be moved.
  cmake_path(SET pc_dir NORMALIZE "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig")
  cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY "${pc_dir}" OUTPUT_VARIABLE up)
  configure_file("${_mesoscore_cmake_dir}/component.pc.in"
    "${PROJECT_BINARY_DIR}/package/mesoscore_${name}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/package/mesoscore_${name}.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endfunction()

function(mesoscore_install_package components)
  set(package "${PROJECT_BINARY_DIR}/package")
  set(component_tables "")
  foreach(name IN LISTS components)
    get_property(deps GLOBAL PROPERTY MESOSCORE_${name}_DEPS)
    get_property(packages GLOBAL PROPERTY MESOSCORE_${name}_PACKAGES)
    string(APPEND component_tables
      "set(_mesoscore_${name}_deps ${deps})\nset(_mesoscore_${name}_packages ${packages})\n")
  endforeach()
  configure_package_config_file("${_mesoscore_cmake_dir}/mesoscoreConfig.cmake.in" "${package}/mesoscoreConfig.cmake"
    INSTALL_DESTINATION "${_mesoscore_package_dir}" NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  write_basic_package_version_file("${package}/mesoscoreConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
  install(FILES
    "${package}/mesoscoreConfig.cmake" "${package}/mesoscoreConfigVersion.cmake"
    "${_mesoscore_cmake_dir}/FindAsio.cmake" "${_mesoscore_cmake_dir}/FindRE2.cmake"
    "${_mesoscore_cmake_dir}/FindSeccomp.cmake" "${_mesoscore_cmake_dir}/FindLibMd.cmake"
    DESTINATION "${_mesoscore_package_dir}")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    FILES_MATCHING PATTERN "*.hpp")
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
endfunction()
