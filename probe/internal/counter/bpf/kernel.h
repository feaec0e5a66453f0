// The few kernel types and constants that the programs use; no vmlinux.h, so that they can be read beside the code.
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __s32 s32;
typedef __u64 u64;
typedef __s64 s64;

// Registers at a system call, as ptrace(2) hands them out: the layout is part of the kernel's ABI. At exit they
// still hold the arguments (di, si, dx, r10, r8) and the number (orig_ax).
struct pt_regs {
	u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

struct timespec {
	s64 sec, nsec;
};

struct pollfd {
	s32 fd;
	u16 events, revents;
};

// Packed on x86-64 (include/uapi/linux/eventpoll.h): the data is not aligned.
struct epoll_event {
	u32 events;
	u64 data;
} __attribute__((packed));

#define EINTR 4
#define EAGAIN 11
#define ETIME 62
#define EISCONN 106
#define EALREADY 114
#define EINPROGRESS 115
#define ERESTARTSYS 512
#define ERESTART_RESTARTBLOCK 516

#define MSG_PEEK 2
#define POLLIN 1
#define POLLPRI 2
#define POLLOUT 4
#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define TIMER_ABSTIME 1
#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME 7
#define IORING_ENTER_GETEVENTS 1
#define IORING_ENTER_EXT_ARG 8
#define BPF_F_MMAPABLE_ARRAY (1U << 10)
