# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2034,SC2154
source=libzstd_

build() {
  local options=(CC="$cc" AR="$ar" HAVE_ZLIB=0 HAVE_LZMA=0 HAVE_LZ4=0 ZSTD_LEGACY_SUPPORT=0)
  [[ $target == native ]] || options+=(UNAME=Linux TARGET_SYSTEM=Linux ZSTD_NO_ASM=1)
  make -j "$jobs" -C programs "${options[@]}" zstd
  make -j "$jobs" -C tests "${options[@]}" fuzzer datagen
}

# A fixed seed and number of random tests; the unit tests come first.
check() {
  local passed=0
  ./tests/fuzzer -s1234 -i100 --no-big-tests >out 2>&1 && passed=1 || echo "failed: fuzzer: $(tail -n 1 out)"
  ./tests/datagen -g3000000 >data
  ./programs/zstd -q -f --ultra -20 -T2 data -o data.zst && ./programs/zstd -t data.zst && passed=$((passed + 1)) ||
    echo 'failed: zstd -20 -T2'
  ./programs/zstd -q -d -c data.zst | cmp - data && passed=$((passed + 1)) || echo 'failed: zstd -d'
  echo "passed $passed of 3"
}

start() { ./programs/zstd --version; }

bench() {
  [[ -f bench ]] || ./tests/datagen -g20000000 >bench
  echo "$(cpu ./programs/zstd -q -f -3 -T1 bench -o bench.zst) s compress"
  echo "$(cpu ./programs/zstd -q -t bench.zst bench.zst bench.zst bench.zst) s decompress"
}
