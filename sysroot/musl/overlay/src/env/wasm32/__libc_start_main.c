/* SPDX-License-Identifier: BSL-1.0 */
/* Programs start in crt/wasm32/crt1.c, which calls only what is linked in anyway. */
