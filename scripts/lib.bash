# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2034
# What all scripts share. Assumes no more than a minimal Debian: bash, coreutils, util-linux, dpkg, apt.
# Source it first; it sets `top` (the checkout) and `cache` (what all checkouts share).

top=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
default_cache=~/.cache # the tilde also works where HOME is not set
cache=${WALI_CACHE_DIR:-${XDG_CACHE_HOME:-$default_cache}/wali}
[[ $cache == /* ]] || cache=$PWD/$cache
export WALI_CACHE_DIR=$cache

say() { printf '%s\n' "$*" >&2; }

die() {
  say "wali: $*"
  exit 1
}

# usage TEXT: wrong command line, exit status 2.
usage() {
  say "usage: $*"
  exit 2
}

# version_at_least HAVE WANT
version_at_least() { dpkg --compare-versions "$1" ge "$2"; }

# hash_of TEXT...: 16 hex digits that name a result by its inputs.
hash_of() {
  local digest
  digest=$(printf '%s\n' "$@" | sha256sum)
  printf '%s\n' "${digest:0:16}"
}

# debian_release [FILE]: 12, 13, ...; nothing on a rolling or foreign system.
debian_release() (
  ID='' VERSION_ID=''
  # shellcheck source=/dev/null
  [[ ! -r ${1:-/etc/os-release} ]] || . "${1:-/etc/os-release}"
  [[ $ID != debian ]] || printf '%s\n' "$VERSION_ID"
)

# need_space DIR MEGABYTES WHAT: refuses before a big step, not in the middle of it.
need_space() {
  local dir=$1 need=$2 what=$3 have
  while [[ ! -d $dir ]]; do dir=$(dirname -- "$dir"); done
  have=$(df --output=avail -B 1M -- "$dir" | tail -n 1)
  ((have >= need)) ||
    die "$what needs $need MB on the disk of $dir and $((have)) MB are free: make room, or move the cache" \
      "with WALI_CACHE_DIR"
}

# cmake_error LOG: what CMake says is wrong, as one line.
cmake_error() {
  awk '/^CMake Error/ { found = 1; next }
       found && NF == 0 { exit }
       found { sub(/^ +/, ""); said = said (said == "" ? "" : " ") $0 }
       NF { last = $0 }
       END { print said == "" ? last : said }' "$1"
}

# publish TMP DEST: makes a finished result visible in one step. What is at DEST is always complete.
publish() {
  sync -f "$1"
  mv -T -- "$1" "$2"
}
