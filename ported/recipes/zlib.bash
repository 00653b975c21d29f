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

bench() {
  [[ -f data ]] || cat ./*.c ./*.h ./*.c ./*.h ./*.c ./*.h ./*.c ./*.h ./*.c ./*.h ./*.c ./*.h >data
  [[ -f data.gz ]] || gzip -c data >data.gz
  echo "$(cpu sh -c 'for i in 1 2 3 4; do ./minigzip -6 <data; done') s compress"
  echo "$(cpu sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do ./minigzip -d <data.gz; done') s decompress"
}
