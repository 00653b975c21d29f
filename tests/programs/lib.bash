# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2034
# For the drivers: DRIVER RUNNER FOLDER, where FOLDER has the modules. Each works in a temporary folder, $scratch.
set -euo pipefail
export LC_ALL=C

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
runner=$1
folder=$2
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# same EXPECTED ACTUAL: two files.
same() {
  diff -u -- "$1" "$2" || { printf '%s: the output differs\n' "$0" >&2; exit 1; }
}
