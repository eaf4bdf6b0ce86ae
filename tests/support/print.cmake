# mesoscore_test_print: what print.hpp and golden.hpp declare. For the components.cmake of a suite:
#   include("${CMAKE_CURRENT_LIST_DIR}/../../support/print.cmake")
#   set(SUITE_LIBS mesoscore_test_print)

if(NOT TARGET mesoscore_test_print)
  add_library(mesoscore_test_print STATIC
    "${CMAKE_CURRENT_LIST_DIR}/print.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/print_messages.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/golden.cpp")
  target_include_directories(mesoscore_test_print PUBLIC "${CMAKE_CURRENT_LIST_DIR}/..")
  target_link_libraries(mesoscore_test_print PUBLIC mesoscore::core Catch2::Catch2)
endif()
