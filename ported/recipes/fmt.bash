# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
source=fmtlib_
changes='`-fexceptions`; for libc++ 22: `-Wno-invalid-specialization`, and without two test programs, for both, whose
character types have no `std::char_traits` there'
packages=(googletest)
tier=quick

# Debian's archive has no googletest: its package has.
build() {
  sed -i -E '/add_fmt_test\((format-impl|xchar)-test/d' test/CMakeLists.txt
  mkdir test/gtest
  cat >test/gtest/CMakeLists.txt <<'END'
set(source /usr/src/googletest)
add_library(gtest STATIC ${source}/googletest/src/gtest-all.cc ${source}/googlemock/src/gmock-all.cc)
target_include_directories(gtest PUBLIC ${source}/googletest/include ${source}/googlemock/include
  PRIVATE ${source}/googletest ${source}/googlemock)
find_package(Threads REQUIRED)
target_link_libraries(gtest PUBLIC Threads::Threads)
END
  cmake_build -DCMAKE_CXX_FLAGS='-fexceptions -w -Wno-invalid-specialization' -DCMAKE_CXX_FLAGS_RELEASE=-O1 \
    -DFMT_DOC=OFF
}

check() { ctest_passed 900; }

start() { build/bin/core-test; }

warm() { :; }

bench() { :; }
