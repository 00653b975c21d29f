# SPDX-License-Identifier: BSL-1.0
# CMake toolchain file for wasm32-unknown-linux-muslwali.
#
#   WALI_SYSROOT     the folder that sysroot/build made; cache variable or environment variable
#   WALI_EXCEPTIONS  ON: compile with exceptions and link the libraries built so (needs an engine that has them)
#   WALI_RUNNER      what starts a .wasm file in tests and `cmake --build ... run`; default: this checkout's walirun

list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WALI_SYSROOT WALI_EXCEPTIONS WALI_RUNNER)

if(NOT WALI_SYSROOT AND NOT "$ENV{WALI_SYSROOT}" STREQUAL "")
  set(WALI_SYSROOT "$ENV{WALI_SYSROOT}")
endif()
set(WALI_SYSROOT "${WALI_SYSROOT}" CACHE PATH "The sysroot for wasm32-unknown-linux-muslwali")
set(WALI_EXCEPTIONS OFF CACHE BOOL "Compile wasm with exceptions")
if(NOT WALI_SYSROOT)
  message(FATAL_ERROR "WALI_SYSROOT is not set: run ./wali setup, or pass -DWALI_SYSROOT=FOLDER made by sysroot/build")
elseif(NOT EXISTS "${WALI_SYSROOT}/.complete")
  message(FATAL_ERROR "WALI_SYSROOT=${WALI_SYSROOT} is no complete sysroot: run ./wali setup, or sysroot/build FOLDER")
endif()

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR wasm32)

set(CMAKE_C_COMPILER clang-22)
set(CMAKE_CXX_COMPILER clang++-22)
set(CMAKE_ASM_COMPILER clang-22)
foreach(tool IN ITEMS AR NM RANLIB STRIP OBJDUMP READELF)
  string(TOLOWER "llvm-${tool}-22" name)
  find_program(CMAKE_${tool} ${name} REQUIRED)
endforeach()
find_program(CMAKE_CXX_COMPILER_CLANG_SCAN_DEPS clang-scan-deps-22)

# All flags are in the sysroot, where the command line finds them too: clang++ --config=$WALI_SYSROOT/wali.cfg
if(WALI_EXCEPTIONS)
  set(config wali-eh.cfg)
else()
  set(config wali.cfg)
endif()
foreach(language IN ITEMS C CXX ASM)
  set(CMAKE_${language}_FLAGS_INIT "--config=${WALI_SYSROOT}/${config}")
  set(CMAKE_EXECUTABLE_SUFFIX_${language} .wasm)
endforeach()
unset(config)

# Projects with shared libraries get static ones, without an error.
set(BUILD_SHARED_LIBS OFF CACHE BOOL "There are no shared libraries")
set(CMAKE_SKIP_RPATH ON CACHE BOOL "Nothing is loaded at run time")
set(CMAKE_USER_MAKE_RULES_OVERRIDE "${CMAKE_CURRENT_LIST_DIR}/wali-static.toolchain.cmake")

# Libraries of the machine are never found; -DCMAKE_FIND_ROOT_PATH=PREFIX adds a folder of libraries for wasm.
list(APPEND CMAKE_FIND_ROOT_PATH "${WALI_SYSROOT}")
set(ENV{PKG_CONFIG_LIBDIR} "${WALI_SYSROOT}/lib/pkgconfig")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

if(NOT WALI_RUNNER)
  get_filename_component(WALI_RUNNER "${CMAKE_CURRENT_LIST_DIR}/../build/native/runtime/walirun" ABSOLUTE)
endif()
set(WALI_RUNNER "${WALI_RUNNER}" CACHE FILEPATH "Starts a .wasm file")
set(CMAKE_CROSSCOMPILING_EMULATOR "${WALI_RUNNER}")
