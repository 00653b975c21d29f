# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2154
# Configures and builds one preset of CMakePresets.json. Needs lib.bash and the environment that earlier steps give.
# WALI_BUILD_TARGETS: what is wanted, e.g. "runtime/all httpd wasm:examples/all", some of it in one tree alone;
# everything without it.

# build_tree PRESET [--check]
build_tree() {
  local preset=$1 tree=$top/build/$1 arguments stamp target targets=() need_mb=800
  [[ ${2:-} != --check ]] || return 1 # only ninja knows whether something is to do

  case $preset in
    native) arguments=(--preset native "-DWALI_WABT_ROOT=${WALI_WABT_ROOT:?}") ;;
    sanitize) arguments=(--preset sanitize) ;;
    wasm) arguments=(--preset wasm "-DWALI_SYSROOT=${WALI_SYSROOT:?}") ;;
  esac
  cd -- "$top" || return
  [[ -f $tree/build.ninja ]] || need_space "$top" "$need_mb" "building the $preset tree"

  # CMake itself configures again when its files change; another CMake, preset or sysroot asks for a fresh tree.
  stamp=$(hash_of "$top" "${WALI_CMAKE:?}" "${arguments[@]}" "$(sha256sum CMakePresets.json)")
  if [[ ! -f $tree/build.ninja || $(cat -- "$tree/.configured" 2>/dev/null) != "$stamp" ]]; then
    rm -f -- "$tree/.configured"
    "$WALI_CMAKE" --fresh "${arguments[@]}" || die "configuring the $preset tree failed: CMake says why in the log"
    printf '%s\n' "$stamp" >"$tree/.configured"
  fi
  for target in ${WALI_BUILD_TARGETS:-}; do
    case $preset:$target in
      wasm:runtime/all) ;; # the runtime is native
      "$preset:$preset:"*) targets+=("${target#*:}") ;;
      *:*:*) ;;
      *) targets+=("$target") ;;
    esac
  done
  "$WALI_CMAKE" --build "$tree" ${targets:+--target "${targets[@]}"} ||
    die "building the $preset tree failed: the compiler's message is in the log"
}
