# SPDX-License-Identifier: BSL-1.0
# CMake toolchain file for wasm32-unknown-linux-muslwali. In an installed prefix it lies in the sysroot and finds
# everything from its own place.
#
#   WALI_SYSROOT     the folder that sysroot/build made; cache variable or environment variable
#   WALI_EXCEPTIONS  ON: compile with exceptions and link the libraries built so (needs an engine that has them)
#   WALI_RUNNER      what starts a .wasm file in tests and `cmake --build ... run`; default: the prefix's or this
#                    checkout's walirun

list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WALI_SYSROOT WALI_EXCEPTIONS WALI_RUNNER)

# wali_stop(TEXT): one error. Without these variables CMake adds three of its own, which mislead.
macro(wali_stop text)
  foreach(variable IN ITEMS CMAKE_C_COMPILER CMAKE_CXX_COMPILER CMAKE_ASM_COMPILER CMAKE_MAKE_PROGRAM)
    set(${variable} none)
  endforeach()
  message(FATAL_ERROR "${text}")
endmacro()

# wali_find(VARIABLE PROGRAM PACKAGE)
macro(wali_find variable program package)
  find_program(${variable} ${program})
  mark_as_advanced(${variable})
  if(NOT ${variable})
    wali_stop("${program} is missing: apt-get install ${package}")
  endif()
endmacro()

if(EXISTS "${CMAKE_CURRENT_LIST_DIR}/.complete")
  set(default_sysroot "${CMAKE_CURRENT_LIST_DIR}")
  set(default_runner "${CMAKE_CURRENT_LIST_DIR}/../walirun")
else()
  set(default_sysroot "$ENV{WALI_SYSROOT}")
  set(default_runner "${CMAKE_CURRENT_LIST_DIR}/../build/native/runtime/walirun")
endif()
if(NOT WALI_SYSROOT)
  set(WALI_SYSROOT "${default_sysroot}")
endif()
set(WALI_SYSROOT "${WALI_SYSROOT}" CACHE PATH "The sysroot for wasm32-unknown-linux-muslwali")
set(WALI_EXCEPTIONS OFF CACHE BOOL "Compile wasm with exceptions")
if(NOT WALI_SYSROOT)
  wali_stop("WALI_SYSROOT is not set: run ./wali setup, or pass -DWALI_SYSROOT=FOLDER made by sysroot/build")
elseif(NOT EXISTS "${WALI_SYSROOT}/.complete")
  wali_stop("WALI_SYSROOT=${WALI_SYSROOT} is no complete sysroot: run ./wali setup, or sysroot/build FOLDER")
elseif(WALI_EXCEPTIONS AND NOT EXISTS "${WALI_SYSROOT}/lib/wasm32-linux-muslwali/eh")
  wali_stop("WALI_SYSROOT=${WALI_SYSROOT} has no libraries with exceptions: run ./wali setup, or \
sysroot/build FOLDER --exceptions")
endif()

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR wasm32)

set(CMAKE_C_COMPILER clang-22)
set(CMAKE_CXX_COMPILER clang++-22)
set(CMAKE_ASM_COMPILER clang-22)
wali_find(WALI_CLANG clang++-22 clang-22)
wali_find(WALI_WASM_LD wasm-ld-22 lld-22)
foreach(tool IN ITEMS AR NM RANLIB STRIP OBJDUMP READELF)
  string(TOLOWER "llvm-${tool}-22" name)
  wali_find(CMAKE_${tool} ${name} llvm-22)
endforeach()
find_program(CMAKE_CXX_COMPILER_CLANG_SCAN_DEPS clang-scan-deps-22)

# All flags are in the sysroot, where the command line finds them too: clang++ --config=$WALI_SYSROOT/wali.cfg
if(WALI_EXCEPTIONS)
  set(config wali-eh.cfg)
else()
  set(config wali.cfg)
endif()
foreach(language IN ITEMS C CXX ASM)
  set(CMAKE_${language}_FLAGS_INIT "\"--config=${WALI_SYSROOT}/${config}\"")
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
  get_filename_component(WALI_RUNNER "${default_runner}" ABSOLUTE)
endif()
set(WALI_RUNNER "${WALI_RUNNER}" CACHE FILEPATH "Starts a .wasm file")
set(CMAKE_CROSSCOMPILING_EMULATOR "${WALI_RUNNER}")
