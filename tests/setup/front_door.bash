#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# ./wali on a machine or with a command line that it cannot serve: one clear line, and a status that is not 0.
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.bash"
wali=$checkout/wali

# one_line: the last run said exactly one line.
one_line() { [[ $(wc -l <"$scratch/output") == 1 ]] || fail "more than one line"; }

run 2 "$wali" frobnicate
says "there is no verb 'frobnicate'"
one_line
run 2 "$wali" ../lib.bash
run 2 "$wali" setup extra
run 2 "$wali" build everything
run 2 "$wali" run
run 2 "$wali" install
run 2 "$wali" package here
run 2 "$wali" binfmt
run 2 "$wali" binfmt remove
run 2 "$wali" binfmt status now
run 0 "$wali" help
cp "$scratch/output" "$scratch/help"
for verb in demo test bench build docs install package new env pack run binfmt setup; do says "  $verb "; done
run 0 "$wali" --help
cmp "$scratch/output" "$scratch/help" || fail "--help and help differ"
for verb in demo test build install ported setup; do
  run 0 "$wali" "$verb" --help
  cmp "$scratch/output" "$scratch/help" || fail "'$verb --help' is not the help"
done
ln -s "$wali" "$scratch/link"
run 0 "$scratch/link" help

# Another architecture.
mkdir "$scratch/bin"
printf '#!/bin/sh\necho aarch64\n' >"$scratch/bin/uname"
chmod +x "$scratch/bin/uname"
run 1 env PATH="$scratch/bin:$PATH" "$wali" setup
says "this machine is aarch64"
one_line

# A cache folder that cannot be.
touch "$scratch/file"
run 1 env WALI_CACHE_DIR="$scratch/file/cache" "$wali" setup
says "cannot write to the cache folder $scratch/file/cache"
one_line

# A prefix that cannot be.
run 1 "$wali" install "$scratch/file/prefix"
says "cannot write to $scratch/file/prefix"
one_line

# A failed installation: what CMake says of it, not its first line.
mkdir "$scratch/project"
printf 'cmake_minimum_required(VERSION 3.25)\nproject(p NONE)\ninstall(FILES CMakeLists.txt DESTINATION sub)\n' \
  >"$scratch/project/CMakeLists.txt"
run 0 "${WALI_CMAKE:-cmake}" -S "$scratch/project" -B "$scratch/project/build"
mkdir "$scratch/blocked"
touch "$scratch/blocked/sub"
run 1 "${WALI_CMAKE:-cmake}" --install "$scratch/project/build" --prefix "$scratch/blocked"
cp "$scratch/output" "$scratch/cmake.log"
# shellcheck disable=SC2016  # expanded by that bash
run 0 bash -c '. "$1/scripts/lib.bash"; cmake_error "$2"' - "$checkout" "$scratch/cmake.log"
says "file INSTALL"
says "$scratch/blocked/sub"
one_line

# A full disk, told before the work: need_space against a number that no disk has.
# shellcheck disable=SC2016  # expanded by that bash
run 1 bash -c '. "$1/scripts/lib.bash"; need_space "$2/not/yet" 999999999 "the sysroot"' - "$checkout" "$scratch"
says "the sysroot needs 999999999 MB"
says "WALI_CACHE_DIR"

# Each release gets its own packages; what is not Debian 12 or 13 gets the newest list and a warning.
packages=$checkout/scripts/steps/packages
printf 'ID=debian\nVERSION_ID="12"\n' >"$scratch/bookworm"
printf 'ID=debian\nVERSION_ID="13"\n' >"$scratch/trixie"
printf 'ID=other\n' >"$scratch/other"
run 0 "$packages" --list "$scratch/bookworm"
says libboost1.81-dev
says_not libboost1.83-dev
says clang-22
for release in trixie other; do
  run 0 "$packages" --list "$scratch/$release"
  says libboost1.83-dev
  says_not libboost1.81-dev
done
says "not Debian 12 or 13"
# What tests alone need is apart.
says_not doxygen
run 0 env WALI_PACKAGES_FOR=test "$packages" --list "$scratch/trixie"
says doxygen
says_not clang-22

# Everything from a checkout and a cache with blanks in their paths.
make_checkout
done_step packages
done_step test-packages
done_step exceptions
done_step cmake
done_step wabt
# shellcheck disable=SC2016  # expanded by the step
write_step sysroot 'echo result >"$tmp"'
cd /
run 0 "$other/wali" setup
[[ -f $WALI_CACHE_DIR/sysroot-result ]] || fail "no result in a cache with a blank in its path"
echo "front door: all as documented"
