/* SPDX-License-Identifier: BSL-1.0 */
#include "../../include/stdarg.h"

/* Whoever passes no variable arguments passes no list either, and address 0 cannot be read. */
#define va_first(ap, type) ((ap) ? va_arg(ap, type) : (type)0)
