// SPDX-License-Identifier: BSL-1.0
// The umbrella: everything that <wali/wali.hpp> declares. The macro WALI_TRY is in <wali/try.hpp>.
export module wali;

export import wali.core;
export import wali.event;
export import wali.fs;
export import wali.mem;
export import wali.net;
export import wali.process;
export import wali.signal;
export import wali.sys;
export import wali.time;
