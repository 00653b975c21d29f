# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# It comes without tests: tests/programs has a script.
source=dash_
changes='`-fexceptions` (setjmp)'

build() {
  local compiler=$cc
  [[ $target == native ]] || compiler="$cc -fexceptions"
  CC=$compiler CFLAGS='-O2 -w' ./configure --disable-fnmatch --disable-glob
  make -j "$jobs"
}

check() {
  local passed=0
  rm -rf -- here
  mkdir here
  (cd here && ../src/dash "$top/tests/programs/test.sh" one 'two words' <<<'typed input' 2>&1) | tee out ||
    echo "status ${PIPESTATUS[0]}" >>out
  cmp out ../native/out && passed=1 || echo 'failed: test.sh'
  echo "passed $passed of 1"
}

start() { src/dash -c 'echo started'; }

bench() {
  echo "$(cpu src/dash -c 'i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done') s loop"
  echo "$(cpu src/dash -c 'i=0; while [ $i -lt 300 ]; do (:); i=$((i + 1)); done') s subshells"
}
