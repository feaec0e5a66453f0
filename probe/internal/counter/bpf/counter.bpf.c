// SPDX-License-Identifier: GPL-2.0
// Counts, in the kernel, what the watched processes get out of their system calls.
// Everything happens at the exit of a call, where number, arguments and result are all at hand; the entry is looked
// at only while processes make calls whose timeout is lost by then.
#include "kernel.h"
#include "maps.h"
#include "achieved.h"
#include "timeouts.h"
#include "ready.h"

char LICENSE[] SEC("license") = "GPL";

struct arguments {
	u64 di, si, dx, r10, r8;
};

static __always_inline u32 variant(u32 number, u32 class, const struct arguments *a)
{
	if (class == RECVFROM && (a->r10 & MSG_PEEK))
		return PEEK_RECVFROM;
	if (class == RECVMSG && (a->dx & MSG_PEEK))
		return PEEK_RECVMSG;
	if (class == RECVMMSG && (a->r10 & MSG_PEEK))
		return PEEK_RECVMMSG;
	if (class == EPOLL_CTL && (u32)a->si == EPOLL_CTL_DEL)
		return EPOLL_DEL;
	return number;
}

static __always_inline void count_error(struct processor *p, u32 call, u32 error)
{
	struct failure key = {call, error};
	u64 one = 1, *n = bpf_map_lookup_elem(&failures, &key);
	if (n)
		*n += 1;
	else if (bpf_map_update_elem(&failures, &key, &one, BPF_NOEXIST))
		p->lost++;
}

static __always_inline u32 timeout_of(u32 class, u32 tid, const struct arguments *a)
{
	switch (class) {
	case EPOLL_WAIT:
		return of_milliseconds(a->r10);
	case EPOLL_PWAIT2:
		return of_timespec(a->r10);
	case POLL:
		return of_milliseconds(a->dx);
	case PPOLL:
		return of_pending(tid, a->dx);
	case SELECT:
	case PSELECT6:
		return of_pending(tid, a->r8);
	case NANOSLEEP:
		return of_timespec(a->di);
	case CLOCK_NANOSLEEP:
		return (u32)a->si & TIMER_ABSTIME ? of_pending(tid, a->dx) : of_timespec(a->dx);
	case URING_ENTER:
		if (!(u32)a->dx)
			return ZERO;
		if ((u32)a->r10 & IORING_ENTER_EXT_ARG) {
			u64 extended[3] = {}; // struct io_uring_getevents_arg: the timeout is its last word
			bpf_probe_read_user(extended, sizeof(extended), (void *)a->r8);
			return of_timespec(extended[2]);
		}
		return NONE;
	}
	return NONE;
}

static __always_inline void count_wait(struct processor *p, u32 number, u32 class, u32 tid, s64 ret, const struct arguments *a)
{
	u32 row = wait_row[bounded(number, NUMBERS)], timeout = timeout_of(class, tid, a), outcome;
	if (class == URING_ENTER) // returns what it submitted; what completed is in memory
		outcome = ret > 0 || (ret == 0 && (u32)a->dx) ? READY : ret == 0 || ret == -ETIME ? EMPTY : FAILED;
	else
		outcome = ret > 0 ? READY : ret == 0 ? EMPTY : FAILED;
	if (row < WAIT_CALLS && timeout < TIMEOUTS)
		p->waits[row][timeout][outcome]++;
}

static __always_inline void learn_registration(struct processor *p, u32 tgid, const struct arguments *a)
{
	struct epoll_event event;
	if (bpf_probe_read_user(&event, sizeof(event), (void *)a->r10))
		return;
	struct registration_key key = {tgid, a->di, event.data};
	struct registration *r = bpf_map_lookup_elem(&registrations, &key);
	if (r) {
		r->fd = a->dx;
		return;
	}
	struct registration fresh = {.fd = a->dx};
	if (bpf_map_update_elem(&registrations, &key, &fresh, BPF_NOEXIST))
		p->lost++;
}

static __always_inline void made(struct processor *p, u32 tgid, s32 fd, u32 kind)
{
	struct descriptor *d = descriptor_of(p, tgid, fd);
	if (d)
		d->kind = kind;
}

