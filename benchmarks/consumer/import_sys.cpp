// SPDX-License-Identifier: BSL-1.0
import wali.sys;

long parent() { return wali::sys::getppid(); }
