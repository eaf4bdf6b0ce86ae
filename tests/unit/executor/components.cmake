include("${CMAKE_CURRENT_LIST_DIR}/../../support/print.cmake")
set(SUITE_COMPONENTS core)
set(SUITE_LIBS mesoscore_test_print)
