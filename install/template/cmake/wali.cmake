# Sets WALI_PREFIX to where wali++ is: what the environment says; else the prefix that has made this project, in a file
# that git ignores, so that nothing here names a folder of one machine; else that of `wali` on the PATH.
set(WALI_PREFIX "$ENV{WALI_PREFIX}")
if(NOT WALI_PREFIX AND EXISTS "${CMAKE_CURRENT_LIST_DIR}/prefix.txt")
  file(READ "${CMAKE_CURRENT_LIST_DIR}/prefix.txt" WALI_PREFIX)
endif()
if(NOT EXISTS "${WALI_PREFIX}/lib/cmake/wali" AND "$ENV{WALI_PREFIX}" STREQUAL "")
  execute_process(COMMAND wali env WALI_PREFIX OUTPUT_VARIABLE WALI_PREFIX OUTPUT_STRIP_TRAILING_WHITESPACE
                  RESULT_VARIABLE ignored)
endif()
if(NOT EXISTS "${WALI_PREFIX}/lib/cmake/wali")
  message(FATAL_ERROR "wali++ is not there: set WALI_PREFIX in the environment, or add PREFIX/bin to the PATH")
endif()
