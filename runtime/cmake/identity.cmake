# SPDX-License-Identifier: BSL-1.0
# Writes OUTPUT: a header with one hash over the files INPUTS.
set(all "")
foreach(input IN LISTS INPUTS)
  file(SHA256 ${input} one)
  string(APPEND all ${one})
endforeach()
string(SHA256 identity "${all}")
file(WRITE ${OUTPUT} "#define WALI_RUNTIME_IDENTITY \"${identity}\"\n")
