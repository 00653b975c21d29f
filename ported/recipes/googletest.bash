# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# The tests of googletest itself, without googlemock's.
source=googletest_
changes='`-fexceptions`'
tier=quick

build() {
  cmake_build -DCMAKE_CXX_FLAGS='-fexceptions -w' -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DBUILD_GMOCK=OFF -Dgtest_build_tests=ON
}

check() { ctest_passed 120; }

start() { build/googletest/gtest_stress_test; }

warm() { :; }

bench() { :; }
