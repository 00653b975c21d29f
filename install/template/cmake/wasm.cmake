# The toolchain file of the preset "wasm".
include("${CMAKE_CURRENT_LIST_DIR}/wali.cmake")
include("${WALI_PREFIX}/lib/wali/sysroot/wali-wasm.toolchain.cmake")
