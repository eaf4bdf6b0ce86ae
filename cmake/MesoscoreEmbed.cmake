# mesoscore_embed(<executable target> <source variable> <depend variable>)
#
# Carries a finished executable inside a library: makes a C source with the bytes between the symbols
# <target>_begin and <target>_end (extern "C" const unsigned char ...[]). For a folder's CMakeLists.txt:
#
#   add_executable(mesoscore_supervisor supervisor.c)
#   target_link_options(mesoscore_supervisor PRIVATE -static -s)
#   mesoscore_embed(mesoscore_supervisor source depend)
#   set(isolator_process_EXTRA_SOURCES ${source} PARENT_SCOPE)
#   set(isolator_process_EXTRA_DEPENDS ${depend} PARENT_SCOPE)

include_guard(GLOBAL)

function(mesoscore_embed executable source_variable depend_variable)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${executable}_embedded.c")
  set(text [[
__asm__(".section .rodata\n"
        ".balign 16\n"
        ".global @name@_begin\n.type @name@_begin, @object\n@name@_begin:\n"
        ".incbin \"$<TARGET_FILE:@name@>\"\n"
        ".global @name@_end\n.type @name@_end, @object\n@name@_end:\n"
        ".byte 0\n"
        ".text\n");
]])
  string(REPLACE "@name@" "${executable}" text "${text}")
  file(GENERATE OUTPUT "${source}.in" CONTENT "${text}")
  # Written anew after each link of the executable, so that the bytes are compiled in anew as well.
  add_custom_command(OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" -E copy "${source}.in" "${source}"
    COMMAND "${CMAKE_COMMAND}" -E touch "${source}"
    DEPENDS ${executable} "${source}.in" VERBATIM)
  add_custom_target(${executable}_embedded DEPENDS "${source}")
  set(${source_variable} "${source}" PARENT_SCOPE)
  set(${depend_variable} ${executable}_embedded PARENT_SCOPE)
endfunction()
