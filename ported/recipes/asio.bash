# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# Headers alone, and their tests are not in the package: an echo of coroutines (asio_echo.cpp).
source=libasio-dev_
changes='`-fexceptions`'

build() {
  "$cxx" -fexceptions -std=c++20 -O2 -w -DASIO_STANDALONE -Iusr/include "$here/asio_echo.cpp" -pthread -o echo
}

check() { timeout 60 ./echo 20 1000; }

start() { ./echo 1 1; }

bench() { echo "$(cpu ./echo 20 4000) s echo"; }
