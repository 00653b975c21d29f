# SPDX-License-Identifier: BSL-1.0
# The Debian packages that `./wali package` makes, out of the native and the wasm tree. What is built on Debian 12 also
# installs on Debian 13.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME wali)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "the wali++ authors <wali@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES OFF) # Release has no debug information, and wasm archives are none of strip's
set(wasm_tree "${PROJECT_SOURCE_DIR}/build/wasm")
set(CPACK_INSTALL_CMAKE_PROJECTS
  "${PROJECT_BINARY_DIR};wali;ALL;/;${wasm_tree};wali;ALL;/")
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
# The other package has no program of this machine, and asking each of its files takes minutes.
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME wali-runtime)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION interpreters)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "runs WebAssembly modules on Linux system calls
 walirun runs a WALI module as a sandboxed native process; wali-aot compiles one to
 a static executable.")
# It compiles with the machine's C compiler: quickly with Clang, if that is there.
set(CPACK_DEBIAN_RUNTIME_PACKAGE_DEPENDS "gcc, libc6-dev")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS "clang-22, libsimde-dev")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME wali-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_DESCRIPTION "C++20 framework and compiler for Linux services as WebAssembly
 Headers, modules and libraries for native programs and for WebAssembly, the
 sysroot, CMake and pkg-config files, and compiler drivers.")
set(dependencies
  "wali-runtime (= ${PROJECT_VERSION})" clang-22 clang-tools-22 lld-22 llvm-22 libc++-22-dev libc++abi-22-dev
  "libboost1.83-dev | libboost1.81-dev | libboost-dev (>= 1.81)" libfmt-dev doctest-dev linux-libc-dev ninja-build
  "cmake (>= 3.25)")
list(JOIN dependencies ", " CPACK_DEBIAN_DEV_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS "libclang-rt-22-dev, pkgconf, umoci")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS "clang-tidy-22, clangd-22, meson")
include(CPack)
