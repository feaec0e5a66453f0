// Classes of timeouts.
#pragma once
#include "maps.h"

static __always_inline u32 of_nanoseconds(s64 ns)
{
	return ns < 0 ? NONE : ns == 0 ? ZERO : ns <= 100000 ? US100 : ns <= 1000000 ? MS1 : ns <= 10000000 ? MS10 : ns <= 100000000 ? MS100 : LONGER;
}

static __always_inline u32 of_milliseconds(s32 ms)
{
	return of_nanoseconds((s64)ms * 1000000);
}

// A null pointer waits for ever.
static __always_inline s64 nanoseconds_at(u64 pointer, u32 unit)
{
	struct timespec t = {};
	if (!pointer)
		return -1;
	bpf_probe_read_user(&t, sizeof(t), (void *)pointer);
	if (t.sec > 1000000) // years: any bound will do, and the product must not overflow
		t.sec = 1000000;
	return t.sec * 1000000000 + t.nsec * unit;
}

static __always_inline u32 of_timespec(u64 pointer)
{
	return of_nanoseconds(nanoseconds_at(pointer, 1));
}

// What was taken down on entry. A call that was already under way when counting began is long, as far as anyone
// can tell.
static __always_inline u32 of_pending(u32 tid, u64 pointer)
{
	if (!pointer)
		return NONE;
	s64 *ns = bpf_map_lookup_elem(&pending, &tid);
	if (!ns)
		return LONGER;
	u32 class = of_nanoseconds(*ns);
	bpf_map_delete_elem(&pending, &tid);
	return class;
}