static __always_inline void made_by(struct processor *p, u32 number, u32 class, u32 tgid, s64 ret, const struct arguments *a)
{
	u32 kind = made_kind[bounded(number, NUMBERS)];
	if (class != MAKE_PIPE)
		return made(p, tgid, ret, kind);
	s32 ends[2];
	if (bpf_probe_read_user(ends, sizeof(ends), (void *)a->di))
		return;
	made(p, tgid, ends[0], kind);
	made(p, tgid, ends[1], kind);
}

// Descriptor di of one call, and its result.
static __always_inline void count_achieved(struct control *c, struct processor *p, u32 call, u32 class, u32 tgid, s64 ret, const struct arguments *a)
{
	s32 fd = class == EPOLL_CTL ? a->dx : a->di;
	if (class == READ && ret == 0 && !a->dx)
		return; // nothing was asked for
	struct descriptor *d = descriptor_of(p, tgid, fd);
	if (!d)
		return;
	if (call >= PEEK_RECVFROM && call <= PEEK_RECVMMSG)
		return looked_at(c, p, d, tgid, fd, ret);
	switch (class) {
	case READ:
	case RECVFROM:
	case RECVMSG:
		return received(c, p, d, tgid, fd, ret, ret);
	case RECVMMSG:
		return received(c, p, d, tgid, fd, ret, bytes_of_messages(a->si, ret));
	case WRITE:
		return sent(c, p, d, tgid, fd, ret, ret);
	case SENDMMSG:
		return sent(c, p, d, tgid, fd, ret, bytes_of_messages(a->si, ret));
	case ACCEPT:
		d->kind = LISTENER;
		if (ret >= 0)
			useful(c, p, d, tgid, fd);
		else if (ret == -EAGAIN)
			ADD(d->again, 1);
		else
			failed(d, -ret);
		return;
	case CONNECT:
		if (ret == 0 || ret == -EINPROGRESS || ret == -EISCONN)
			useful(c, p, d, tgid, fd);
		else if (ret == -EALREADY || ret == -EAGAIN)
			ADD(d->again, 1);
		else
			failed(d, -ret);
		return;
	case CLOSE:
		d->peeked_to = 0;
		if (ret == 0)
			progressed(c, p, d, tgid, fd);
		else
			failed(d, -ret);
		return;
	case SHUTDOWN:
	case EPOLL_CTL:
		if (ret < 0)
			failed(d, -ret);
		else if (class == SHUTDOWN || call == EPOLL_DEL)
			useful(c, p, d, tgid, fd);
		return;
	}
}

// sendfile(out, in), splice(in, …, out): bytes go from one descriptor to another. What splice waits for with EAGAIN
// is not told; it is put on the side that it reads from.
static __always_inline void count_moved(struct control *c, struct processor *p, u32 class, u32 tgid, s64 ret, const struct arguments *a)
{
	s32 in = class == SENDFILE ? a->si : a->di, out = class == SENDFILE ? a->di : a->dx;
	struct descriptor *from = descriptor_of(p, tgid, in);
	if (from && (ret >= 0 || class == SPLICE))
		received(c, p, from, tgid, in, ret, ret);
	struct descriptor *to = descriptor_of(p, tgid, out);
	if (to && (ret > 0 || class == SENDFILE))
		sent(c, p, to, tgid, out, ret, ret);
}

