/* SPDX-License-Identifier: BSL-1.0 */
/* No dynamic linking: nothing to reset after fork. */
