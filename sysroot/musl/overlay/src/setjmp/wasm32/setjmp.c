/* SPDX-License-Identifier: BSL-1.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include "syscall.h"

/* What the compiler turns setjmp and longjmp into with -mllvm -wasm-enable-sjlj: a longjmp throws, each function that
 * calls setjmp catches, and asks whether the jump is to one of its own calls. Needs an engine with exceptions. */

struct wasm_jmp_buf {
	void *invocation;
	uint32_t label;
	struct {
		void *env;
		int val;
	} thrown;
};

_Static_assert(sizeof(struct wasm_jmp_buf) <= sizeof(__jmp_buf), "fits into jmp_buf");

hidden void __wasm_setjmp(struct wasm_jmp_buf *, uint32_t, void *);
hidden uint32_t __wasm_setjmp_test(struct wasm_jmp_buf *, void *);
hidden void __wasm_longjmp(struct wasm_jmp_buf *, int);

/* label: which call of setjmp; invocation: which activation of the function that calls it. */
void __wasm_setjmp(struct wasm_jmp_buf *env, uint32_t label, void *invocation)
{
	env->invocation = invocation;
	env->label = label;
}

uint32_t __wasm_setjmp_test(struct wasm_jmp_buf *env, void *invocation)
{
	return env->invocation == invocation ? env->label : 0;
}

void __wasm_longjmp(struct wasm_jmp_buf *env, int val)
{
	env->thrown.env = env;
	env->thrown.val = val ? val : 1;
	__builtin_wasm_throw(1, &env->thrown);
}

/* sigsetjmp is setjmp behind this function; the mask comes back before the jump instead of after it. */
struct __jmp_buf_tag *__sigsetjmp_mask(sigjmp_buf env, int save)
{
	env->__fl = save != 0;
	if (save) __syscall(SYS_rt_sigprocmask, SIG_SETMASK, 0, env->__ss, _NSIG/8);
	return env;
}

_Noreturn void siglongjmp(sigjmp_buf env, int val)
{
	if (env->__fl) __syscall(SYS_rt_sigprocmask, SIG_SETMASK, env->__ss, 0, _NSIG/8);
	__wasm_longjmp((struct wasm_jmp_buf *)env, val);
	__builtin_unreachable();
}
