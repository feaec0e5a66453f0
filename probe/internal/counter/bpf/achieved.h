// What calls achieve on descriptors.
#pragma once
#include "maps.h"

#define ADD(where, n) __sync_fetch_and_add(&(where), n)

static __always_inline struct descriptor *descriptor_of(struct processor *p, u32 tgid, s32 fd)
{
	struct descriptor_key key = {tgid, fd};
	struct descriptor *d = bpf_map_lookup_elem(&descriptors, &key);
	if (d)
		return d;
	struct descriptor fresh = {};
	bpf_map_update_elem(&descriptors, &key, &fresh, BPF_NOEXIST);
	d = bpf_map_lookup_elem(&descriptors, &key);
	if (!d)
		p->lost++;
	return d;
}

static __always_inline void progressed(struct control *c, struct processor *p, struct descriptor *d, u32 tgid, s32 fd)
{
	ADD(d->progress, 1);
	if (!c->alike)
		return;
	struct descriptor_key key = {tgid, fd};
	s32 *leader = bpf_map_lookup_elem(&alike, &key);
	if (!leader || *leader == fd)
		return;
	d = descriptor_of(p, tgid, *leader);
	if (d)
		ADD(d->progress, 1);
}

static __always_inline void useful(struct control *c, struct processor *p, struct descriptor *d, u32 tgid, s32 fd)
{
	ADD(d->useful, 1);
	progressed(c, p, d, tgid, fd);
}

// An interruption tells nothing about the descriptor.
static __always_inline void failed(struct descriptor *d, u32 error)
{
	if (interrupted(error))
		return;
	ADD(d->failed, 1);
	if (d->error == error) {
		if (d->votes < 64)
			d->votes++;
	} else if (d->votes) {
		d->votes--;
	} else {
		d->error = error;
	}
}

static __always_inline void received(struct control *c, struct processor *p, struct descriptor *d, u32 tgid, s32 fd, s64 ret, u64 bytes)
{
	if (ret > 0) {
		ADD(d->bytes_in, bytes);
		d->peeked_to = 1;
		useful(c, p, d, tgid, fd);
	} else if (ret == 0) {
		ADD(d->eof, 1);
	} else if (ret == -EAGAIN) {
		ADD(d->again, 1);
	} else {
		failed(d, -ret);
	}
}

// A peek that sees more than any before it looks at what has just arrived; the same bytes again are nothing new. Of the
// first one nobody knows.
static __always_inline void looked_at(struct control *c, struct processor *p, struct descriptor *d, u32 tgid, s32 fd, s64 ret)
{
	s64 seen = d->peeked_to;
	if (ret >= seen)
		d->peeked_to = ret + 1;
	if (seen && ret >= seen)
		useful(c, p, d, tgid, fd);
	else
		ADD(d->peeked, 1);
}

static __always_inline void sent(struct control *c, struct processor *p, struct descriptor *d, u32 tgid, s32 fd, s64 ret, u64 bytes)
{
	if (ret > 0) {
		ADD(d->bytes_out, bytes);
		useful(c, p, d, tgid, fd);
	} else if (ret == -EAGAIN) {
		ADD(d->send_again, 1);
	} else if (ret < 0) {
		failed(d, -ret);
	}
}

// recvmmsg and sendmmsg return messages; the bytes of each stand in its header (struct mmsghdr, 64 bytes, msg_len
// at 56). Messages beyond the bound keep their useful call and lose their bytes.
static __always_inline u64 bytes_of_messages(u64 headers, s64 messages)
{
	u64 sum = 0;
	for (int i = 0; i < 32; i++) {
		u32 length = 0;
		if (i >= messages)
			break;
		bpf_probe_read_user(&length, sizeof(length), (void *)(headers + i * 64 + 56));
		sum += length;
	}
	return sum;
}
