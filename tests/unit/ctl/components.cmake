# What of mesoscore-ctl does no I/O.
set(SUITE_COMPONENTS core)
add_library(mesoscore_test_ctl STATIC
  "${PROJECT_SOURCE_DIR}/examples/13_ctl/print.cpp" "${PROJECT_SOURCE_DIR}/examples/13_ctl/top_table.cpp")
target_include_directories(mesoscore_test_ctl PUBLIC "${PROJECT_SOURCE_DIR}/examples/13_ctl")
target_link_libraries(mesoscore_test_ctl PUBLIC mesoscore::core)
set(SUITE_LIBS mesoscore_test_ctl)
