# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2034,SC2154
source=zlib_

build() {
  CC=$cc AR=$ar RANLIB=$ranlib CFLAGS=-O2 ./configure --static
  make -j "$jobs" example minigzip
  "$cc" -O2 -I. test/infcover.c libz.a -o infcover
}

check() {
  local passed=0
  ./example | tee out
  passed=$(grep -cE 'hello!$|OK$' out) || true
  ./infcover >infcover.out 2>&1 && passed=$((passed + 1)) || echo "failed: infcover"
  echo 'hello world' | ./minigzip | ./minigzip -d | grep -qx 'hello world' && passed=$((passed + 1)) ||
    echo "failed: minigzip"
  echo "passed $passed of 9"
}

start() { ./example; }

warm() { echo 'hello world' | ./minigzip; }

bench() {
  local i
  [[ -f data.gz ]] || { for i in {1..60}; do cat ./*.c ./*.h; done >data && gzip -c data >data.gz; }
  echo "$(cpu sh -c './minigzip -6 <data') s compress"
  echo "$(cpu sh -c './minigzip -d <data.gz') s decompress"
}
