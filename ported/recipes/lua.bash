# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# Lua comes without tests: tests/programs has some.
source=lua5.4_
changes='`-fexceptions` (errors are longjmps); `LUA_USE_JUMPTABLE=0`, which is only faster'

build() {
  local options=()
  [[ $target == native ]] || options=(-fexceptions -DLUA_USE_JUMPTABLE=0)
  rm src/luac.c
  "$cc" "${options[@]}" -O2 -w -DLUA_USE_POSIX src/*.c -lm -o lua
}

check() {
  local passed=0
  [[ $(./lua "$top/tests/programs/test.lua" one 'two words' | tail -n 1) == 'all passed' ]] && passed=1 ||
    echo 'failed: test.lua'
  echo "passed $passed of 1"
}

start() { ./lua -v; }

bench() { echo "$(cpu ./lua "$top/benchmarks/program/fib.lua" lua 2) s fib"; }
