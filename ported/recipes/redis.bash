# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
source=redis_
packages=(tcl)
changes='3 lines: an integer is kept in a pointer only if it fits; `-fexceptions` (its Lua)'

# fits: in the three places that wali-check-pointers names, not LONG_MIN to LONG_MAX but what a pointer holds.
fits() {
  local condition='(long)(void*)(long)value == value'
  sed -i "s/if (value >= LONG_MIN && value <= LONG_MAX) {/if ($condition) {/" src/object.c
  sed -i "s/if (len <= 20 && string2l(s,len,&value)) {/if (len <= 20 \&\& string2l(s,len,\&value) \&\& $condition) {/" \
    src/object.c
  sed -i "s/value >= LONG_MIN && value <= LONG_MAX)/$condition)/" src/t_string.c
  [[ $(cat src/object.c src/t_string.c | grep -cF -- "$condition") == 3 ]]
}

build() {
  local compiler=$cc
  if [[ $target == wasm ]]; then
    compiler="$cc -fexceptions"
    fits
  fi
  make -j "$jobs" CC="$compiler" AR="$ar" RANLIB="$ranlib" MALLOC=libc OPTIMIZATION=-O2 USE_SYSTEMD=no WARN=-w \
    redis-server redis-cli redis-benchmark
  ln -s redis-server src/redis-sentinel
  cp src/redis-server src/redis-check-aof
  cp src/redis-server src/redis-check-rdb
}

# The suite chooses free ports itself. Its tests that are marked slow are left out.
units=(unit/{dump,auth,protocol,keyspace,scan,info,sort,expire,other,multi,quit,aofrw,acl,pubsub,slowlog,scripting}
  unit/{functions,introspection,limits,obuf-limits,bitops,bitfield,geo,hyperloglog,lazyfree,wait,tracking,querybuf}
  unit/type/{string,incr,list,set,zset,hash,stream,stream-cgroups}
  integration/{aof,rdb,replication,block-repl,convert-ziplist-hash-on-load,logging,redis-cli,shutdown})

check() {
  local options=(--clients 2 --tags -slow --durable --timeout 300) unit
  for unit in "${units[@]}"; do options+=(--single "$unit"); done
  timeout 2300 ./runtest "${options[@]}" >out 2>&1 || (($? != 124)) || echo '[timeout]: of the suite' >>out
  sed -i 's/\x1b\[[0-9;]*m//g' out
  sed -nE 's/^\[(err|exception|timeout)\]: (.*)/failed: \2/p' out
  echo "passed $(grep -c '^\[ok\]' out || true) of $(grep -cE '^\[(ok|err|exception|timeout)\]' out || true)"
}

start() { src/redis-server --version; }

warm() {
  src/redis-server --version
  src/redis-cli --version
  src/redis-benchmark --version
}

bench() {
  local socket server test
  socket=$(mktemp -u)
  src/redis-server --port 0 --unixsocket "$socket" --save '' --appendonly no >/dev/null &
  server=$!
  wait_until ../native/src/redis-cli -s "$socket" ping
  for test in set get; do
    per_operation 400000 "$test, pipeline 16" "$server" -- \
      ../native/src/redis-benchmark -s "$socket" -q -P 16 -n 400000 -r 10000 -t "$test"
  done
  per_operation 40000 'get' "$server" -- ../native/src/redis-benchmark -s "$socket" -q -n 40000 -r 10000 -t get
  ../native/src/redis-cli -s "$socket" shutdown nosave || true
  wait "$server"
}
