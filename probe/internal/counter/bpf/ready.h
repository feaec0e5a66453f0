// What waits report as ready, and whether anything was done about it since they reported it before.
#pragma once
#include "maps.h"

// Functions that are not static are verified by themselves, once, not again in each turn of a loop.
__attribute__((noinline)) int ready_in_epoll(u32 tgid, s32 epfd, u64 data, u32 events)
{
	struct control *c = controls();
	struct processor *p = this_processor();
	if (!c || !p)
		return 0;
	struct registration_key key = {tgid, epfd, data};
	struct registration *r = bpf_map_lookup_elem(&registrations, &key);
	if (!r) {
		struct registration fresh = {.fd = FD_UNKNOWN};
		bpf_map_update_elem(&registrations, &key, &fresh, BPF_NOEXIST);
		r = bpf_map_lookup_elem(&registrations, &key);
		if (!r) {
			p->lost++;
			return 0;
		}
	}
	ADD(r->ready, 1);
	r->events = events;
	if (r->fd == FD_UNKNOWN)
		return 0;
	struct descriptor_key of = {tgid, r->fd};
	struct descriptor *d = bpf_map_lookup_elem(&descriptors, &of);
	u64 progress = d ? d->progress : 0;
	if (r->session == c->session && r->progress == progress)
		ADD(r->unconsumed, 1);
	r->progress = progress;
	r->session = c->session;
	return 0;
}

// poll and select name descriptors themselves.
__attribute__((noinline)) int ready_in_poll(u32 tgid, s32 fd, u32 events)
{
	struct control *c = controls();
	struct processor *p = this_processor();
	if (!c || !p)
		return 0;
	struct descriptor *d = descriptor_of(p, tgid, fd);
	if (!d)
		return 0;
	ADD(d->ready, 1);
	d->events = events;
	if (d->polled_session == c->session && d->polled_progress == d->progress)
		ADD(d->unconsumed, 1);
	d->polled_progress = d->progress;
	d->polled_session = c->session;
	return 0;
}

// Of more than LOOKED_AT entries each wait looks at the next LOOKED_AT, so that all get their turn.
static __always_inline u32 first_of(struct processor *p, u32 count)
{
	if (count <= LOOKED_AT)
		return 0;
	u32 first = p->turn * LOOKED_AT;
	if (first >= count) {
		p->turn = 0;
		first = 0;
	}
	p->turn++;
	return first;
}

static __always_inline void ready_events(struct processor *p, u32 tgid, s32 epfd, u64 events, u32 count)
{
	u32 first = first_of(p, count);
	u32 looked = count - first;
	if (looked > LOOKED_AT)
		looked = LOOKED_AT;
	p->not_looked_at += count - looked;
	if (bpf_probe_read_user(p->scratch, looked * sizeof(struct epoll_event), (void *)(events + first * sizeof(struct epoll_event))))
		return;
	struct epoll_event *list = (void *)p->scratch;
	for (u32 i = 0; i < LOOKED_AT && i < looked; i++)
		ready_in_epoll(tgid, epfd, list[i].data, list[i].events);
}

static __always_inline void ready_pollfds(struct processor *p, u32 tgid, u64 fds, u32 count)
{
	u32 first = first_of(p, count);
	u32 looked = count - first;
	if (looked > LOOKED_AT)
		looked = LOOKED_AT;
	p->not_looked_at += count - looked;
	if (bpf_probe_read_user(p->scratch, looked * sizeof(struct pollfd), (void *)(fds + first * sizeof(struct pollfd))))
		return;
	struct pollfd *list = (void *)p->scratch;
	for (u32 i = 0; i < LOOKED_AT && i < looked; i++)
		if (list[i].revents && list[i].fd >= 0)
			ready_in_poll(tgid, list[i].fd, list[i].revents);
}

// BPF has no instruction that finds the lowest bit; a de Bruijn sequence finds it without a branch.
static const u8 bit_numbers[64] = {
	0,  1,	48, 2,	57, 49, 28, 3,	61, 58, 50, 42, 38, 29, 17, 4,	62, 55, 59, 36, 53, 51, 43, 22, 45, 39, 33, 30, 24, 18, 12, 5,
	63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21, 44, 32, 23, 11, 46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19, 9,	13, 8,	7,  6,
};

static __always_inline u32 lowest_bit(u64 bits)
{
	return bit_numbers[((bits & -bits) * 0x03f79d71b4cb0a89ULL) >> 58];
}

__attribute__((noinline)) int ready_word(u32 tgid, u32 first, u64 bits, u32 events)
{
	for (u32 i = 0; i < 64 && bits; i++) {
		ready_in_poll(tgid, first + lowest_bit(bits), events);
		bits &= bits - 1;
	}
	return 0;
}

// A set of select is a row of bits; those of the ready descriptors are left standing in it.
__attribute__((noinline)) int ready_set(u32 tgid, u64 set, u32 count, u32 events)
{
	struct processor *p = this_processor();
	u32 length = (count + 63) / 64;
	if (length > 16)
		length = 16;
	if (!p || !set || bpf_probe_read_user(p->scratch, length * 8, (void *)set))
		return 0;
	u64 *words = (void *)p->scratch;
	for (u32 i = 0; i < 16 && i < length; i++)
		ready_word(tgid, i * 64, words[i], events);
	return 0;
}
