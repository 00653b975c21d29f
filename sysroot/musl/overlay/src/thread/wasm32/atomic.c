/* SPDX-License-Identifier: BSL-1.0 */
#include <stdint.h>
#include <string.h>
#include "lock.h"

/* What the compiler calls for atomic objects that no instruction can handle as a whole: larger than 8 bytes, or not
 * aligned to their size. compiler-rt for wasm32 has none of it. The names are builtins, hence the labels. */

static volatile int locks[64];

static volatile int *lock_of(const volatile void *object)
{
	return &locks[(uintptr_t)object / 16 % (sizeof locks / sizeof *locks)];
}

_Bool __atomic_is_lock_free_(size_t size, const volatile void *object) __asm__("__atomic_is_lock_free");
void __atomic_load_(size_t, const volatile void *, void *, int) __asm__("__atomic_load");
void __atomic_store_(size_t, volatile void *, const void *, int) __asm__("__atomic_store");
void __atomic_exchange_(size_t, volatile void *, const void *, void *, int) __asm__("__atomic_exchange");
_Bool __atomic_compare_exchange_(size_t, volatile void *, void *, const void *, int, int)
	__asm__("__atomic_compare_exchange");

/* By one instruction, as the compiler does where it knows the size and alignment. */
_Bool __atomic_is_lock_free_(size_t size, const volatile void *object)
{
	return (size == 1 || size == 2 || size == 4 || size == 8) && (uintptr_t)object % size == 0;
}

#define BY_SIZE(OPERATION) \
	switch (size) { \
	case 1: OPERATION(uint8_t) \
	case 2: OPERATION(uint16_t) \
	case 4: OPERATION(uint32_t) \
	case 8: OPERATION(uint64_t) \
	}

void __atomic_load_(size_t size, const volatile void *object, void *result, int order)
{
#define LOAD(type) __atomic_load((const volatile type *)object, (type *)result, __ATOMIC_SEQ_CST); return;
	if (__atomic_is_lock_free_(size, object)) BY_SIZE(LOAD)
	volatile int *lock = lock_of(object);
	LOCK(lock);
	memcpy(result, (const void *)object, size);
	UNLOCK(lock);
}

void __atomic_store_(size_t size, volatile void *object, const void *value, int order)
{
#define STORE(type) __atomic_store((volatile type *)object, (type *)value, __ATOMIC_SEQ_CST); return;
	if (__atomic_is_lock_free_(size, object)) BY_SIZE(STORE)
	volatile int *lock = lock_of(object);
	LOCK(lock);
	memcpy((void *)object, value, size);
	UNLOCK(lock);
}

void __atomic_exchange_(size_t size, volatile void *object, const void *value, void *result, int order)
{
#define EXCHANGE(type) \
	__atomic_exchange((volatile type *)object, (type *)value, (type *)result, __ATOMIC_SEQ_CST); return;
	if (__atomic_is_lock_free_(size, object)) BY_SIZE(EXCHANGE)
	volatile int *lock = lock_of(object);
	LOCK(lock);
	memcpy(result, (const void *)object, size);
	memcpy((void *)object, value, size);
	UNLOCK(lock);
}

_Bool __atomic_compare_exchange_(size_t size, volatile void *object, void *expected, const void *value, int success,
	int failure)
{
#define COMPARE_EXCHANGE(type) return __atomic_compare_exchange((volatile type *)object, (type *)expected, \
	(type *)value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	if (__atomic_is_lock_free_(size, object)) BY_SIZE(COMPARE_EXCHANGE)
	volatile int *lock = lock_of(object);
	LOCK(lock);
	_Bool equal = !memcmp((const void *)object, expected, size);
	if (equal) memcpy((void *)object, value, size);
	else memcpy(expected, (const void *)object, size);
	UNLOCK(lock);
	return equal;
}

/* Objects of 16 bytes that are aligned to 16. */

typedef unsigned __int128 u128;

u128 __atomic_load_16(const volatile void *object, int order)
{
	u128 result;
	__atomic_load_(sizeof result, object, &result, order);
	return result;
}

void __atomic_store_16(volatile void *object, u128 value, int order)
{
	__atomic_store_(sizeof value, object, &value, order);
}

u128 __atomic_exchange_16(volatile void *object, u128 value, int order)
{
	u128 result;
	__atomic_exchange_(sizeof value, object, &value, &result, order);
	return result;
}

_Bool __atomic_compare_exchange_16(volatile void *object, void *expected, u128 value, int success, int failure)
{
	return __atomic_compare_exchange_(sizeof value, object, expected, &value, success, failure);
}

#define FETCH(name, result) \
u128 __atomic_fetch_##name##_16(volatile void *object, u128 operand, int order) \
{ \
	u128 old, *p = (u128 *)object; \
	volatile int *lock = lock_of(object); \
	LOCK(lock); \
	old = *p; \
	*p = result; \
	UNLOCK(lock); \
	return old; \
}

FETCH(add, old + operand)
FETCH(sub, old - operand)
FETCH(and, old & operand)
FETCH(or, old | operand)
FETCH(xor, old ^ operand)
FETCH(nand, ~(old & operand))