static __always_inline void count(u64 id, u32 number, s64 ret, const struct arguments *a, struct control *c)
{
	struct processor *p = this_processor();
	if (!p)
		return;
	p->calls++;
	u32 tgid = id >> 32;
	u32 class = class_at(number);
	u32 call = number < NUMBERS ? variant(number, class, a) : number == (u32)-1 ? RESTORED : FOREIGN;
	if (ret < 0 && ret >= -4095)
		count_error(p, call, -ret);
	else if (call < CALLS) {
		if (ret)
			p->positive[call]++;
		else
			p->zero[call]++;
	}
	if (class == PLAIN)
		return;
	if (class >= MAKE || class == ACCEPT) {
		if (ret >= 0)
			made_by(p, number, class, tgid, ret, a);
		if (class != ACCEPT)
			return;
	}
	if (class < EPOLL_WAIT) {
		if (class == SENDFILE || class == SPLICE)
			return count_moved(c, p, class, tgid, ret, a);
		if (class == EPOLL_CTL && ret == 0 && call != EPOLL_DEL)
			return learn_registration(p, tgid, a);
		return count_achieved(c, p, call, class, tgid, ret, a);
	}
	if (class == URING_ENTER && !((u32)a->r10 & IORING_ENTER_GETEVENTS))
		return;
	count_wait(p, number, class, (u32)id, ret, a);
	if (ret <= 0)
		return;
	if (class == EPOLL_WAIT || class == EPOLL_PWAIT2) {
		ready_events(p, tgid, a->di, a->si, ret);
	} else if (class == POLL || class == PPOLL) {
		ready_pollfds(p, tgid, a->di, a->si);
	} else if (class == SELECT || class == PSELECT6) {
		ready_set(tgid, a->si, a->di, POLLIN);
		ready_set(tgid, a->dx, a->di, POLLOUT);
		ready_set(tgid, a->r10, a->di, POLLPRI);
	}
}

SEC("tp_btf/sys_exit")
int exit_by_type(u64 *context)
{
	u64 id = bpf_get_current_pid_tgid();
	struct control *c = controls();
	if (!c || !watched(c, id >> 32))
		return 0;
	struct pt_regs *regs = (void *)context[0];
	struct arguments a = {regs->di, regs->si, regs->dx, regs->r10, regs->r8};
	count(id, regs->orig_ax, context[1], &a, c);
	return 0;
}

// The same for kernels without BTF: there registers must be copied.
SEC("raw_tp/sys_exit")
int exit_by_copy(struct bpf_raw_tracepoint_args *context)
{
	u64 id = bpf_get_current_pid_tgid();
	struct control *c = controls();
	if (!c || !watched(c, id >> 32))
		return 0;
	struct pt_regs regs;
	if (bpf_probe_read_kernel(&regs, sizeof(regs), (void *)context->args[0]))
		return 0;
	struct arguments a = {regs.di, regs.si, regs.dx, regs.r10, regs.r8};
	count(id, regs.orig_ax, context->args[1], &a, c);
	return 0;
}

static __always_inline void enter(u32 tid, u32 number, const struct arguments *a)
{
	s64 ns;
	switch (class_at(number)) {
	case PPOLL:
		ns = nanoseconds_at(a->dx, 1);
		break;
	case SELECT:
		ns = nanoseconds_at(a->r8, 1000);
		break;
	case PSELECT6:
		ns = nanoseconds_at(a->r8, 1);
		break;
	case CLOCK_NANOSLEEP:
		if (!((u32)a->si & TIMER_ABSTIME))
			return;
		ns = nanoseconds_at(a->dx, 1);
		if ((u32)a->di == CLOCK_MONOTONIC)
			ns -= bpf_ktime_get_ns();
		else if ((u32)a->di == CLOCK_BOOTTIME)
			ns -= bpf_ktime_get_boot_ns();
		else
			return; // no helper gives the other clocks on all kernels
		if (ns < 0)
			ns = 0;
		break;
	default:
		return;
	}
	bpf_map_update_elem(&pending, &tid, &ns, BPF_ANY);
}

SEC("tp_btf/sys_enter")
int enter_by_type(u64 *context)
{
	u64 id = bpf_get_current_pid_tgid();
	struct control *c = controls();
	if (!c || !watched(c, id >> 32))
		return 0;
	struct pt_regs *regs = (void *)context[0];
	struct arguments a = {regs->di, regs->si, regs->dx, regs->r10, regs->r8};
	enter(id, context[1], &a);
	return 0;
}

SEC("raw_tp/sys_enter")
int enter_by_copy(struct bpf_raw_tracepoint_args *context)
{
	u64 id = bpf_get_current_pid_tgid();
	struct control *c = controls();
	if (!c || !watched(c, id >> 32))
		return 0;
	struct pt_regs regs;
	if (bpf_probe_read_kernel(&regs, sizeof(regs), (void *)context->args[0]))
		return 0;
	struct arguments a = {regs.di, regs.si, regs.dx, regs.r10, regs.r8};
	enter(id, context->args[1], &a);
	return 0;
}
