# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2034,SC2154
# The test suite needs a Tcl interpreter in the same program; speedtest1 checks what it computes.
source=sqlite3_
packages=(tcl)

build() {
  mkdir generated
  (cd generated && CC=cc WALI_EXECUTABLE='' ../configure --disable-tcl --disable-readline && make sqlite3.c)
  "$cc" -O2 -w -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -Igenerated test/speedtest1.c generated/sqlite3.c \
    -lm -o speedtest1
}

# The hash of all results is the one that the native program computes.
check() {
  local passed=0
  ./speedtest1 --size 5 --verify >out
  grep 'Hash' out | tee hashes
  cmp hashes ../native/hashes && passed=1 || echo 'failed: speedtest1 --verify'
  echo "passed $passed of 1"
}

start() { ./speedtest1 --size 1; }

bench() {
  echo "$(cpu ./speedtest1 --size 20 --memdb) s speedtest1 in memory"
  rm -f -- speed.db
  echo "$(cpu ./speedtest1 --size 20 speed.db) s speedtest1"
}
