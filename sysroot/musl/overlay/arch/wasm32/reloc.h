/* SPDX-License-Identifier: BSL-1.0 */
/* There is no dynamic linking; generic code wants these names. */
#define LDSO_ARCH "wasm32"
#define CRTJMP(pc,sp) __builtin_trap()
#define GETFUNCSYM(fp, sym, got) (*(fp) = 0)
