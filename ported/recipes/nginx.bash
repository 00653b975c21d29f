# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# Its tests are another package; these are of what a server does, with several worker processes.
source=nginx_
packages=(curl wrk)

build() {
  ./configure --with-cc="$cc" --with-cc-opt=-w --prefix="$PWD/site" --without-pcre --without-http_rewrite_module \
    --without-http_gzip_module --with-threads
  make -j "$jobs"
}

# start_server WORKERS: on a port that is free now; sets $server (the master process) and $url.
start_server() {
  local port
  rm -rf -- site
  mkdir -p site/html site/logs site/conf
  cp conf/mime.types site/conf/
  head -c 1048576 /dev/urandom >site/html/big
  echo small >site/html/small
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  url=http://127.0.0.1:$port
  cat >site/conf/nginx.conf <<END
daemon off;
worker_processes $1;
error_log logs/error.log;
pid logs/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  sendfile on;
  keepalive_requests 1000000;
  include mime.types;
  server {
    listen 127.0.0.1:$port;
    root html;
    location /proxied/ { proxy_pass $url/; }
  }
}
END
  objs/nginx >site/out 2>&1 &
  server=$!
  wait_until curl -sf --noproxy '*' "$url/small"
}

fetch() { curl -sf --noproxy '*' --max-time 20 "$@"; }

# counts one test: expect NAME COMMAND...
expect() {
  total=$((total + 1))
  if "${@:2}"; then passed=$((passed + 1)); else echo "failed: $1"; fi
}

check() {
  local passed=0 total=0 server url status=0 pids
  start_server 2
  expect 'a file' cmp <(fetch "$url/big") site/html/big
  expect 'a range' cmp <(fetch -r 1000-300000 "$url/big") <(tail -c +1001 site/html/big | head -c 299001)
  expect 'proxied to itself' cmp <(fetch "$url/proxied/big") site/html/big
  expect 'no such file' test "$(curl -s --noproxy '*' -o /dev/null -w '%{http_code}' "$url/none")" = 404
  expect 'under load' bash -c '! wrk -t1 -c32 -d2 "$0/small" | grep -qE "Socket errors|Non-2xx"' "$url"
  pids=$(pgrep -P "$server" | sort | tr '\n' ' ')
  kill -HUP "$server"
  expect 'HUP starts new workers' wait_until bash -c \
    'now=$(pgrep -P "$0" | sort | tr "\n" " "); [[ $(wc -w <<<"$now") == 2 && $now != *"${1%% *}"* ]]' "$server" "$pids"
  expect 'a file after HUP' cmp <(fetch "$url/big") site/html/big
  pids=$(pgrep -P "$server" | head -n 1)
  kill -KILL "$pids"
  expect 'a killed worker is replaced' wait_until bash -c '! kill -0 "$1" && [[ $(pgrep -P "$0" | wc -l) == 2 ]]' \
    "$server" "$pids"
  kill -QUIT "$server"
  wait "$server" || status=$?
  expect 'QUIT ends it with status 0' test "$status" = 0
  echo "passed $passed of $total"
}

start() { objs/nginx -v; }

bench() {
  local server url
  start_server 1
  mapfile -t workers < <(pgrep -P "$server")
  # In short pieces: on a busy machine the same sendfile takes up to five times as long.
  for pair in 'small 5000' 'big 500' 'small 5000' 'big 500' 'small 5000' 'big 500'; do
    per_operation "${pair#* }" "${pair% *} file" "${workers[@]}" -- \
      python3 "$here/requests.py" "$url/${pair% *}" "${pair#* }"
  done
  kill -QUIT "$server"
  wait "$server"
}
