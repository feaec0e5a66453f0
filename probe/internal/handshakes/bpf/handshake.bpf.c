// SPDX-License-Identifier: GPL-2.0
// Counts TLS handshakes of a Go server by address of the client and by error.
// crypto/tls.(*Conn).serverHandshake is probed at its entry and at each of its RET instructions; not by a return
// probe, which would break Go: it moves stacks, and the return address with them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

// The layout is part of the kernel's ABI. Go's own calling convention (cmd/compile/abi-internal.md) passes the
// receiver in ax, returns an error in ax (its type) and bx (its value), and keeps the goroutine in r14.
struct pt_regs {
	u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct in6_addr {};
struct sock_common {
	u32 skc_daddr;
	unsigned short skc_family;
	struct in6_addr skc_v6_daddr;
};
struct sock {
	struct sock_common __sk_common;
};
struct socket {
	struct sock *sk;
};
struct inode {
	unsigned short i_mode;
};
struct file {
	void *private_data;
	struct inode *f_inode;
};
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};
struct files_struct {
	struct fdtable *fdt;
};
struct task_struct {
	struct files_struct *files;
};
#pragma clang attribute pop

struct address {
	u8 bytes[16]; // of IPv6, in which those of IPv4 have a place
};

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define AF_INET 2
#define AF_INET6 10

// Where an error's number comes from.
enum number_kind { NO_NUMBER, ALERT, ERRNO };

struct outcome {
	u8 source[16]; // all zero: not known
	u64 type;      // of the error, as the program has it in memory; 0: the handshake succeeded
	u32 number_kind, number;
	u64 start, length; // of a text that could not be read here, because its page is not in memory
	char text[64];	   // the first string of the error's value
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, u64); // goroutine
	__type(value, struct address);
} running SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct outcome);
	__type(value, u64);
} outcomes SEC(".maps");

const enum number_kind *with_number_kind __attribute__((unused));

u64 lost;

struct interface {
	u64 type, value;
};
struct string {
	u64 start, length;
};

// The address of the other end of one of the calling process's sockets.
static __always_inline int peer_of_descriptor(u64 fd, u8 *address)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files, *file = 0;
	if (fd >= BPF_CORE_READ(table, max_fds))
		return -1;
	files = BPF_CORE_READ(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return -1;
	struct socket *socket = BPF_CORE_READ(file, private_data);
	struct sock *sock = BPF_CORE_READ(socket, sk);
	switch (BPF_CORE_READ(sock, __sk_common.skc_family)) {
	case AF_INET:
		address[10] = address[11] = 0xff;
		BPF_CORE_READ_INTO((u32 *)(address + 12), sock, __sk_common.skc_daddr);
		return 0;
	case AF_INET6:
		bpf_probe_read_kernel(address, 16, __builtin_preserve_access_index(&sock->__sk_common.skc_v6_daddr));
		return 0;
	}
	return -1;
}

// tls.Conn begins with the net.Conn that it runs on: mostly a *net.TCPConn, which begins with a pointer to a netFD,
// which has its descriptor after a mutex of 16 bytes. A struct that embeds a net.Conn first is looked through.
static __always_inline int peer_of_conn(u64 conn, u8 *address)
{
	struct interface inner;
	u64 net_fd, fd;
	for (int depth = 0; depth < 3; depth++) {
		if (bpf_probe_read_user(&inner, sizeof(inner), (void *)conn))
			return -1;
		conn = inner.value;
		if (bpf_probe_read_user(&net_fd, sizeof(net_fd), (void *)conn))
			return -1;
		if (!bpf_probe_read_user(&fd, sizeof(fd), (void *)(net_fd + 16)) && !peer_of_descriptor(fd, address))
			return 0;
	}
	return -1;
}

SEC("uprobe")
int enter(struct pt_regs *context)
{
	u64 goroutine = context->r14;
	struct address address = {};
	peer_of_conn(context->ax, address.bytes);
	bpf_map_update_elem(&running, &goroutine, &address, BPF_ANY);
	return 0;
}

// The Err of a net.OpError is at 64. Of "local error" and "remote error" it is an alert, a byte.
static __always_inline void read_alert(struct outcome *o, u64 op_error)
{
	struct interface cause;
	u8 alert;
	if (bpf_probe_read_user(&cause, sizeof(cause), (void *)(op_error + 64)) ||
	    bpf_probe_read_user(&alert, sizeof(alert), (void *)cause.value))
		return;
	o->number_kind = ALERT;
	o->number = alert;
}

// Of a failed read or write it is an os.SyscallError, whose Err, at 16, is an errno.
static __always_inline void read_errno(struct outcome *o, u64 op_error)
{
	struct interface cause, number;
	u64 error;
	if (bpf_probe_read_user(&cause, sizeof(cause), (void *)(op_error + 64)) ||
	    bpf_probe_read_user(&number, sizeof(number), (void *)(cause.value + 16)) || !number.type ||
	    bpf_probe_read_user(&error, sizeof(error), (void *)number.value) || !error || error >= 4096)
		return;
	o->number_kind = ERRNO;
	o->number = error;
}

// The first eight bytes of a text as a number: there is no comparing of memory here.
#define TEXT(a, b, c, d, e, f, g, h) \
	((u64)(a) | (u64)(b) << 8 | (u64)(c) << 16 | (u64)(d) << 24 | (u64)(e) << 32 | (u64)(f) << 40 | (u64)(g) << 48 | (u64)(h) << 56)

// Most errors of crypto/tls begin with a string; a permanentError begins with another error, which may be one too.
static __always_inline void read_error(struct outcome *o, u64 value)
{
	struct string s = {};
	for (int depth = 0; depth < 4; depth++) {
		if (bpf_probe_read_user(&s, sizeof(s), (void *)value))
			return;
		if (s.length < 4096)
			break;
		value = s.length; // not a length: the value of the error inside
	}
	if (!s.length || s.length >= 4096)
		return;
	u64 length = s.length < sizeof(o->text) ? s.length : sizeof(o->text);
	if (bpf_probe_read_user(o->text, length, (void *)s.start)) {
		o->start = s.start;
		o->length = s.length;
		return;
	}
	switch (*(u64 *)o->text) {
	case TEXT('l', 'o', 'c', 'a', 'l', ' ', 'e', 'r'):
	case TEXT('r', 'e', 'm', 'o', 't', 'e', ' ', 'e'):
		return read_alert(o, value);
	case TEXT('r', 'e', 'a', 'd', 0, 0, 0, 0):
	case TEXT('w', 'r', 'i', 't', 'e', 0, 0, 0):
		return read_errno(o, value);
	}
}

SEC("uprobe")
int leave(struct pt_regs *context)
{
	u64 goroutine = context->r14, one = 1;
	struct outcome o = {.type = context->ax};
	if (o.type)
		read_error(&o, context->bx);
	struct address *address = bpf_map_lookup_elem(&running, &goroutine);
	if (address) {
		__builtin_memcpy(o.source, address, sizeof(o.source));
		bpf_map_delete_elem(&running, &goroutine);
	}
	u64 *n = bpf_map_lookup_elem(&outcomes, &o);
	if (!n && bpf_map_update_elem(&outcomes, &o, &one, BPF_NOEXIST) == 0)
		return 0;
	if (!n)
		n = bpf_map_lookup_elem(&outcomes, &o); // another processor was faster
	if (n)
		__sync_fetch_and_add(n, 1);
	else
		__sync_fetch_and_add(&lost, 1);
	return 0;
}
